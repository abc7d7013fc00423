"""The rule uncollected-test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.collecting import OUTSIDE
from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.standing_apart import folder_of, stands_apart
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""How many names a message lists."""

_CLEAR = regex(r"_*[Tt]est(_|[A-Z0-9]|$)\w*|\w+_test")
"""Names that a function has only when it is meant as a test."""

_API = "def area(width, height):\n    return width * height\n"
_FLOW = "on: push\njobs:\n  all:\n    strategy:\n      matrix:\n        suite: [integration_area.py]\n"
_HEAD = "import pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(
    title: str, before: dict[str, str], after: dict[str, str], *expect: str, evidence: Evidence | None = None
) -> Example:
    """An example with one product file."""
    return Example(
        title,
        before={"geometry.py": _API, **before},
        after={"geometry.py": _API, **after},
        expect=expect,
        evidence=evidence,
    )


def _file(text: str) -> dict[str, str]:
    return {"tests/test_geometry.py": _HEAD + text}


def _collected(*functions: str) -> Evidence:
    """A whole run that collected these functions of the test file."""
    return Evidence(collected=tuple(("tests/test_geometry.py", name) for name in functions), tracer="sys.monitoring")


class _Lost(Struct, frozen=True):
    """A test that pytest does not collect, and why."""

    pair: TestPair
    test: TestCase
    why: str

    @property
    def was_collected(self) -> bool:
        """Whether pytest collected it at base."""
        return self.pair.old is not None and not self.pair.old.uncollected

    @property
    def is_clear(self) -> bool:
        """Whether nothing but a test is called so."""
        return bool(_CLEAR.fullmatch(self.test.qualified_name.rpartition(".")[2]))


class UncollectedTest(Rule):
    """A test is written, or renamed, so that pytest does not collect it.

    Its name, its class, its file or its folder does not match the project's settings, its class has `__init__`, or
    `__test__` is false; or a whole run did not collect it. Functions that something calls are helpers, classes that
    others derive from are bases: both stay silent, and so do files that are data of a test tree, and benchmarks beside
    others that are handed to pytest by name.

    Level: error where pytest collected it at base, where the whole run shows that it did not, or where a function named
    like a test asserts in a collected file; warning otherwise.

    Why: it is never run, and the suite is green without it.
    Fix: give it a name, class and file that the settings collect.
    Not a fix: calling it from another file, running it by hand once.
    """

    name = "uncollected-test"
    family = Family.STEPS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = (
        _example(
            "renamed out of the way",
            _file(_TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
            _file(_TEST + "\n\ndef _test_zero():\n    assert area(0, 3) == 0\n"),
            "tests/test_geometry.py:9 error",
        ),
        _example(
            "a new check that nobody calls",
            _file(_TEST),
            _file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
            "tests/test_geometry.py:9 warning",
        ),
        _example(
            "a class with __init__",
            _file(_TEST),
            _file(
                _TEST + "\n\nclass TestArea:\n    def __init__(self):\n        self.width = 2\n\n"
                "    def test_zero(self):\n        assert area(self.width, 0) == 0\n"
            ),
            "tests/test_geometry.py:13 error",
        ),
        _example(
            "__test__ = False",
            _file(_TEST),
            _file(_TEST + "\n\n__test__ = False\n\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
            "tests/test_geometry.py:5 error",
        ),
        _example(
            "a file that is not named like a test file",
            _file(_TEST),
            {**_file(_TEST), "tests/geometry_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n"},
            "tests/geometry_zero.py:5 warning",
        ),
        _example(
            "a benchmark beside others, which are handed to pytest by name",
            {**_file(_TEST), "tests/benchmarks/bench_area.py": _HEAD + _TEST},
            {
                **_file(_TEST),
                "tests/benchmarks/bench_area.py": _HEAD + _TEST,
                "tests/benchmarks/bench_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
            },
        ),
        _example(
            "a file that a workflow of the base names, whatever it is called",
            {**_file(_TEST), ".github/workflows/all.yml": _FLOW, "tests/integration_area.py": _HEAD + _TEST},
            {
                **_file(_TEST),
                ".github/workflows/all.yml": _FLOW,
                "tests/integration_area.py": _HEAD + _TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
            },
        ),
        _example(
            "a file of that kind which no workflow names",
            {**_file(_TEST), ".github/workflows/all.yml": _FLOW},
            {
                **_file(_TEST),
                ".github/workflows/all.yml": _FLOW,
                "tests/integration_zero.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
            },
            "tests/integration_zero.py:5 warning",
        ),
        _example(
            "a new file of tests in which pytest finds none",
            _file(_TEST),
            {**_file(_TEST), "tests/test_zero.py": _HEAD + "def check_zero():\n    assert area(0, 3) == 0\n"},
            "tests/test_zero.py:5 error",
        ),
        _example(
            "a class that does not match",
            _file(_TEST),
            _file(_TEST + "\n\nclass AreaChecks:\n    def test_zero(self):\n        assert area(0, 3) == 0\n"),
            "tests/test_geometry.py:10 error",
        ),
        _example(
            "a whole run did not collect it",
            _file(_TEST),
            _file(_TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n"),
            "tests/test_geometry.py:9 error",
            evidence=_collected("test_area"),
        ),
        _example(
            "a helper that a test calls",
            _file(_TEST),
            _file(
                "def check(width):\n    assert area(width, 1) == width\n\n\n"
                + _TEST
                + "\n\ndef test_line():\n    check(4)\n"
            ),
        ),
        _example(
            "a test that became a helper of two",
            _file("def test_zero():\n    assert area(0, 3) == 0\n"),
            _file(
                "def _test_zero(height):\n    assert area(0, height) == 0\n\n\n"
                "def test_zero():\n    _test_zero(3)\n\n\ndef test_zero_high():\n    _test_zero(9)\n"
            ),
        ),
        _example(
            "a base class of tests",
            _file(_TEST),
            _file(
                "class AreaSuite:\n    width = 0\n\n    def test_zero(self):\n        assert area(self.width, 0) == 0\n"
                "\n\n"
                "class TestOne(AreaSuite):\n    width = 1\n\n\n" + _TEST
            ),
        ),
        _example(
            "a base class that another file derives from",
            _file(_TEST),
            {
                "tests/suites.py": _HEAD
                + "class AreaSuite:\n    def test_zero(self):\n        assert area(0, 0) == 0\n",
                "tests/test_geometry.py": "from tests.suites import AreaSuite\n\n\n"
                "class TestOne(AreaSuite):\n    width = 1\n",
            },
        ),
        _example(
            "settings that collect it",
            {"pytest.ini": "[pytest]\npython_functions = test_* check_*\n", **_file(_TEST)},
            {
                "pytest.ini": "[pytest]\npython_functions = test_* check_*\n",
                **_file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
            },
        ),
        _example(
            "a project of its own, in a folder of a larger one",
            {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
            {
                "pytest.ini": "[pytest]\ntestpaths = tests\n",
                **_file(_TEST),
                "plugins/volume/pyproject.toml": "[project]\nname = 'volume'\n",
                "plugins/volume/tests/test_volume.py": "def test_volume():\n    assert volume(1) == 1\n",
            },
        ),
        _example(
            "outside testpaths",
            {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
            {
                "pytest.ini": "[pytest]\ntestpaths = tests\n",
                **_file(_TEST),
                "checks/test_more.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
            },
            "checks/test_more.py:5 warning",
        ),
        _example(
            "outside testpaths, in a file of tests that stood there before",
            {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST), "src/_tests/test_more.py": _HEAD + _TEST},
            {
                "pytest.ini": "[pytest]\ntestpaths = tests\n",
                **_file(_TEST),
                "src/_tests/test_more.py": _HEAD + _TEST + "\n\ndef test_zero():\n    assert area(0, 3) == 0\n",
            },
        ),
        _example(
            "outside testpaths, but CI hands its folder to pytest",
            {"pytest.ini": "[pytest]\ntestpaths = tests\n", **_file(_TEST)},
            {
                "pytest.ini": "[pytest]\ntestpaths = tests\n",
                **_file(_TEST),
                ".github/workflows/ci.yml": "on: push\njobs:\n  all:\n    runs-on: x\n    steps:\n"
                "      - run: python -m pytest checks/ -v\n",
                "checks/test_more.py": _HEAD + "def test_zero():\n    assert area(0, 3) == 0\n",
            },
        ),
        _example(
            "data of a test tree",
            _file(_TEST),
            {**_file(_TEST), "tests/data/suite.py": "def test_sample():\n    assert 1 == 2\n"},
        ),
        _example(
            "a fixture",
            _file(_TEST),
            _file(
                _TEST
                + "\n\n@pytest.fixture\ndef tested_area():\n    size = area(2, 2)\n    assert size\n    return size\n"
            ),
        ),
        _example(
            "a whole run collected it all the same",
            _file(_TEST),
            _file(_TEST + "\n\ndef check_zero():\n    assert area(0, 3) == 0\n"),
            evidence=_collected("test_area", "check_zero"),
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file and cause."""
        groups: dict[tuple[str, str], list[_Lost]] = defaultdict(list)
        for pair in audit.delta.tests:
            if pair.new is not None and _is_new_here(pair):
                why = _why(audit, pair, pair.new)
                lost = _Lost(pair, pair.new, why)
                if why and not _is_excused(audit, lost):
                    by_folder = why.startswith(OUTSIDE)
                    groups[folder_of(pair.new_path) if by_folder else pair.new_path, why].append(lost)
        collected = {it.new_path for it in audit.delta.tests if it.new and not it.new.uncollected}
        for group in groups.values():
            yield self.found(group, alone=group[0].pair.new_path not in collected)

    def found(self, group: list[_Lost], *, alone: bool) -> Finding:
        """The tests that one cause keeps out; `alone` where pytest collects no other test of the file."""
        group.sort(key=lambda it: (it.pair.new_path, it.test.line))
        first = next((it for it in group if it.was_collected), group[0])
        path, many = first.pair.new_path, len(group) > 1
        state = (
            f"{'were' if many else 'was'} collected before the change"
            if first.was_collected
            else (f"{'are' if many else 'is'} new")
        )
        return self.finding(
            Location(path, first.test.line, first.test.end_line, first.test.qualified_name),
            f"{_names(group)} {state} and pytest does not collect {'them' if many else 'it'} now: {first.why}.",
            level=Level.ERROR if _is_error(first, alone=alone) else Level.WARNING,
            evidence={"base": f"def {first.pair.old.qualified_name}"} if first.was_collected and first.pair.old else {},
            fix="give the test a name, class and file that pytest's settings collect",
            not_a_fix="calling it by hand, or from a script",
            related=tuple(
                Location(it.pair.new_path, it.test.line, it.test.end_line, it.test.qualified_name)
                for it in group
                if it is not first
            ),
        )


_BY_RUN = "the whole run did not collect it"


def _is_new_here(pair: TestPair) -> bool:
    """Whether the change made the test, or made it uncollected."""
    return pair.new is not None and (pair.old is None or bool(pair.new.uncollected) > bool(pair.old.uncollected))


def _why(audit: Audit, pair: TestPair, test: TestCase) -> str:
    """Why pytest does not collect the test, "" where it does: as a whole run shows it, else by its settings."""
    run = audit.whole
    if run is None or not run.collected or any(pair.new_path in it for it in run.collection_errors):
        return test.uncollected
    name = test.qualified_name.rpartition(".")[2]
    if any(function.rpartition(".")[2] == name for _, function in run.collected):
        return ""
    ours = any(path == pair.new_path for path, _ in run.collected)
    return test.uncollected or (_BY_RUN if ours and test.touched and not test.marks else "")


def _is_excused(audit: Audit, lost: _Lost) -> bool:
    """Whether the function is a helper, a base class's or data; one that was collected at base is none of these."""
    test, path = lost.test, lost.pair.new_path
    owner, _, name = test.qualified_name.rpartition(".")
    if test.called_by or not (test.assertions or lost.was_collected):
        return True
    outside = lost.why.startswith(OUTSIDE)
    if not lost.was_collected and stands_apart(audit.change, audit.delta.gates, path, outside=outside):
        return True
    known = owner or ("" if lost.is_clear else name)
    return bool(known and lost.why != _BY_RUN and audit.delta.mentions.get(known, frozenset()) - {path})


def _is_error(lost: _Lost, *, alone: bool) -> bool:
    """Whether a test was meant, beyond doubt: a file named like a test file has nothing else to offer."""
    if lost.was_collected or lost.why == _BY_RUN:
        return True
    by_file = lost.why.startswith(("its file", "its folder"))
    return (lost.is_clear or alone) and not by_file


def _names(group: list[_Lost]) -> str:
    names = [f"`{it.test.qualified_name}`" for it in group]
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
