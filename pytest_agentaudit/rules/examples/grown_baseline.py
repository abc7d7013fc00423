"""The examples of grown-baseline."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_SECRETS = (
    '{\n  "results": {\n    "shop/keys.py": [\n      {"type": "Secret Keyword", "line_number": 3}\n    ]\n  }\n}\n'
)
_MORE_SECRETS = _SECRETS.replace(
    "    ]\n  }",
    '    ],\n    "shop/mail.py": [\n      {"type": "AWS Access Key", "line_number": 8}\n    ]\n  }',
)
_MYPY = "shop/a.py:3: error: Incompatible types  [assignment]\n"
_MORE_MYPY = _MYPY + "shop/b.py:9: error: Missing return  [return]\n"
_PYLINT = "[MESSAGES CONTROL]\ndisable=line-too-long\n"
_FAILURES = "tests/test_a.py::test_one\n"
_CODE = {"shop/b.py": "def b(): return 1\n"}
_EDITED = {"shop/b.py": "def b(): return 2\n"}

EXAMPLES = (
    Example(
        "a secret",
        {".secrets.baseline": _SECRETS},
        {".secrets.baseline": _MORE_SECRETS},
        (".secrets.baseline:6 warning",),
    ),
    Example(
        "a type error in a file that the change edits",
        {"mypy-baseline.txt": _MYPY, **_CODE},
        {"mypy-baseline.txt": _MORE_MYPY, **_EDITED},
        ("mypy-baseline.txt:2 error",),
    ),
    Example(
        "a type error elsewhere",
        {"mypy-baseline.txt": _MYPY},
        {"mypy-baseline.txt": _MORE_MYPY},
        ("mypy-baseline.txt:2 warning",),
    ),
    Example(
        "a message is disabled",
        {".pylintrc": _PYLINT},
        {".pylintrc": _PYLINT.replace("long", "long,no-member")},
        (".pylintrc:2 warning",),
    ),
    Example(
        "one more test is known to fail",
        {"tests/known_failures.txt": _FAILURES},
        {"tests/known_failures.txt": _FAILURES + "tests/test_a.py::test_two\n"},
        ("tests/known_failures.txt:2 warning",),
    ),
    Example("a secret less", {".secrets.baseline": _MORE_SECRETS}, {".secrets.baseline": _SECRETS}),
    Example(
        "lines moved",
        {"mypy-baseline.txt": _MORE_MYPY},
        {"mypy-baseline.txt": _MORE_MYPY.replace(":9:", ":19:")},
    ),
    Example("a file was renamed", {"mypy-baseline.txt": _MYPY}, {"mypy-baseline.txt": _MYPY.replace("a.py", "c.py")}),
    Example("pylint is new", {"a.py": "A = 1\n"}, {"a.py": "A = 1\n", ".pylintrc": _PYLINT}),
    Example(
        "a matter of design",
        {".pylintrc": _PYLINT},
        {".pylintrc": _PYLINT.replace("long", "long,too-many-arguments")},
    ),
)
