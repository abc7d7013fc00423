"""The examples of broad-raises."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_API = "def area(width, height):\n    if width < 0:\n        raise ValueError(width)\n    return width * height\n"
_HEAD = "import pytest\nimport yaml\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_BROAD = "def test_negative():\n    with pytest.raises(Exception):\n        area(-1, 3)\n"


def _example(title: str, after: str, *expect: str, before: str = "") -> Example:
    """A test that comes in beside another one."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": f"{_HEAD}{_TEST}{before}"},
        after={"geometry.py": _API, "tests/test_geometry.py": f"{_HEAD}{_TEST}\n\n{after}"},
        expect=tuple(f"tests/test_geometry.py:{place}" for place in expect),
    )


EXAMPLES = (
    _example("any exception", _BROAD, "11 warning"),
    _example("even those that end the process", _BROAD.replace("Exception", "BaseException"), "11 warning"),
    _example("among narrower ones", _BROAD.replace("Exception", "(ValueError, Exception)"), "11 warning"),
    _example("as a call", "def test_negative():\n    pytest.raises(Exception, area, -1, 3)\n", "11 warning"),
    _example(
        "unittest's form of it",
        "import unittest\n\n\nclass TestArea(unittest.TestCase):\n    def test_negative(self):\n"
        "        with self.assertRaises(Exception):\n            area(-1, 3)\n",
        "15 warning",
    ),
    _example(
        "caught under a name that nobody reads",
        _BROAD.replace("Exception)", "Exception) as caught"),
        "11 warning",
    ),
    _example(
        "the code of a third party",
        "def test_broken():\n    with pytest.raises(Exception):\n        yaml.safe_load('{')\n",
    ),
    _example(
        "a reason stands above",
        _BROAD.replace("    with", "    # each platform raises its own\n    with"),
    ),
    _example(
        "the test raises it itself",
        "def test_callback():\n    def broken(*sides):\n        raise Exception(sides)\n\n"
        "    with pytest.raises(Exception):\n        area(broken, 1)\n",
    ),
    _example(
        "the test asks for what the failure left behind",
        _BROAD + "    assert area.calls == [(-1, 3)]\n",
        "11 note",
    ),
    _example("a narrow type", _BROAD.replace("Exception", "ValueError")),
    _example("with a pattern", _BROAD.replace("Exception", "Exception, match='-1'")),
    _example(
        "the exception is looked at",
        _BROAD.replace("Exception)", "Exception) as caught") + "    assert caught.value.args == (-1,)\n",
    ),
    _example("a class of the project", _BROAD.replace("Exception", "GeometryException")),
    _example("it was as broad before", _BROAD.replace("area(-1, 3)", "area(-2, 3)"), before=f"\n\n{_BROAD}"),
)
