"""The rule lowered-threshold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.gates.model import Bar, Lowered, Measure
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class LoweredThreshold(Rule):
    """A number that the code had to reach, or could not exceed, demands less than before.

    Coverage that fails the run, pylint's score, the share of documented code, the score of mutants, limits on
    complexity and size: in settings of pytest, coverage.py, ruff, flake8, pylint, interrogate and Codecov, and as
    options of commands in CI and tasks. What counts is the effective value: a number that only moved is the same, one
    that went up is silent, one that is gone demands nothing.

    Level: error for coverage and scores; warning for limits on complexity and size, for a service's status, and where
    the tool left the project with its number; note for time limits, and where another place still demands as much.

    Why: the bar was there so that a change cannot get below it; one that lowers it passes by itself.
    Fix: put the number back, and bring the change above it.
    Not a fix: a smaller step down, or the same number where nothing reads it.
    """

    name = "lowered-threshold"
    family = Family.GATES
    level = Level.ERROR
    examples = kept_apart("lowered_threshold")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each demand, wherever it is written down."""
        by_cause: dict[object, list[Lowered]] = defaultdict(list)
        for it in audit.delta.gates.bars:
            value = it.new.value if it.new else None
            by_cause[it.old.group, it.old.value, value].append(it)
        for members in by_cause.values():
            yield self._found(audit, members)

    def _found(self, audit: Audit, members: Sequence[Lowered]) -> Finding:
        places = [_place(audit, it) for it in members]
        first = members[0]
        old, new = first.old, first.new
        now = f"became {_shown(new)}" if new else "is gone"
        evidence = {"base": f"{old.path}: {_shown(old)}", "head": f"{new.path}: {_shown(new)}" if new else "no number"}
        if first.same_elsewhere:
            evidence["still demanded"] = first.same_elsewhere
        return self.finding(
            places[0],
            f"`{_shown(old)}` {now}: {_meaning(old, new)}.",
            level=_level(first),
            evidence=evidence,
            fix="put the number back, and change the code or its tests until they reach it",
            not_a_fix="a smaller step in the same direction, or the number where nothing reads it",
            related=tuple(places[1:]),
        )


def _place(audit: Audit, it: Lowered) -> Location:
    if it.new:
        return Location(it.new.path, it.new.line)
    return Location(*audit.delta.gates.places.head(it.old.path, it.old.line))


def _shown(bar: Bar) -> str:
    joint = " " if " --" in bar.key else " = "
    return f"{bar.key}{joint}{bar.value:g}"


def _meaning(old: Bar, new: Bar | None) -> str:
    subject = {
        Measure.COVERAGE: "less of the code has to be covered",
        Measure.SCORE: "a lower score passes",
        Measure.COMPLEXITY: "functions may be more complex",
        Measure.SIZE: "functions may be larger",
        Measure.TIME: "tests may take longer",
        Measure.REMOTE: "the service accepts less",
    }
    return subject[old.measure] if new or old.measure is not Measure.COVERAGE else "no coverage is demanded any more"


def _level(it: Lowered) -> Level:
    if it.old.measure is Measure.TIME or it.same_elsewhere or it.old.key.endswith(".threshold"):
        return Level.NOTE
    grave = it.old.measure in {Measure.COVERAGE, Measure.SCORE} and not it.tool_gone
    return Level.ERROR if grave else Level.WARNING
