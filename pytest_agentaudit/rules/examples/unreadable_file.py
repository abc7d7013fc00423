"""The examples of unreadable-file."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_CODE = "def area(width, height):\n    return width * height\n"

EXAMPLES = (
    Example("a NUL byte", {"shop/a.py": _CODE}, {"shop/a.py": _CODE + "# \0\n"}, ("shop/a.py:3 error",)),
    Example(
        "UTF-7 hides code from the reader",
        {"shop/a.py": _CODE},
        {"shop/a.py": "# coding: utf-7\n" + _CODE + "x = 1 +ACM- noqa\n"},
        ("shop/a.py:1 error",),
    ),
    Example("UTF-16", {"shop/a.py": _CODE}, {"shop/a.py": _CODE.encode("utf-16")}, ("shop/a.py:1 error",)),
    Example("a syntax error", {"shop/a.py": _CODE}, {"shop/a.py": "def area(:\n"}, ("shop/a.py:1 error",)),
    Example(
        "lone carriage returns",
        {"shop/a.py": _CODE},
        {"shop/a.py": "x = 1\ry = 2\n" + _CODE},
        ("shop/a.py:1 warning",),
    ),
    Example(
        "a settings file that its tool refuses",
        {".coveragerc": "[run]\nbranch = true\n"},
        {".coveragerc": "branch = true\n"},
        (".coveragerc:1 error",),
    ),
    Example("it was broken before", {"shop/a.py": "def area(:\n"}, {"shop/a.py": "def area(:\n\nx = 1\n"}),
    Example(
        "test data that is broken on purpose",
        {"tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"},
        {"tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n", "tests/data/broken.py": "def area(:\n"},
    ),
    Example("another encoding, declared", {"shop/a.py": _CODE}, {"shop/a.py": b"# coding: latin-1\nx = '\xe4'\n"}),
    Example("a form feed between sections", {"shop/a.py": _CODE}, {"shop/a.py": _CODE + "\f\nx = 1\n"}),
)
