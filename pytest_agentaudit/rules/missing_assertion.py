"""The rule missing-assertion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.hollow_tests.unreached import UNREACHED
from pytest_agentaudit.facts.model import Condition, Definition, Form, TestCase
from pytest_agentaudit.facts.source_names import NAMES
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Example, Rule

_SKIPPING = frozenset({"pytest.skip", "self.skipTest", "skip"})
_PLAIN_BASES = frozenset({"object", "unittest", "TestCase", "IsolatedAsyncioTestCase", "Generic", "T", "ABC", "abc"})

SEVERAL = 3
"""Other test files that have a test of a name, from which on a base class is taken to ask for it."""

_MEASURED = regex(r"(^|[/_])(bench(mark)?s?|perf|performance|profiling)([/_.]|$)")
_API = "def area(width, height):\n    if width < 0:\n        raise ValueError(width)\n    return width * height\n"
_HEAD = "import pytest\nfrom geometry import area\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"


def _example(title: str, before: str, after: str, *expect: str, more: dict[str, str] | None = None) -> Example:
    """An example with one product file and one test file."""
    return Example(
        title,
        before={"geometry.py": _API, "tests/test_geometry.py": _HEAD + before, **(more or {})},
        after={"geometry.py": _API, "tests/test_geometry.py": _HEAD + after, **(more or {})},
        expect=expect,
    )


class MissingAssertion(Rule):
    """A new test asserts nothing.

    Assertions of every form count: `assert`, unittest's methods, expected exceptions and warnings, mocks' assertions,
    numpy's and pandas' functions, snapshots, and helpers, fixtures and base classes that assert, followed across files.
    A changed test that lost its assertions is weakened-assertion's; this rule speaks of it where none of them was
    paired. Benchmarks, state machines, fixtures named like tests and tests that never asserted anything stay silent.

    One whose assertions cannot be reached is unreached-assertion's.

    So do new tests whose name or docstring says that not raising is what they test, unless they are always skipped:
    what never runs cannot show that nothing is raised.

    Level: warning; error for a new test whose body does nothing at all, and that is given nothing; note where a test
    that asserted something now says that not raising is what it tests, and for an empty method by which a class opts
    out of a test that its base class asks for, and where a test of the same name and more expects the call to raise.

    Why: such a test fails only on a crash; whatever the code returns, it is green.
    Fix: assert the result, the state or the calls that the test is about; if not raising is the point, say so in its
    name.
    Not a fix: `assert True`, `assert result is not None`, printing the result.
    """

    name = "missing-assertion"
    family = Family.HOLLOW
    level = Level.WARNING
    examples = (
        _example(
            "a new test that only calls",
            _TEST,
            _TEST + "\n\ndef test_area_of_nothing():\n    area(0, 0)\n",
            "tests/test_geometry.py:9 warning",
        ),
        _example(
            "a new test that prints",
            _TEST,
            _TEST + "\n\ndef test_report():\n    result = area(2, 2)\n    print(f'area: {result}')\n",
            "tests/test_geometry.py:9 warning",
        ),
        _example(
            "a new test with an empty body",
            _TEST,
            _TEST + '\n\ndef test_negative():\n    """Negative sizes are refused."""\n',
            "tests/test_geometry.py:9 error",
        ),
        _example(
            "a new test that is given a fixture",
            _TEST,
            _TEST + "\n\ndef test_set_up(tmp_path):\n    pass\n",
            "tests/test_geometry.py:9 warning",
        ),
        _example(
            "it does nothing but skip, which skipped-test tells",
            _TEST,
            _TEST + "\n\ndef test_wide():\n    pytest.skip('no wide areas here')\n",
        ),
        _example(
            "not raising is the contract, and it never runs",
            _TEST,
            _TEST + "\n\n@pytest.mark.skip(reason='run by hand')\ndef test_zero_does_not_raise():\n    area(0, 0)\n",
            "tests/test_geometry.py:10 warning",
        ),
        _example(
            "its assertion stands behind a return: unreached-assertion tells the line",
            _TEST,
            _TEST + "\n\ndef test_big():\n    return\n    assert area(9, 9) == 81\n",
        ),
        _example(
            "its assertion stands in a branch that is never taken: so too",
            _TEST,
            _TEST + "\n\ndef test_big():\n    big = area(9, 9)\n    if False:\n        assert big == 81\n",
        ),
        _example(
            "not raising is the contract",
            _TEST,
            _TEST + "\n\ndef test_zero_does_not_raise():\n    area(0, 0)\n",
        ),
        _example(
            "what it imports must be there",
            _TEST,
            _TEST + "\n\ndef test_exports():\n    from geometry import area, Square\n",
        ),
        _example(
            "what it accepts is the pair of what it refuses",
            _TEST,
            _TEST + "\n\ndef test_area_accepts_zero():\n    area(0, 1)\n",
        ),
        _example(
            "an old caller still works",
            _TEST,
            _TEST + '\n\ndef test_old_names():\n    """Positional sizes still work."""\n    area(2, 3)\n',
        ),
        _example(
            "a callback that is named like a test",
            _TEST,
            _TEST + "\n\ndef test_back(**given):\n    print(given.get('size'))\n\n\nregister('sized', test_back)\n",
        ),
        _example(
            "a function of a script, which gives it what pytest could not",
            _TEST,
            _TEST + "\n\ndef test_of(width, unit):\n    shown = area(width, 1)\n    print(shown, unit)\n\n\n"
            "if __name__ == '__main__':\n    test_of(3, 'cm')\n",
        ),
        _example(
            "a helper of the file asserts",
            _TEST,
            "def measured(width, expected):\n    assert area(width, 1) == expected\n\n\n"
            + _TEST
            + "\n\ndef test_line():\n    measured(4, 4)\n",
        ),
        _example(
            "a helper of another file asserts",
            _TEST,
            "from tests.support import measured\n\n\n" + _TEST + "\n\ndef test_line():\n    measured(area, 4)\n",
            more={"tests/support.py": "def measured(function, expected):\n    assert function(4, 1) == expected\n"},
        ),
        _example(
            "a fixture hands out what asserts",
            _TEST,
            _TEST + "\n\ndef test_line(measured):\n    measured(4, 4)\n",
            more={
                "tests/conftest.py": "import pytest\nfrom geometry import area\n\n\n@pytest.fixture\ndef measured():\n"
                "    def run(width, expected):\n        assert area(width, 1) == expected\n    return run\n"
            },
        ),
        _example(
            "a method of its class asserts",
            _TEST,
            _TEST + "\n\nclass TestArea:\n    def same(self, width):\n        assert area(width, 1) == width\n\n"
            "    def test_line(self):\n        self.same(4)\n",
        ),
        _example(
            "an exception is expected",
            _TEST,
            _TEST + "\n\ndef test_negative():\n    with pytest.raises(ValueError):\n        area(-1, 1)\n",
        ),
        _example(
            "what a block opens asserts",
            _TEST,
            _TEST + "\n\nasync def test_far(client):\n    async with ShopAssertions(client) as shop:\n"
            "        await shop.call_fails('area', expected='no sides')\n",
        ),
        _example(
            "a failure that is suppressed",
            _TEST,
            _TEST
            + "\n\ndef test_wide():\n    area.broken = True\n    # Should succeed despite that.\n    area(4, 1)\n",
        ),
        _example(
            "what it is given must be well formed",
            _TEST,
            _TEST + "\n\ndef test_plain():\n    for wide in (1, 2):\n        shown = str(area(wide, 1))\n"
            "        shown.encode('ascii')\n",
        ),
        _example(
            "what it is given must be a document",
            _TEST,
            "import json\n\n\n" + _TEST + "\n\ndef test_told():\n    told = area(2, 1).told\n    json.loads(told)\n",
        ),
        _example(
            "a text that the test wrote itself is encoded",
            _TEST,
            _TEST + "\n\ndef test_told():\n    area('a'.encode('ascii'), 1)\n    area(2, 1)\n",
            "tests/test_geometry.py:9 warning",
        ),
        _example(
            "it raises by itself",
            _TEST,
            _TEST + "\n\ndef test_all():\n    wrong = [n for n in range(9) if area(n, 1) != n]\n"
            "    if wrong:\n        raise AssertionError(wrong)\n",
        ),
        _example(
            "a fixture that is named like a test",
            _TEST,
            _TEST + "\n\n@pytest.fixture\ndef test_square():\n    return area(2, 2)\n",
        ),
        _example("a benchmark", _TEST, _TEST + "\n\ndef test_speed(benchmark):\n    benchmark(area, 2, 3)\n"),
        _example(
            "its other half expects an exception of the same call",
            _TEST,
            _TEST + "\n\ndef test_line():\n    area(0, 1)\n\n\ndef test_line_of_less():\n"
            "    with pytest.raises(ValueError):\n        area(-1, 1)\n",
            "tests/test_geometry.py:9 note",
        ),
        _example(
            "it opts out of what the base class of all tests asks for",
            _TEST,
            "from tests.base import Suite\n\n\n"
            + _TEST
            + "\n\nclass TestLine(Suite):\n    def test_grown(self, unit):\n        pass\n",
            "tests/test_geometry.py:13 note",
            more={
                "tests/base.py": "class Suite:\n    def test_grown(self, unit):\n        raise NotImplementedError\n",
                **{
                    f"tests/test_{it}.py": "from tests.base import Suite\n\n\nclass TestOne(Suite):\n"
                    "    def test_grown(self, unit):\n        assert unit\n"
                    for it in ("cube", "disc", "cone")
                },
            },
        ),
        _example(
            "the same name without a base class",
            _TEST,
            _TEST + "\n\nclass TestLine:\n    def test_area(self, unit):\n        pass\n",
            "tests/test_geometry.py:10 warning",
            more={f"tests/test_{it}.py": _HEAD + _TEST for it in ("cube", "disc", "cone")},
        ),
        _example(
            "it looks for one that meets its condition",
            _TEST,
            "from debug import find_any\n\n\n"
            + _TEST
            + "\n\ndef test_line():\n    find_any(shapes(), lambda it: area(it, 1) == it)\n",
        ),
        _example(
            "what it makes can be shown",
            _TEST,
            _TEST + "\n\ndef test_area_can_be_displayed():\n    repr(area(2, 3))\n",
        ),
        _example(
            "it waits for its condition",
            _TEST,
            "from polling import wait_until\n\n\n"
            + _TEST
            + "\n\ndef test_line():\n    wait_until(lambda: area(4, 1) == 4, timeout=1)\n",
        ),
        _example(
            "it never asserted anything",
            "def test_area():\n    area(2, 3)\n",
            "def test_area():\n    area(2, 4)\n",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each new test without an assertion."""
        unreached = {
            (file.path, it.symbol)
            for file in audit.files(FileRole.TEST)
            for it in file.new_ones(UNREACHED)
            if it.details["alone"]
        }
        for pair in audit.delta.tests:
            test = pair.new
            if test is None or not test.touched or test.uncollected or test.assertions or _is_excused(pair, test):
                continue
            if (pair.new_path, test.qualified_name) in unreached:
                continue
            if _never_asserted(pair) or any(it.loss for it in pair.assertions):
                continue
            here = _definitions(audit, pair.new_path)
            idle = pair.old is None and not test.calls and not test.names and _stands_alone(here, test)
            found = self.found(pair.new_path, test, was=pair.old is not None, idle=idle)
            is_meant = _opts_out(audit, pair.new_path, here, test) or _is_other_half(audit, pair.new_path, test)
            yield replace(found, level=Level.NOTE) if pair.old is None and is_meant else found

    def found(self, path: str, test: TestCase, *, was: bool, idle: bool) -> Finding:
        """A test that asserts nothing; one that is `idle` does nothing either."""
        calls = [name for name in test.calls if name not in {"print", "super"}]
        what = f"it only calls {_shown(calls)}" if calls else "its body does nothing"
        state = "asserts nothing any more" if was else "asserts nothing"
        contract = ""
        if test.contract and calls:
            contract = " (it seems to test that nothing is raised" + (")" if was else ", and is always skipped)")
        return self.finding(
            Location(path, test.line, test.end_line, test.qualified_name),
            f"`{test.qualified_name}` {state}: {what}{contract}.",
            level=Level.ERROR if idle else Level.NOTE if test.contract and calls and was else self.level,
            fix="assert the result, the state or the calls that the test is about",
            not_a_fix="assert True, assert ... is not None, printing the result",
        )


def _definitions(audit: Audit, path: str) -> dict[str, Definition]:
    """The definitions of a test file of head by their qualified names."""
    sides = (file.new for file in audit.files(FileRole.TEST) if file.new and file.path == path)
    return {it.qualified_name: it for side in sides for it in side.definitions}


def _opts_out(audit: Audit, path: str, here: Mapping[str, Definition], test: TestCase) -> bool:
    """Whether an empty method stands in the place of one that a base class of the project's tests has, as in several
    other files.
    """
    owner, _, name = test.qualified_name.rpartition(".")
    own, around = here.get(test.qualified_name), here.get(owner)
    if own is None or around is None or test.calls or not test.names <= set(own.parameters):
        return False
    bases = set(NAMES.findall(around.signature)) - _PLAIN_BASES
    inherits = any(audit.delta.mentions[base] - {path} for base in bases)
    return inherits and len(audit.delta.mentions[name] - {path}) >= SEVERAL


def _is_other_half(audit: Audit, path: str, test: TestCase) -> bool:
    """Whether a test of the same name and some more expects an exception of the same call: this one shows that there is
    none.
    """
    others = (it.new for it in audit.delta.tests if it.new and it.new_path == path)
    halves = (it for it in others if it.qualified_name.startswith(f"{test.qualified_name}_"))
    refused = [one.subject for it in halves for one in it.assertions if one.form is Form.RAISES]
    return any(f"{call}(" in subject for call in test.calls for subject in refused)


def _stands_alone(here: Mapping[str, Definition], test: TestCase) -> bool:
    """Whether a test is given no fixtures and no decorators, which might do and demand something for it."""
    found = next((it for it in here.values() if it.line == test.line), None)
    return found is not None and not found.decorators and set(found.parameters) <= {"self", "cls"}


def _never_asserted(pair: TestPair) -> bool:
    """Whether the test asserted nothing at base either."""
    return pair.old is not None and not any(not it.constant for it in pair.old.assertions)


def _is_excused(pair: TestPair, test: TestCase) -> bool:
    """Whether the test is a benchmark, is expected to fail, or was born to show that nothing is raised (and runs)."""
    skipped = any(it.condition is Condition.ALWAYS and not it.row for it in test.skips)
    if pair.old is None and test.contract and (test.calls or test.imports_alone) and not skipped:
        return True
    if skipped and set(test.calls) <= _SKIPPING:
        return True  # skipped-test tells
    if test.called_by:
        return True  # it takes open arguments and is named as a value: a callback of another test
    measured = {"benchmark", "codspeed"} & {*test.marks, *test.names} or _MEASURED.search(pair.new_path)
    return bool(measured) or any(it.word == "xfail" for it in test.skips)


def _shown(calls: list[str]) -> str:
    names = list(dict.fromkeys(f"`{name}`" for name in calls))
    return ", ".join(names[-2:])
