"""The rule shadowed-test."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.tests import SHADOWED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

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


class ShadowedTest(Rule):
    """A test never runs because another one of its name stands behind it.

    Two functions, methods, classes or fixtures of one name in one suite, or an import or assignment that takes a test's
    name: Python keeps the last one. Definitions in different branches (`if`, `try`), overloads, property setters, and
    names that something uses in between stay silent.

    Level: error where the test that never runs existed at base; warning where it is new; note where both do the same.

    Why: the first test is counted by every reader and run by nobody.
    Fix: give each test a name of its own.
    Not a fix: deleting the first one.
    """

    name = "shadowed-test"
    family = Family.HOLLOW
    level = Level.WARNING
    examples = (
        _example("a new test hides an old one", _TEST + _SECOND, "9 error"),
        _example(
            "two new tests of one name",
            _TEST
            + "\n\ndef test_zero():\n    assert area(0, 1) == 0\n\n\ndef test_zero():\n    assert area(1, 0) == 0\n",
            "13 warning",
        ),
        _example(
            "two methods of one class",
            _CLASS + "\n    def test_one(self):\n        assert area(1, 2) == 2\n",
            "9 error",
            before=_CLASS,
        ),
        _example(
            "two classes", _CLASS + "\n\n" + _CLASS.replace("1, 1) == 1", "2, 2) == 4"), "10 error", before=_CLASS
        ),
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

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each name that is taken twice."""
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            for it in file.new_ones(SHADOWED):
                yield self.found(file, it)

    def found(self, file: FileDelta, it: Occurrence) -> Finding:
        """One name."""
        first, what = int(it.details["first"]), it.details["what"]
        fixture = what == "fixture"
        existed = _existed(file, it.symbol, first)
        level = Level.ERROR if existed and not fixture else self.level
        same = bool(it.details["same"])
        by = "a second one" if it.details["by"] == "definition" else f"`{it.details['by']}`"
        never = "is never used" if fixture else "never runs"
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"The {_WORDS[what]} `{it.symbol}` on line {first} {never}: {by} takes its name on line {it.line}"
            f"{', and does the same' if same else ''}.",
            level=Level.NOTE if same else level,
            fix="give each of them a name of its own",
            not_a_fix="deleting the first one",
            related=(Location(file.path, first, int(it.details["first_end"]), it.symbol),),
        )


_WORDS = {"test": "test", "class": "test class", "fixture": "fixture"}


def _existed(file: FileDelta, name: str, first: int) -> bool:
    """Whether what is hidden stood there at base: its line is no new one, and the base had a definition of its name."""
    known = file.old is not None and any(it.qualified_name == name for it in file.old.definitions)
    return known and first not in file.pair.added
