"""The examples of shadowed-test."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_API = "def area(width, height):\n    return width * height\n"
_HEAD = "import pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_SECOND = "\n\ndef test_area():\n    assert area(0, 3) == 0\n"
_CLASS = "class TestArea:\n    def test_one(self):\n        assert area(1, 1) == 1\n"


def _example(title: str, after: str, *expect: str, before: str = _TEST) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": _HEAD + before},
        after={"geometry.py": _API, "tests/test_geometry.py": _HEAD + after},
        expect=tuple(f"tests/test_geometry.py:{place}" for place in expect),
    )


EXAMPLES = (
    _example("a new test hides an old one", _TEST + _SECOND, "9 error"),
    _example(
        "two new tests of one name",
        _TEST + "\n\ndef test_zero():\n    assert area(0, 1) == 0\n\n\ndef test_zero():\n    assert area(1, 0) == 0\n",
        "13 warning",
    ),
    _example(
        "two methods of one class",
        _CLASS + "\n    def test_one(self):\n        assert area(1, 2) == 2\n",
        "9 error",
        before=_CLASS,
    ),
    _example("two classes", _CLASS + "\n\n" + _CLASS.replace("1, 1) == 1", "2, 2) == 4"), "10 error", before=_CLASS),
    _example("an import takes its name", _TEST + "\n\nfrom tests.shared import test_area\n", "9 error"),
    _example(
        "two fixtures",
        "@pytest.fixture\ndef size():\n    return 1\n\n\n@pytest.fixture\ndef size():\n    return 2\n\n\n" + _TEST,
        "11 warning",
    ),
    _example(
        "one for each platform",
        "import sys\n\nif sys.platform == 'win32':\n    def test_area():\n        assert area(1, 1) == 1\nelse:\n"
        "    def test_area():\n        assert area(2, 3) == 6\n",
    ),
    _example(
        "an optional library",
        "try:\n    import numpy\n\n    def test_area():\n        assert area(1, 1) == 1\nexcept ImportError:\n"
        "    def test_area():\n        assert area(2, 3) == 6\n",
    ),
    _example("it is wrapped", _TEST + "\n\ntest_area = pytest.mark.slow(test_area)\n"),
    _example(
        "one name in two classes",
        _CLASS + "\n\n" + _CLASS.replace("TestArea", "TestOther"),
        before=_CLASS,
    ),
    _example("both do the same", _TEST + "\n\n" + _TEST),
    _example("it was so before", (_TEST + _SECOND).replace("0, 3", "0, 4"), before=_TEST + _SECOND),
)
