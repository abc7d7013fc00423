"""How the tests of one process ended, and where they are defined."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.model import UNENDED, Outcome, TestOutcome

REASON_LENGTH = 200
"""Characters kept of a skip's or failure's reason."""

_GRAVITY = (Outcome.PASSED, Outcome.XFAILED, Outcome.XPASSED, Outcome.SKIPPED, Outcome.FAILED, Outcome.ERROR)


class Places:
    """Turns files and items into paths relative to the repository, and qualified names."""

    def __init__(self, root: str) -> None:
        self._inside = f"{root.rstrip(os.sep)}{os.sep}"
        self._really = f"{os.path.realpath(root).rstrip(os.sep)}{os.sep}"
        self._known: dict[str, str] = {}

    def path(self, file: str | os.PathLike[str]) -> str:
        """The path from the repository's root, with `/`; the absolute one of a file outside."""
        name = os.fspath(file)
        if name not in self._known:
            self._known[name] = self._relative(name)
        return self._known[name]

    def _relative(self, name: str) -> str:
        if not name.startswith(self._inside):
            name = os.path.realpath(name)
        inside = self._inside if name.startswith(self._inside) else self._really
        return name.removeprefix(inside).replace(os.sep, "/")


def function_name(item: pytest.Item) -> str:
    """The qualified name of a test's function, without its parameters: "TestA.test_b"."""
    classes = [node.name for node in item.listchain() if isinstance(node, pytest.Class)]
    return ".".join((*classes, getattr(item, "originalname", "") or item.name))


class _Running(Struct):
    place: TestOutcome
    ended: Outcome | None = None


class Outcomes:
    """Collects reports as they come. A test that is run again (a flaky one) ends as its last run does."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._tests: dict[str, _Running] = {}
        self._index: dict[str, int] = {}

    def index(self, item: pytest.Item) -> int:
        """The test's index among all tests of this process; it is registered when first asked for."""
        known = self._index.get(item.nodeid)
        if known is None:
            known = self._index[item.nodeid] = len(self._index)
            path, function = self.definition(item)
            line = (item.location[1] or 0) + 1
            self._tests[item.nodeid] = _Running(TestOutcome(item.nodeid, path, line, function, Outcome.ERROR))
        return known

    def definition(self, item: pytest.Item) -> tuple[str, str]:
        """Path and qualified function name of the test."""
        return self._places.path(item.path), function_name(item)

    def add(self, report: pytest.TestReport) -> None:
        """Take a phase's report into account."""
        running = self._tests.get(report.nodeid)
        if running is None:
            return
        outcome = _outcome(report)
        is_part = hasattr(report, "context")  # a subtest: only its failure says something of the test
        if report.when == "setup":
            running.ended = None
            running.place = replace(running.place, reason="", seconds=0.0)
        if report.when == "call" and not is_part:
            running.place = replace(running.place, seconds=round(report.duration, 6))
        if outcome is None or (is_part and outcome is not Outcome.FAILED):
            return
        if running.ended is None or _GRAVITY.index(outcome) > _GRAVITY.index(running.ended):
            running.ended = outcome
            running.place = replace(running.place, reason=_reason(report))

    @property
    def ran(self) -> frozenset[str]:
        """Ids of the tests that came to an end."""
        return frozenset(node_id for node_id, running in self._tests.items() if running.ended is not None)

    def tests(self) -> tuple[TestOutcome, ...]:
        """All tests that began, by index. One that never ended stands as an error."""
        return tuple(
            replace(test.place, outcome=test.ended) if test.ended is not None else replace(test.place, reason=UNENDED)
            for test in self._tests.values()
        )


def _outcome(report: pytest.TestReport) -> Outcome | None:
    """What a phase says of its test; None for a passed setup or teardown, and for a run that will be repeated."""
    expected = hasattr(report, "wasxfail")
    outcome: str = report.outcome  # plugins add words of their own, such as "rerun"
    if outcome == "skipped":
        return Outcome.XFAILED if expected else Outcome.SKIPPED
    if outcome == "failed":
        return Outcome.FAILED if report.when == "call" else Outcome.ERROR
    if outcome == "passed" and report.when == "call":
        return Outcome.XPASSED if expected else Outcome.PASSED
    return None


def _reason(report: pytest.TestReport) -> str:
    """Why it was skipped or failed, in one line."""
    if report.outcome == "passed":
        return ""
    if expected := getattr(report, "wasxfail", ""):
        return str(expected)[:REASON_LENGTH]
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")[:REASON_LENGTH]
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(getattr(crash, "message", "") or report.longrepr or "")
    return text.strip().split("\n", 1)[0][:REASON_LENGTH]


def collected(outcomes: Outcomes, items: Iterable[pytest.Item]) -> dict[tuple[str, str], None]:
    """The functions of these items, each once, in order."""
    return dict.fromkeys(outcomes.definition(item) for item in items)
