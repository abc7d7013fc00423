"""The rule test-detection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import ADDS, CHOOSES, CI, LIKELY, NAMED, SKIPS, SURE, TELLS, TEST_PROBE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_LEVELS = {
    (SURE, SKIPS): Level.ERROR,
    (SURE, ADDS): Level.WARNING,
    (SURE, CHOOSES): Level.WARNING,
    (SURE, TELLS): Level.WARNING,
    (LIKELY, SKIPS): Level.WARNING,
    (LIKELY, ADDS): Level.NOTE,
    (LIKELY, CHOOSES): Level.NOTE,
    (NAMED, SKIPS): Level.NOTE,
}
_DOES = {
    SKIPS: "does something else in a test run",
    ADDS: "does something in test runs alone",
    CHOOSES: "sets values by whether a test runs",
    TELLS: "tells its callers whether a test runs",
}


class TestDetection(Rule):
    """Product code asks whether a test runs, and behaves otherwise then.

    Level: error where behaviour is skipped or replaced and nothing but a test runner sets what is asked for
    (PYTEST_CURRENT_TEST, pytest among the loaded modules or in the command line); warning where something is done in
    tests alone, a value is chosen or the answer is given to callers, and where the variable is one that people set in
    their tests (TESTING); note for build servers (CI) and for flags of unknown origin whose name speaks of tests.
    Pytest plugins and modules of test utilities are left alone.

    Why: what the tests run is then not what is shipped, and a green run says nothing about it.
    Fix: hand the behaviour in (a parameter, a setting, a fake transport) and let the test choose it.
    Not a fix: another way to notice the test run, or a helper that asks.
    """

    __test__ = False

    name = "test-detection"
    family = Family.SHORTCUTS
    level = Level.ERROR
    examples = kept_apart("test_detection")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each file and kind of question, the gravest place first."""
        for file in audit.files(FileRole.PRODUCT):
            groups: dict[tuple[str, bool], list[tuple[Level, Occurrence]]] = defaultdict(list)
            for it in file.new_ones(TEST_PROBE):
                level = _level(it)
                if level:
                    groups[it.details["asks"], level is Level.NOTE].append((level, it))
            for group in groups.values():
                yield self.found(file, sorted(group, key=lambda it: (it[0].rank, it[1].line)))

    def found(self, file: FileDelta, group: list[tuple[Level, Occurrence]]) -> Finding:
        """All that is done about one question."""
        level, first = group[0]
        places = tuple(Location(file.path, it.line, it.line, it.symbol) for _, it in group)
        return self.finding(
            places[0],
            f"`{first.symbol or file.path}` {_DOES[first.details['effect']]}: it asks for `{first.details['asks']}`.",
            level=level,
            evidence={"head": first.text},
            fix="hand the behaviour in (a parameter, a setting, a fake) and let the test choose it",
            not_a_fix="another way to notice the test run; a helper that asks",
            related=places[1:],
        )


def _level(it: Occurrence) -> Level | None:
    sure, effect = it.details["sure"], it.details["effect"]
    if sure == CI:
        return Level.NOTE if effect == SKIPS else None
    return _LEVELS.get((sure, effect))
