"""The rule xfailed-test."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.model import Condition, Skip
from pytest_agentaudit.facts.parked import Parked, all_parked, by_wording, listed, no_longer_strict, others, seen
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    Outcome,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class XfailedTest(Rule):
    """A test is expected to fail that had to pass before.

    A mark on the test, one of its cases, its class or its file, `unittest.expectedFailure`, a call of `pytest.xfail`
    in its body: what counts is when it applies. Conditions on platform, version, a missing binary or package stay
    silent. So do tests that were skipped or expected to fail already, and new ones that tell why they cannot pass yet.

    Level: error where a test that ran at base is expected to fail always, or depending on what the code under test
    did, and where a whole run shows that one which is told of fails and alone runs code that the change wrote;
    warning where the condition cannot be told, where a new test may pass or fail as it likes and nobody says why,
    where all tests of a change to the product are expected to fail, and where an expected failure lost its `strict`.

    Why: the test was there to catch this failure; now it reports the failure as success.
    Fix: mend the code, or revert what broke it; where the failure is somebody else's, let the mark's condition name
    the version or platform, with `strict=True` and `raises=`.
    Not a fix: a reason that calls the failure known, unrelated or to be mended later.
    """

    name = "xfailed-test"
    family = Family.WEAKENED
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("xfailed_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each wording of a mark in a file, however many tests it reaches."""
        subjects = Subjects(audit.delta)
        strict = audit.delta.new_settings.get("pytest.strict_xfail")
        all_strict = strict is not None and strict.value is True
        for path, group in by_wording(audit.delta.tests, "xfail"):
            shown = [it for it in group if it.existed] or group
            level = _level(shown[0], audit, strict=all_strict or shown[0].skip.strict)
            if level:
                yield self.found(path, shown, level, audit, subjects)
        if not all_strict:
            yield from self.let_go(audit.delta.tests)

    def found(self, path: str, group: list[Parked], level: Level, audit: Audit, subjects: Subjects) -> Finding:
        """One mark and the tests that it reaches."""
        first, code = group[0], _run_by_failures(path, group, audit)
        failed, ran = seen(path, group, audit.evidence, Outcome.XFAILED)
        alone = f"; no other test runs {code}, which the change wrote" if code else ""
        proof = {"proof": f"failed in this run, as expected ({failed} of {ran}){alone}"} if failed else {}
        return self.finding(
            Location(path, first.skip.line, symbol=first.symbol),
            f"{listed(group)} {_state(first, len(group))}{_reason(first.skip)}{_product(subjects, path, first)}.",
            level=Level.ERROR if code else level,
            evidence={"head": first.skip.text, **proof},
            fix=_FIX,
            not_a_fix="a reason that calls the failure known or unrelated; skip instead of xfail",
            related=others(path, group),
        )

    def let_go(self, pairs: tuple[TestPair, ...]) -> Iterator[Finding]:
        """Expected failures that may pass now; one finding for each wording in a file."""
        told: set[tuple[str, str]] = set()
        for pair in pairs:
            for skip in no_longer_strict(pair):
                if pair.new and (pair.new_path, skip.text) not in told:
                    told.add((pair.new_path, skip.text))
                    yield self.finding(
                        Location(pair.new_path, skip.line, symbol=pair.new.qualified_name),
                        f"`{pair.new.qualified_name}` was expected to fail strictly and may pass now unnoticed.",
                        level=Level.WARNING,
                        evidence={"head": skip.text},
                        fix="where the test passes now, remove the mark; else keep `strict=True`",
                        not_a_fix="a skip instead",
                    )


_FIX = "make the test pass, or revert what broke it; else name the version or platform in the mark's condition"


def _level(it: Parked, audit: Audit, *, strict: bool) -> Level | None:
    """How grave an expected failure is; None where it is honest."""
    if it.existed:
        return Level.ERROR if it.skip.condition is not Condition.UNKNOWN else Level.WARNING
    if it.skip.condition is Condition.RESULT or all_parked(audit.delta):
        return Level.WARNING
    return None if strict or it.skip.reason else Level.WARNING


def _run_by_failures(path: str, group: list[Parked], audit: Audit) -> str:
    """A line of the product that the change wrote, and that only those of these tests run which failed; "" for none."""
    run = audit.whole
    if run is None:
        return ""
    names = {it.symbol for it in group}
    failed = {
        at
        for at, it in enumerate(run.tests)
        if it.outcome is Outcome.XFAILED and it.path == path and it.function in names
    }
    for file in audit.files(FileRole.PRODUCT) if failed else ():
        by_test = run.hits[file.path].by_test if file.path in run.hits else {}
        alone = [it for it in file.pair.added if by_test.get(it) and failed.issuperset(by_test[it])]
        if alone:
            return f"{file.path}:{min(alone)}"
    return ""


def _state(it: Parked, count: int) -> str:
    is_, gives = ("is", "gives itself up") if count == 1 else ("are", "give themselves up")
    match it.skip.condition:
        case Condition.ALWAYS:
            return (
                f"had to pass before the change and {is_} now expected to fail"
                if it.existed
                else f"{is_} new and expected to fail"
            )
        case Condition.RESULT:
            return f"{gives} depending on what the code under test does, so a failure reads as an expected one"
        case _:
            return f"{is_} expected to fail under a condition that names no platform, version or missing requirement"


def _reason(skip: Skip) -> str:
    return f' (reason given: "{skip.reason}")' if skip.reason else ""


def _product(subjects: Subjects, path: str, it: Parked) -> str:
    """Which changed code the test names: the failure may be this change's own."""
    touched = subjects.touched(it.pair.new, path, surely=True) if it.existed and it.pair.new else ()
    return f"; {touched[0]}, which it tests, changed with it" if touched else ""
