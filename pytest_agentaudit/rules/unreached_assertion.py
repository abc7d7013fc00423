"""The rule unreached-assertion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta, TestPair
from pytest_agentaudit.facts.kinds.tests import BRANCHED, UNREACHED
from pytest_agentaudit.facts.model import Assertion, Form, Occurrence, TestCase
from pytest_agentaudit.facts.touched_tests import TouchedTests, passed
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    Needs,
    NotJudged,
    Outcome,
    TestOutcome,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule

_PATH = "tests/test_geometry.py"
_API = "def area(width, height):\n    return width * height\n"
_HEAD = "import sys\nimport pytest\nfrom geometry import area, shapes\n\n\n"
_TEST = "def test_area():\n    assert area(2, 3) == 6\n"
_LOOP = "def test_shapes():\n    for shape in shapes():\n        assert area(*shape) > 0\n"
_BRANCH = "def test_big():\n    big = area(9, 9)\n    if big > 99:\n        assert big == 81\n    assert big\n"
_CASES = (
    "@pytest.mark.parametrize('n', [1])\ndef test_one(n):\n    if area(n, 1) == 1:\n        assert area(n, n) == 1\n"
    "    assert area(n, 9)\n"
)


def _example(
    title: str, after: str, *expect: str, before: str = "", hits: Mapping[int, tuple[int, ...]] | None = None
) -> Example:
    """A test that comes in beside another one; its first line is 10. With `hits` it ran and passed."""
    name = after.partition("def ")[2].partition("(")[0]
    test = TestOutcome(f"{_PATH}::{name}", _PATH, 10, name, Outcome.PASSED)
    return Example(
        title,
        before={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}{before}"},
        after={"geometry.py": _API, _PATH: f"{_HEAD}{_TEST}\n\n{after}"},
        expect=tuple(f"{_PATH}:{place}" for place in expect),
        evidence=None if hits is None else Evidence((test,), {_PATH: LineHits(hits)}, tracer="sys.monitoring"),
    )


class UnreachedAssertion(Rule):
    """An assertion is never reached.

    It stands behind `return`, `raise` or an exit, in a branch that is never taken, in a loop over nothing, under a
    parametrize mark without cases, in a function that nobody calls, in the `else` of a loop that always breaks, or
    behind the call that must raise in `pytest.raises`. Where the run watched the test's lines the rule is exact: in a
    test that passed, an assertion that no case of it ran. Branches on version, platform and the test's own cases stay
    silent.

    Level: error where the test makes no other demand that can be reached (or none that was run); warning beside others;
    note for a handler that was not needed.

    Why: what is not run cannot fail, however exact it reads.
    Fix: take away what ends the test before the assertion, or make sure that the loop and the branch are entered.
    Not a fix: deleting the assertion.
    """

    name = "unreached-assertion"
    family = Family.HOLLOW
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = (
        _example("behind a return", "def test_big():\n    return\n    assert area(9, 9) == 81\n", "12 error"),
        _example(
            "behind a return, beside another",
            "def test_big():\n    assert area(9, 9)\n    return\n    assert area(9, 9) == 81\n",
            "13 warning",
        ),
        _example(
            "behind an exit of both branches",
            "def test_big():\n    if area(1, 1):\n        return\n    else:\n        return\n"
            "    assert area(9, 9) == 81\n",
            "15 error",
        ),
        _example("in `if False`", "def test_big():\n    if False:\n        assert area(9, 9) == 81\n", "12 error"),
        _example("in `while 0`", "def test_big():\n    while 0:\n        assert area(9, 9) == 81\n", "12 error"),
        _example(
            "for no case at all",
            "@pytest.mark.parametrize('n', [])\ndef test_big(n):\n    assert area(n, 9) == 81\n",
            "12 error",
        ),
        _example(
            "for cases that are worked out",
            "@pytest.mark.parametrize('n', shapes())\ndef test_big(n):\n    assert area(n, 9) == 81\n",
        ),
        _example(
            "in a loop over nothing", "def test_big():\n    for n in []:\n        assert area(n, 9)\n", "12 error"
        ),
        _example(
            "in a loop over a name for nothing",
            "def test_big():\n    sizes = ()\n    for n in sizes:\n        assert area(n, 9) == 9 * n\n",
            "13 error",
        ),
        _example(
            "in a function that nobody calls",
            "def test_big():\n    def check(n):\n        assert area(n, 9) == 9 * n\n\n    area(9, 9)\n",
            "12 error",
        ),
        _example(
            "in the `else` of a loop that always breaks",
            "def test_big():\n    for n in (1, 2):\n        area(n, 9)\n        break\n    else:\n"
            "        assert area(9, 9) == 81\n",
            "15 error",
        ),
        _example(
            "behind the call that must raise",
            "def test_big():\n    with pytest.raises(ValueError):\n        result = area(-1, 1)\n"
            "        assert result == 1\n",
            "13 warning",
        ),
        _example("a loop that had no turn in the run", _LOOP, "12 error", hits={11: (0,)}),
        _example("a branch that the run never took", _BRANCH, "13 warning", hits={11: (0,), 12: (0,), 14: (0,)}),
        _example(
            "a branch that the run never took, in a test that left its class as it was",
            _BRANCH,
            before="\n\nclass TestBig:\n"
            + "".join(f"    {line}" for line in _BRANCH.splitlines(keepends=True)).replace("()", "(self)", 1),
            hits={11: (0,), 12: (0,), 14: (0,)},
        ),
        _example(
            "a branch that the run takes no more, since the cases are others",
            _CASES.replace("1", "9"),
            "13 warning",
            before=f"\n\n{_CASES}",
            hits={12: (0,), 14: (0,)},
        ),
        _example("a loop that had turns in the run", _LOOP, hits={11: (0,), 12: (0,)}),
        _example("a loop, and nothing was run", _LOOP),
        _example(
            "a branch on the platform that the run did not take",
            _BRANCH.replace("big > 99", "sys.platform == 'win32'"),
            hits={11: (0,), 12: (0,), 14: (0,)},
        ),
        _example(
            "a library that this machine lacks",
            "def test_big():\n    try:\n        import numpy\n    except ImportError:\n        return\n"
            "    assert area(numpy.int8(9), 9) == 81\n",
            hits={11: (0,), 12: (0,), 13: (0,), 14: (0,)},
        ),
        _example(
            "an early return that the run took",
            "def test_big():\n    big = area(9, 9)\n    if big:\n        return\n    assert big == 81\n",
            "14 error",
            hits={11: (0,), 12: (0,), 13: (0,)},
        ),
        _example(
            "one of two alternatives",
            "def test_big():\n    big = area(9, 9)\n    if big > 99:\n        assert big == 100\n    else:\n"
            "        assert big == 81\n",
            hits={11: (0,), 12: (0,), 15: (0,)},
        ),
        _example(
            "a failure that was not reached",
            "def test_big():\n    try:\n        area(-1, 1)\n        pytest.fail('no error')\n"
            "    except ValueError as error:\n        assert str(error) == '-1'\n",
            hits={11: (0,), 12: (0,), 14: (0,), 15: (0,)},
        ),
        _example(
            "behind a skip, which skipped-test tells",
            "def test_big():\n    assert area(9, 9)\n    pytest.skip('slow')\n    assert area(9, 9) == 81\n",
        ),
        _example(
            "a raise behind what fails, for those who do not know that it does",
            "def test_big():\n    big = area(9, 9)\n    if big != 81:\n        pytest.fail(f'wrong: {big}')\n"
            "        raise AssertionError('unreachable')\n    assert big == 81\n",
        ),
        _example(
            "a callback that the code calls",
            "def test_big():\n    def check(n):\n        assert n == 81\n\n    shapes(on_area=check)\n",
        ),
        _example(
            "an early return under a condition",
            "def test_big():\n    if area(1, 1):\n        return\n    assert area(9, 9) == 81\n",
        ),
        _example(
            "a loop over cases that are written out",
            "def test_big():\n    for n in (1, 2):\n        assert area(n, 9) == 9 * n\n",
        ),
        _example(
            "an assertion before what must raise",
            "def test_big():\n    with pytest.raises(ValueError):\n        size = shapes()\n        assert size == 1\n"
            "        raise ValueError(size)\n",
        ),
        _example(
            "an assertion that calls what must raise",
            "def test_big():\n    with pytest.raises(ValueError):\n        size = shapes()\n"
            "        assert area(size, 1)\n",
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each cause in a test."""
        tests = TouchedTests(audit.delta)
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            for it in file.new_ones(UNREACHED):
                pair = tests.at(file.path, it)
                if not (pair and (pair.new is None or pair.new.uncollected or _is_told(pair, it))):
                    yield self.unreached(file.path, it, alone=tests.is_alone(file.path, it))
        if audit.whole is not None:
            yield from self.unrun(audit, audit.whole)

    def unreached(self, path: str, it: Occurrence, *, alone: bool) -> Finding:
        """What the source tells."""
        alone = alone and not it.details["fails"]
        others = int(it.details["count"]) - 1
        more = f" (and {others} more)" if others else ""
        words = f" `{it.symbol}` makes no other demand." if alone else ""
        return self.finding(
            Location(path, it.line, it.end_line, it.symbol),
            f"`{it.text}`{more} is never reached: {it.details['cause']}.{words}",
            level=self.level if alone else Level.WARNING,
            fix="take away what ends the test before the assertion, or what keeps it from being entered",
            not_a_fix="deleting the assertion",
        )

    def unrun(self, audit: Audit, whole: Evidence) -> Iterator[Finding]:
        """What the run shows of the tests that the change added or edited."""
        files = {file.path: file for file in audit.files(FileRole.TEST)}
        for pair in audit.delta.tests:
            file, hits = files.get(pair.new_path), whole.hits.get(pair.new_path)
            if pair.new is None or not pair.new.touched or file is None or hits is None:
                continue
            cases = passed(whole, pair.new_path, pair.new.qualified_name)
            elsewhere = not _OTHER_PROCESS.isdisjoint({*pair.new.names, *pair.new.marks})
            told = _is_hidden(audit, pair) or _is_as_before(pair)
            if not cases or pair.new_path in whole.unwatched or elsewhere or told:
                continue
            run = _Run(file, pair.new, frozenset(line for line, by in hits.by_test.items() if cases & set(by)))
            if run.missed and run.seen:  # of a body that never began, the rules of the harness tell
                yield self.missed(run, len(cases))

    def missed(self, run: _Run, cases: int) -> Finding:
        """The assertions of one test that passed without running them."""
        first = run.missed[0]
        branch = run.branches.get(first.line)
        why = f" (`{branch.details['header']}`)" if branch and branch.details.get("header") else ""
        more = f" and {len(run.missed) - 1} more" if len(run.missed) > 1 else ""
        alone = not run.ran and run.seen
        level = self.level if alone else Level.WARNING
        if not alone and all(run.on(it) in {"handler", "function"} for it in run.missed):
            level = Level.NOTE
        words = f" None of the assertions of `{run.test.qualified_name}` was." if alone else ""
        times = "passed" if cases == 1 else f"passed in all its {cases} cases"
        return self.finding(
            Location(run.file.path, first.line, first.end_line, run.test.qualified_name),
            f"`{first.text}`{why}{more} was never run, and the test {times}.{words}",
            level=level,
            evidence={"head": first.text, "proof": "the run watched this line and did not see it"},
            fix="make sure that the branch or loop is entered: assert what it depends on before it",
            not_a_fix="deleting the assertion",
            related=tuple(Location(run.file.path, it.line, it.end_line, first.text) for it in run.missed[1:]),
        )


_OTHER_PROCESS = frozenset({"multiprocessing", "Process", "fork", "forked", "ProcessPoolExecutor", "gevent"})
"""Names of what may run a test's code where nobody watches."""


class _Run(Struct, frozen=True):
    """A test as it ran: `lines` are those of its file that its cases ran."""

    file: FileDelta
    test: TestCase
    lines: frozenset[int]

    @property
    def own(self) -> tuple[Assertion, ...]:
        """The test's own assertions, all of whose lines are new: only those were watched."""
        return tuple(
            it
            for it in self.test.assertions
            if self.test.line < it.line <= it.end_line <= self.test.end_line
            and it.form is not Form.FAIL
            and not it.constant
            and not it.text.startswith(">>>")
            and self.file.pair.added.issuperset(range(it.line, it.end_line + 1))
        )

    @property
    def ran(self) -> bool:
        """Whether any assertion of the test was run, or may have been: the lines of unchanged ones were not watched."""
        return any(self.has_run(it) for it in self.test.assertions if it.form is not Form.FAIL) or any(
            it.line not in self.file.pair.added for it in self.test.assertions
        )

    @property
    def seen(self) -> bool:
        """Whether any line of the test was: else nothing is known of it."""
        return any(self.test.line < line <= self.test.end_line for line in self.lines)

    def has_run(self, it: Assertion) -> bool:
        """Whether any line of an assertion was run."""
        return not self.lines.isdisjoint(range(it.line, it.end_line + 1))

    @property
    def branches(self) -> dict[int, Occurrence]:
        """What an assertion depends on, by its line."""
        found = self.file.new.occurrences if self.file.new else ()
        return {it.line: it for it in found if it.kind == BRANCHED and it.symbol == self.test.qualified_name}

    def on(self, it: Assertion) -> str:
        """What kind of thing an assertion depends on."""
        branch = self.branches.get(it.line)
        return branch.details["on"] if branch else ""

    @property
    def missed(self) -> list[Assertion]:
        """The assertions that no case ran and should have."""
        missed = [it for it in self.own if not self.has_run(it)]
        return [it for it in missed if self.on(it) != "environment" and not self.twin_ran(it)]

    def twin_ran(self, it: Assertion) -> bool:
        """Whether an assertion of the other branch was run instead."""
        branch = self.branches.get(it.line)
        twins = branch.details.get("twins", "").split() if branch else []
        return any(int(line) in self.lines for line in twins)


def _is_hidden(audit: Audit, pair: TestPair) -> bool:
    """Whether a later test of its file has the same name: shadowed-test tells that."""
    return any(
        it.new_path == pair.new_path
        and it.new is not None
        and pair.new is not None
        and it.new.qualified_name == pair.new.qualified_name
        and it.new.line > pair.new.line
        for it in audit.delta.tests
    )


def _is_as_before(pair: TestPair) -> bool:
    """Whether the test only stands in another place: what it did not run at head, it did not run at the base."""
    old, new = pair.old, pair.new
    if old is None or new is None:
        return False
    same = (old.statements, old.cases, old.rows, old.tables, old.marks)
    return same == (new.statements, new.cases, new.rows, new.tables, new.marks)


def _is_told(pair: TestPair, it: Occurrence) -> bool:
    """Whether another rule tells it: skipped-test of a skip, weakened-assertion of one that was reached at base."""
    if it.details["skips"] and pair.new and pair.new.skips:
        return True
    texts = it.details["texts"].split("\n")
    return any(found.loss and found.old and found.old.text in texts for found in pair.assertions)
