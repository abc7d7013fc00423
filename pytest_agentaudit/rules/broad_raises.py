"""The rule broad-raises."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import Loss, TestPair
from pytest_agentaudit.facts.kinds.tests import BROAD_RAISES
from pytest_agentaudit.facts.model import Form, Occurrence, Predicate
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class BroadRaises(Rule):
    """A test expects any exception at all.

    `pytest.raises(Exception)`, `assertRaises(BaseException)` and their kin, without `match` and without a look at what
    was caught. A narrower demand that became so wide is weakened-assertion's.

    Level: warning; note where all that the block calls is a third party's, which may raise undocumented types, and
    where a comment above gives a reason. A test that itself raises an Exception for the code to pass on is silent.

    Why: a misspelt name, a wrong argument or a missing import passes for the expected error.
    Fix: name the exception that the code documents, or give `match`.
    Not a fix: a tuple of types that holds Exception, `match=""`.
    """

    name = "broad-raises"
    family = Family.HOLLOW
    level = Level.WARNING
    examples = kept_apart("broad_raises")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file."""
        tests = TouchedTests(audit.delta)
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            found: list[tuple[bool, Occurrence]] = []
            for it in file.new_ones(BROAD_RAISES):
                pair = tests.at(file.path, it)
                if it.details["asserts"] or (it.details["test"] and not tests.runs(file.path, it)):
                    continue
                if pair is None or not _was_narrower(pair, it):
                    found.append((_is_excused(it) or bool(pair and _asks_after(pair, it)), it))
            if found:
                yield self.found(file.path, found)

    def found(self, path: str, judged: list[tuple[bool, Occurrence]]) -> Finding:
        """The demands of one file, each with whether it is excused."""
        group = [it for _, it in judged]
        excused, first = min(judged, key=lambda it: (it[0], it[1].line))
        calls = first.details["calls"].split()
        what = f" from `{calls[-1]}`" if calls else ""
        foreign = " All that it calls is a third party's." if first.details["foreign"] else ""
        more = f" So do {len(group) - 1} more in this file." if len(group) > 1 else ""
        return self.finding(
            Location(path, first.line, first.end_line, first.symbol),
            f"`{first.text}` takes any exception{what} for the expected one, a misspelt name too.{foreign}{more}",
            level=Level.NOTE if excused else self.level,
            fix="name the exception that the code documents, or give `match`",
            not_a_fix="a tuple of types that holds Exception",
            related=tuple(Location(path, it.line, it.end_line, it.symbol) for it in group if it is not first),
        )


def _is_excused(it: Occurrence) -> bool:
    """Whether the width has a reason: a third party's code, or one that a comment gives."""
    return bool(it.details["foreign"] or it.details["comment"])


def _asks_after(pair: TestPair, it: Occurrence) -> bool:
    """Whether the test goes on to ask for what the failure left behind: a log, a state, a call."""
    return pair.new is not None and any(
        demand.line > it.end_line and demand.form is not Form.RAISES and demand.predicate >= Predicate.MEMBERSHIP
        for demand in pair.new.assertions
        if not demand.constant
    )


def _was_narrower(pair: TestPair, it: Occurrence) -> bool:
    """Whether the demand was a narrower one at base, which weakened-assertion tells."""
    lost = (found for found in pair.assertions if found.loss in {Loss.EXCEPTION, Loss.MATCH} and found.new)
    return any(found.new is not None and it.line <= found.new.line <= it.end_line for found in lost)
