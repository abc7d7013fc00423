"""The rule removed-test."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.facts.delta import Pairing
from pytest_agentaudit.facts.kinds.harness import NO_TESTS_STATUS
from pytest_agentaudit.facts.model import Condition, TestCase
from pytest_agentaudit.facts.subjects import Subjects, bare
from pytest_agentaudit.later import later
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
from pytest_agentaudit.rules.weighing import missed, scales

if TYPE_CHECKING:
    from pytest_agentaudit.facts.candidates import candidates
    from pytest_agentaudit.facts.left_behind import left_behind
    from pytest_agentaudit.facts.lost_runs import Protection, Runs, runs
    from pytest_agentaudit.facts.old_tests import Holding, held
    from pytest_agentaudit.facts.proven import Standing, tried
else:
    candidates = later("pytest_agentaudit.facts.candidates", "candidates")
    left_behind = later("pytest_agentaudit.facts.left_behind", "left_behind")
    Protection, runs = later("pytest_agentaudit.facts.lost_runs", "Protection", "runs")
    Holding, held = later("pytest_agentaudit.facts.old_tests", "Holding", "held")
    Standing, tried = later("pytest_agentaudit.facts.proven", "Standing", "tried")

SHOWN = 3
"""How many names a message lists."""


class _Gone(Struct, frozen=True):
    """A test that is gone: where it stood, what it tested and who else names that."""

    path: str
    test: TestCase
    subject: str
    others: tuple[str, ...]
    skipped: bool = False


class RemovedTest(Rule):
    """A test is gone although what it tests is still there.

    Tests that were renamed, moved, split, merged, made rows of a parametrised one, or that another unchanged test
    repeats are not gone; nor is one whose product code went away with it. What is left is named together with the
    definition that it tested.

    Level: error where the run shows that nobody runs the changed code of its subject any more, and where a whole run
    collects no test any more; warning where no other test names the subject; note where other tests name it, or the
    run shows that they run it, for a test that was skipped already and goes in a change of something else, and, where
    nothing was run, where code that it names changed and its subject is only named, as an exception that is expected.
    Where product code changed, the deleted test is run on head's: fails it by an assertion, twice, having passed on
    the base's code, and no test that came with the change fails without it, this is a warning at least. So is one that
    is gone while tests that were like it became rows of a parametrised one. With `--agent-audit-prove=mutants` the
    deleted test is run once on the new code, and each function noted that it enters: where no test of a whole run
    enters some of them, they are named, and it is a warning, or an error where it passes and its subject is one of
    them; where it passes and other tests enter all of them, it is a note; but a warning where it notices a small change
    of such a function, and no other test of a whole run does.

    Why: a deleted test protects nothing, and a suite without its failing test is green.
    Fix: restore the test, or name the test that replaces it in the commit message and give it the same demands.
    Not a fix: a new test that only imports or calls the subject.
    """

    name = "removed-test"
    family = Family.WEAKENED
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("removed_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file and subject; one for a whole file that is gone."""
        subjects = Subjects(audit.delta)
        groups: dict[tuple[str, str], list[_Gone]] = defaultdict(list)
        deleted = {file.pair.old.path for file in audit.delta.files if file.pair.old and not file.pair.new}
        for pair in audit.delta.tests:
            if pair.how is Pairing.GONE and pair.old:
                gone = _gone(subjects, pair.old_path, pair.old)
                if gone:
                    groups[gone.path, "" if gone.path in deleted else gone.subject].append(gone)
        for _, group in sorted(groups.items()):
            yield self.found(audit, subjects, group)

    def found(self, audit: Audit, subjects: Subjects, group: list[_Gone]) -> Finding:
        """What is gone, together."""
        group.sort(key=lambda it: it.test.line)
        worst = min(group, key=lambda it: (it.skipped, len(it.others) > 0, it.test.line))
        first = group[0]
        run = _run_now(audit.whole, subjects, worst.subject)
        level, state = (Level.NOTE if worst.others or worst.skipped else self.level), _who(worst)
        if run is not None and not worst.skipped:
            level = Level.NOTE if run else Level.ERROR
            state = "other tests run it" if run else "no test runs its changed lines"
        if level is Level.WARNING and audit.evidence is None and all(_only_names(subjects, it) for it in group):
            level, state = Level.NOTE, f"{state}; code that it names changed with it"
        found = runs(audit.whole, audit.proofs, [(it.path, it.test.qualified_name) for it in group])
        level = level if worst.skipped else _weighed(level, found, worst.subject)
        proof = _proof(found)
        if taker := left_behind(audit.delta, worst.path, worst.test):
            level = min(level, Level.WARNING, key=lambda it: it.rank)
            state = f"{state}; tests like it became rows of `{taker.qualified_name}`, and it did not"
        if why := self.why_red(audit, group):
            level, proof = min(level, Level.WARNING, key=lambda it: it.rank), {"proof": _FAILED.format(why)}
            state = f"{state}; on the new code it fails" if len(group) == 1 else f"{state}; on the new code they fail"
        if (scale := scales(audit)) and audit.whole and not worst.skipped:
            lost = scale.missed((it.path, it.test.qualified_name) for it in group)
            if lost:
                level, proof = min(level, Level.WARNING, key=lambda it: it.rank), missed(audit, lost)
                state = f"{state}; no test notices any more that `{lost[0].qualname}` differs a little"
        if _none_left(audit.evidence):
            level, state = Level.ERROR, f"{state}; the run collected no test at all"
        places = tuple(Location(it.path, it.test.line, it.test.end_line, it.test.qualified_name) for it in group)
        return self.finding(
            places[0],
            f"{_names(group)} {'was' if len(group) == 1 else 'were'} deleted; `{worst.subject}` remains and {state}."
            f"{_alone(found, len(group))}",
            level=level,
            evidence={"base": _demand(first.test), **proof},
            fix="restore the test, or name the test that replaces it",
            not_a_fix="a new test that only imports or calls the subject",
            related=places[1:],
        )

    def why_red(self, audit: Audit, group: list[_Gone]) -> str:
        """Why a deleted test fails on the new code, where no test that came with the change shows what holds since."""
        for it in group:
            known = held(audit.delta, audit.evidence, audit.proofs, [(it.path, it.test.qualified_name)])
            if known.holding is Holding.FAILS:
                return "" if _is_shown(audit) else known.why
        return ""


def _none_left(evidence: Evidence | None) -> bool:
    """Whether the whole suite was asked for, and there was none."""
    return evidence is not None and evidence.exit_status == NO_TESTS_STATUS and not evidence.partial


def _only_names(subjects: Subjects, gone: _Gone) -> bool:
    """Whether a test only names what is left of what it tested, as the exception that it expects, and product code that
    it names changed: what it called may be over.
    """
    called = {bare(it) for it in gone.test.calls}
    return gone.subject not in called and bool(subjects.touched(gone.test, gone.path, at_head=False))


_FAILED = "the deleted test fails on the new code: {}"


def _is_shown(audit: Audit) -> bool:
    """Whether a new or edited test fails without the change."""
    if audit.evidence is None or audit.proofs is None:
        return False
    known = tried(candidates(audit.delta, audit.evidence), audit.proofs)
    return any(it.standing in {Standing.RED, Standing.NEEDS} for it in known)


def _gone(subjects: Subjects, path: str, test: TestCase) -> _Gone | None:
    """A test whose protection is lost: it ran at base, asserted something, and its subject is still there.

    One that was skipped already is named only where the change is about something else.
    """
    asserts = any(not it.constant for it in test.assertions) or test.contract
    if (
        not asserts
        or test.uncollected
        or subjects.lost(test, path)
        or any(subjects.outlived_part(it) or subjects.outlived_at_home(it, test) for it in test.assertions)
    ):
        return None
    skipped = any(it.word == "skip" and it.condition in {Condition.ALWAYS, Condition.UNKNOWN} for it in test.skips)
    if skipped and (not subjects.product or subjects.touched(test, path, at_head=False)):
        return None
    names = subjects.of(test, path)
    return _Gone(path, test, names[0], tuple(sorted(subjects.named_by(names[0]))), skipped=skipped) if names else None


def _weighed(level: Level, found: Runs, subject: str) -> Level:
    """How grave it is, by what no test runs any more."""
    if found.protection is Protection.KEPT:
        return level if level is Level.ERROR else Level.NOTE
    if found.protection is Protection.LOST:
        whole = found.passing and any(bare(it.qualname) == subject for it in found.lost)
        return Level.ERROR if whole or level is Level.ERROR else Level.WARNING
    return level


def _alone(found: Runs, count: int) -> str:
    """The functions that nobody runs any more, as a sentence."""
    if not found.lost:
        return ""
    names = [f"`{it.qualname}`" for it in found.lost]
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f" Of all tests, only {'it' if count == 1 else 'they'} would run {', '.join(names[:SHOWN])}{rest}."


def _proof(found: Runs) -> dict[str, str]:
    if found.protection is Protection.KEPT:
        return {"proof": "run on the new code, it enters no function that other tests do not enter"}
    return {"proof": found.why} if found.why else {}


def _run_now(evidence: Evidence | None, subjects: Subjects, name: str) -> bool | None:
    """Whether any test runs the subject's changed lines; None where the run did not watch them."""
    if evidence is None:
        return None
    watched = False
    for file in subjects.delta.files:
        hits = evidence.hits.get(file.path)
        for it in file.new.definitions if file.new else ():
            if bare(it.qualified_name) == name and any(it.line < line <= it.end_line for line in file.pair.added):
                watched = True
                if hits and any(it.line < line <= it.end_line and tests for line, tests in hits.by_test.items()):
                    return True
    return False if watched else None


def _names(group: list[_Gone]) -> str:
    names = [f"`{it.test.qualified_name}`" for it in group]
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _who(gone: _Gone) -> str:
    if gone.skipped:
        return "nothing that it tests is part of this change (it was skipped already)"
    if not gone.others:
        return "no other test names it"
    return f"is still named in {', '.join(gone.others[:SHOWN])}"


def _demand(test: TestCase) -> str:
    strongest = max(test.assertions, key=lambda it: (not it.constant, it.predicate, -it.line), default=None)
    return strongest.text if strongest else f"def {test.qualified_name}"
