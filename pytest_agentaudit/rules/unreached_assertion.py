"""The rule unreached-assertion."""

from __future__ import annotations

from collections.abc import Iterator

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
    Location,
    Needs,
    NotJudged,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


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
    examples = kept_apart("unreached_assertion")

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
