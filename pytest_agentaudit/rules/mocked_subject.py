"""The rule mocked-subject."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.changed import ChangedFunction, changed_functions
from pytest_agentaudit.facts.kinds.tests import MOCKED
from pytest_agentaudit.facts.model import Occurrence
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
from pytest_agentaudit.rules.weighing import by_mutants


class MockedSubject(Rule):
    """A test asserts what its own mock was told, not what the code does.

    The asserted value is what a mock was told to return, and comes from that mock directly; or an attribute is what
    the test set it to, with nothing called between; or the function that the test calls and asserts is the one that
    it replaced. Mocks of what the tested code calls stay silent: there the code stands between the mock and the
    assertion.

    Level: error where the test makes no other demand; warning beside others. Nothing where the run shows that the test
    runs the changed body of what it seems to have replaced. Mutants, where they are asked for, have the last word, as
    for weakened-assertion.

    Why: the code under test is not part of the test; every defect in it passes.
    Fix: call the code under test, and replace only what it calls.
    Not a fix: asserting that the mock was called.
    """

    name = "mocked-subject"
    family = Family.HOLLOW
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.MUTANTS})
    examples = kept_apart("mocked_subject")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test."""
        tests = TouchedTests(audit.delta)
        functions = {it.definition.bare_name: it for _, found in changed_functions(audit.delta) for it in found}
        for file in audit.files(FileRole.TEST):
            groups: dict[str, list[Occurrence]] = {}
            for it in file.new_ones(MOCKED):
                if tests.runs(file.path, it):
                    groups.setdefault(it.symbol, []).append(it)
            for group in groups.values():
                function = functions.get(group[0].details["name"])
                ran = _ran(audit.whole, file.path, group[0].symbol, function)
                if not ran or group[0].details["how"] != "patched":
                    alone = tests.is_alone(file.path, group[0])
                    found = self.found(file.path, group, alone=alone, proof=function if ran is False else None)
                    yield by_mutants(audit, found, found.level if alone else Level.NOTE)

    def found(self, path: str, group: list[Occurrence], *, alone: bool, proof: ChangedFunction | None) -> Finding:
        """The assertions of one test."""
        first = group[0]
        subject = first.details["subject"]
        if first.details["how"] == "told":
            what = f"`{subject}` gives `{first.details['value']}` because the test told the mock so"
        elif first.details["how"] == "set":
            what = f"`{subject}` is `{first.details['value']}` because the test set it so"
        else:
            what = f"`{subject}` calls what the test itself put in the place of `{first.details['target']}`"
        words = f" `{first.symbol}` makes no other demand." if alone else ""
        shown = {"head": first.text}
        if proof is not None:
            place = f"{proof.path}:{proof.definition.line}"
            shown["proof"] = f"the test ran no line of `{proof.definition.qualified_name}` ({place})"
        return self.finding(
            Location(path, first.line, first.end_line, first.symbol),
            f"{what}; no code under test takes part.{words}",
            level=self.level if alone else Level.WARNING,
            evidence=shown,
            fix="call the code under test, and replace only what it calls",
            not_a_fix="asserting that the mock was called",
            related=tuple(Location(path, it.line, it.end_line, it.symbol) for it in group[1:]),
        )


def _ran(whole: Evidence | None, path: str, test: str, function: ChangedFunction | None) -> bool | None:
    """Whether a test ran the changed body of a function; None where no run tells."""
    if whole is None or function is None or function.path not in whole.hits or function.path in whole.unwatched:
        return None
    mine = passed(whole, path, test)
    if not mine:
        return None
    hits = whole.hits[function.path].by_test
    lines = {number for line in function.lines for number in range(line.line, line.end_line + 1)}
    return any(not mine.isdisjoint(hits.get(line, ())) for line in lines)
