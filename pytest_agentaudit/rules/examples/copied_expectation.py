"""The examples of copied-expectation."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_PATH = "tests/test_geometry.py"
_API = (
    "def area(width, height):\n    if width < 0:\n        raise ValueError(width)\n    return width * height\n\n\n"
    "def scaled(width, factor):\n    return width * factor\n"
)
_HEAD = "from geometry import area, scaled\n\n\n"
_TEST = "def test_scaled():\n    assert scaled(2, 3) == 6\n"
_COPY = "def area(width, height):\n    return width * height\n\n\ndef test_area():\n    assert area(2, 3) == 6\n"
_TWICE = "def test_area():\n    expected = area(2, 3)\n    assert area(2, 3) == expected\n"


def _example(title: str, after: str, *expect: str, head: str = _HEAD) -> Example:
    """A test that comes in beside another one; its first line is 8."""
    return Example(
        title,
        before={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}"},
        after={"geometry.py": _API, _PATH: f"{head}{_TEST}\n\n{after}"},
        expect=tuple(f"{_PATH}:{place}" for place in expect),
    )


EXAMPLES = (
    _example("the expected value is computed by the tested call", _TWICE, "10 error"),
    _example(
        "both sides have names",
        _TWICE.replace("assert area(2, 3) ==", "result = area(2, 3)\n    assert result =="),
        "11 error",
    ),
    _example("in place", "def test_area():\n    assert area(2, 3) == area(2, 3)\n", "9 error"),
    _example("beside another assertion", _TWICE + "    assert scaled(1, 1) == 1\n", "10 warning"),
    _example(
        "unittest's form of it",
        "import unittest\n\n\nclass TestArea(unittest.TestCase):\n    def test_area(self):\n"
        "        expected = area(2, 3)\n        self.assertEqual(area(2, 3), expected)\n",
        "14 error",
    ),
    _example("the test file has a function of its own", _COPY, "8 warning", head="from geometry import scaled\n\n\n"),
    _example(
        "the test file has the product's very function",
        _COPY.replace("    return", "    if width < 0:\n        raise ValueError(width)\n    return"),
        "8 error",
        head="from geometry import scaled\n\n\n",
    ),
    _example("other arguments", "def test_area():\n    expected = area(3, 2)\n    assert area(2, 3) == expected\n"),
    _example("another function", "def test_area():\n    expected = scaled(2, 3)\n    assert area(2, 3) == expected\n"),
    _example(
        "calling twice is the point",
        "def test_area_is_deterministic():\n    assert area(2, 3) == area(2, 3)\n",
    ),
    _example(
        "equality among other comparisons",
        "def test_order():\n    assert area(2, 3) == area(2, 3)\n    assert area(2, 3) < area(3, 3)\n",
    ),
    _example("objects that are equal", "def test_square():\n    assert Square(2) == Square(2)\n"),
    _example("two results are compared", _TWICE.replace("expected", "first")),
    _example(
        "something happens in between",
        "def test_area(shop):\n    expected = area(2, 3)\n    shop.restart()\n    assert area(2, 3) == expected\n",
    ),
    _example(
        "a reference implementation",
        "def slow_area(width, height):\n    return sum(width for _ in range(height))\n\n\n"
        "def test_area():\n    assert area(2, 3) == slow_area(2, 3)\n",
    ),
    _example(
        "a private helper of one name",
        _COPY.replace("area(", "_read(").replace("test_area", "test_read"),
    ),
    _example(
        "a sample function of another name",
        _COPY.replace("area", "sample"),
    ),
    _example(
        "a function of the same name with other parameters",
        _COPY.replace("def area(width, height)", "def area(a, b)").replace("width * height", "a * b"),
        head="from geometry import scaled\n\n\n",
    ),
)
