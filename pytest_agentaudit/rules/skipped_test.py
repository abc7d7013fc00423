"""The rule skipped-test."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.model import Condition, Skip
from pytest_agentaudit.facts.parked import Parked, all_parked, by_wording, listed, others, seen
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged, Outcome
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_OUTSIDE_NEED = regex(
    r"(?i)\b(network|internet|online|live|manual\w*|interactive|credential\w*|api[ _-]?keys?|tokens?|gpu|cuda|docker"
    r"|server|service|database|postgres\w*|integration|hardware|browser|slow|expensive|benchmark|requires?|needs?)\b"
)
"""Reasons that name something that a suite may not have at hand."""

_MEASURING = regex(r"(^|[/_])(bench(mark)?s?|perf|performance|profiling)([/_.]|$)")
"""Files that measure: what is too fast to measure is skipped."""


class SkippedTest(Rule):
    """A test is skipped that was not skipped before.

    A mark on the test, one of its cases, its class or its file, a call in its body or its set-up: what counts is when
    the skip applies. Conditions on platform, version, a missing binary, package or service are honest and stay silent.
    So does a skip of a test that was skipped already.

    Level: error where a test that ran at base is skipped always, or depending on what the code under test returned or
    raised; warning where the condition cannot be told, for a test that is born skipped, and for one that skips itself
    on a bad result; note where a new test is skipped for the sake of something that a suite may not have at hand, or
    measures, and where the base's file could not be imported anyway.

    Why: a skipped test is green and protects nothing; one that skips on a bad result cannot fail.
    Fix: make the test pass, or let it fail; if it cannot run somewhere, skip it under a condition that names that
    place.
    Not a fix: an xfail instead, an early `return`, a condition that is always true.
    """

    name = "skipped-test"
    family = Family.WEAKENED
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("skipped_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each wording of a skip in a file, however many tests it reaches."""
        for path, group in by_wording(audit.delta.tests, "skip"):
            yield self.found(path, group, audit)

    def found(self, path: str, group: list[Parked], audit: Audit) -> Finding:
        """One skip and the tests that it reaches."""
        existing = [it for it in group if it.existed]
        shown = existing or group
        first = shown[0]
        missing = audit.delta.unimportable.get(first.pair.old_path, "") if first.existed else ""
        level = Level.NOTE if missing else _level(path, first, audit)
        seen = _seen(path, shown, audit.evidence)
        return self.finding(
            Location(path, first.skip.line, symbol=first.symbol),
            f"{listed(shown)} {_state(first, len(shown), missing)}{_reason(first.skip)}.",
            level=level,
            evidence={"head": first.skip.text, **({"proof": seen} if seen else {})},
            fix=_fix(first.skip.condition),
            not_a_fix="xfail instead of skip, an early return, a condition that is always true",
            related=others(path, shown),
        )


def _level(path: str, it: Parked, audit: Audit) -> Level:
    if it.existed:
        return Level.ERROR if it.ran and it.skip.condition is not Condition.UNKNOWN else Level.WARNING
    outside = it.skip.condition is Condition.ALWAYS and _OUTSIDE_NEED.search(it.skip.reason)
    if _MEASURING.search(path) or _is_override(path, it, audit):
        return Level.NOTE
    return Level.NOTE if outside and not all_parked(audit.delta) else Level.WARNING


def _is_override(path: str, it: Parked, audit: Audit) -> bool:
    """Whether a method always skips in the place of one of the same name in another test file: it opts out of that."""
    name = it.symbol.rpartition(".")[2]
    is_always = it.skip.condition is Condition.ALWAYS and "." in it.symbol
    return is_always and bool(audit.delta.mentions[name] - {path})


def _state(it: Parked, count: int, missing: str) -> str:
    """What became of the tests; `missing` is a name for want of which base's could not be imported."""
    is_, runs = ("is", "skips itself") if count == 1 else ("are", "skip themselves")
    match it.skip.condition:
        case Condition.ALWAYS if missing:
            return f"could not be imported before the change, for want of `{missing}`, and {is_} now always skipped"
        case Condition.ALWAYS:
            return (
                f"ran before the change and {is_} now always skipped" if it.existed else f"{is_} new and always skipped"
            )
        case Condition.RESULT:
            return f"{runs} depending on what the code under test does, so a failure reads as a skip"
        case _:
            return f"{is_} skipped under a condition that names no platform, version or missing requirement"


def _reason(skip: Skip) -> str:
    return f' (reason given: "{skip.reason}")' if skip.reason else ""


def _fix(when: Condition) -> str:
    if when is Condition.RESULT:
        return "let the test fail on a bad result; skip only on what the machine lacks, before the code under test runs"
    return "make the test pass, or skip it only where it cannot run (platform, version, missing package)"


def _seen(path: str, group: list[Parked], evidence: Evidence | None) -> str:
    """How often the run skipped these tests."""
    skipped, ran = seen(path, group, evidence, Outcome.SKIPPED)
    return f"skipped in this run ({skipped} of {ran})" if skipped else ""
