"""The child's side of a trial: a pytest that imports other code than the work tree's, and notes how its tests end.

Started by `trials` as the project's own runs are: with its settings and conftests, the same options and import path.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.proof import GRAVITY, OF_PRODUCT, Ended, TestEnd, TrialOrder, TrialReport
from pytest_agentaudit.witness.entries import choose_entries
from pytest_agentaudit.witness.hushed import Hushed
from pytest_agentaudit.witness.outcomes import Places, function_name
from pytest_agentaudit.witness.overlay import Overlay
from pytest_agentaudit.witness.patience import patience
from pytest_agentaudit.witness.phases import Phases
from pytest_agentaudit.witness.placed import Placed
from pytest_agentaudit.witness.raised import is_demand, is_example, leaves, one_line, raised_in

REASON_LENGTH = 120
"""Characters kept of what a test raised."""

_ENDED = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
"""Exit statuses of a session that came to its end."""


class Trying(Phases):
    """The plugin of a child: runs the wanted tests alone, and notes their ends."""

    def __init__(self, order: TrialOrder, overlay: Overlay) -> None:
        self._order, self._overlay = order, overlay
        self._places = Places(order.root)
        self._wanted = frozenset(order.trial.tests)
        self._ends = {test: TestEnd(*test, Ended.MISSING) for test in order.trial.tests}
        self._entries = choose_entries(order.root, order.trial.entries) if order.trial.entries else None
        self._cases: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.status = int(pytest.ExitCode.INTERNAL_ERROR)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the wanted tests."""
        items[:] = [item for item in items if self._test(item) in self._wanted]
        for item in items:
            self._cases[self._test(item)].append(item.nodeid)

    def phase(self, item: pytest.Item) -> Generator[None, object, object]:
        """Note which functions it runs, where that is asked; end it where it does not end."""
        with patience(self._order.trial.patience):
            if self._entries is None:
                return (yield)
            self._entries.begin(item.nodeid)
            try:
                return (yield)
            finally:
                self._entries.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note what could not be imported, with all wanted tests in it."""
        report = yield
        if report.failed:
            place, why = self._places.path(collector.path), _last_line(str(report.longrepr))
            for test, known in self._ends.items():
                if known.ended is Ended.MISSING and (test[0] == place or test[0].startswith(f"{place}/")):
                    self._ends[test] = TestEnd(*test, Ended.COLLECTION, why)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note how a phase ended, and by what."""
        report = yield
        test = self._test(item)
        end = self._end(report, call)
        known = self._ends.get(test)
        if end and known and GRAVITY.index(end) > GRAVITY.index(known.ended):
            self._ends[test] = TestEnd(*test, end, _raised(call))
        return report

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Note how the session ended."""
        self.status = int(exitstatus)

    def report(self, seconds: float) -> TrialReport:
        """What was seen."""
        served = tuple(sorted(self._places.path(path) for path in self._overlay.served))
        trial = self._order.trial
        return TrialReport(
            trial.kind,
            tuple(replace(end, cases=tuple(self._cases.get(test, ()))) for test, end in self._ends.items()),
            tuple(trial.files),
            served,
            problem=self._entries.problem if self._entries else "",
            seconds=round(seconds, 3),
            entered=self._entries.entered() if self._entries else (),
        )

    def _test(self, item: pytest.Item) -> tuple[str, str]:
        return self._places.path(item.path), function_name(item)

    def _end(self, report: pytest.TestReport, call: pytest.CallInfo[None]) -> Ended | None:
        """What a phase says of its test; None for one that says nothing yet."""
        if report.skipped:
            return Ended.SKIPPED
        if report.passed:
            return Ended.GREEN if report.when == "call" else None
        error = call.excinfo
        if error is None or report.when != "call":
            return Ended.CRASH  # an unexpected pass of a strict xfail, or a fixture that failed
        demands = any(is_demand(it) and not self._raised_in_product(it) for it in leaves(error.value))
        return Ended.ASSERTION if demands else Ended.CRASH

    def _raised_in_product(self, error: BaseException) -> bool:
        """Whether the code under test raised it: its own `assert` is no demand of a test. Known where it is what the
        trial puts into place.
        """
        return self._order.trial.kind in OF_PRODUCT and self._overlay.holds(raised_in(error))


def _raised(call: pytest.CallInfo[None]) -> str:
    """What ended a phase, in one line."""
    if call.excinfo is None:
        return ""
    example = next(filter(is_example, leaves(call.excinfo.value)), None)
    return one_line(example) if example else _last_line(call.excinfo.exconly().split("\n", 1)[0])


def _last_line(text: str) -> str:
    lines = [line.removeprefix("E").strip() for line in text.split("\n") if line.strip()]
    return lines[-1][:REASON_LENGTH] if lines else ""


def make(order: TrialOrder) -> TrialReport:
    """Make the trial in this process, which is there for that alone."""
    overlay = Overlay({str(Path(order.root, path)): content for path, content in order.trial.files.items()})
    overlay.install(order.folder)
    trying = Trying(order, overlay)
    files = [path for test in order.trial.tests if (path := Path(order.root, test[0])).parent.is_dir()]
    if not files:
        return trying.report(0.0)
    hushed = Hushed(map(str, files), order.folder)
    started = time.monotonic()
    try:
        status = int(pytest.main(list(order.arguments), plugins=[hushed, Placed(overlay), trying]))
    except Exception as error:  # noqa: BLE001 - what plugins raise once the session is over says nothing of its tests
        status = trying.status
        sys.stderr.write(f"ERROR {type(error).__name__}: {error}\n")
    report = trying.report(time.monotonic() - started)
    return report if status in _ENDED else replace(report, problem=f"pytest ended with exit status {status}")
