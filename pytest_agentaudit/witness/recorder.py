"""The witness of one process: a pytest plugin object that records what its run shows. Evidence, no judgement."""

from __future__ import annotations

import argparse
import time
from collections.abc import Generator, Iterable, Iterator
from contextlib import AbstractContextManager
from types import TracebackType

import pytest
from msgspec import Struct, field

from pytest_agentaudit.model import Evidence, Watch
from pytest_agentaudit.witness.entries import COLLECTING, ELSEWHERE, choose_entries
from pytest_agentaudit.witness.harness import HarnessWitness
from pytest_agentaudit.witness.merge import Testimony
from pytest_agentaudit.witness.outcomes import Outcomes, Places, collected
from pytest_agentaudit.witness.phases import Phases
from pytest_agentaudit.witness.portion import PortionWitness
from pytest_agentaudit.witness.selection import BY_OPTION, calling_module
from pytest_agentaudit.witness.tracer import OUTSIDE, Sharing, Tracer, choose_tracer

_KNOWN_CALLERS = {"_pytest.cacheprovider": "--lf", "_pytest.stepwise": "--sw"}


def sharing(options: argparse.Namespace) -> Sharing:
    """How pytest-cov is going to measure this run."""
    if not getattr(options, "cov_source", None) or getattr(options, "no_cov", False):
        return Sharing.NONE
    return Sharing.CONTEXTS if getattr(options, "cov_context", None) else Sharing.LINES


class Selection(Struct):
    """What was collected, and what of it was to run."""

    collected: dict[tuple[str, str], None] = field(default_factory=dict)
    selected: set[str] = field(default_factory=set)
    reasons: dict[str, None] = field(default_factory=dict)
    errors: dict[str, None] = field(default_factory=dict)


class Watching(AbstractContextManager[None]):
    """The tracer, kept from breaking the run: its first failure ends the watching, and says why."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self._defect = ""

    @property
    def problem(self) -> str:
        """Why what was seen is not to be trusted ("" where it is)."""
        return self._defect or self.tracer.problem

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if isinstance(error, Exception):
            self._defect = self._defect or f"the tracer failed: {type(error).__name__}: {error}"
        return isinstance(error, Exception)


class Recorder(Phases):
    """Hooks that record collection, outcomes and lines, and in a shard its `portion` of the suite."""

    def __init__(self, watch: Watch, coverage: Sharing, portion: PortionWitness | None = None) -> None:
        self._watching = Watching(choose_tracer(watch, coverage))
        self._watch = watch
        self._entries = choose_entries(watch.root, watch.entries) if watch.entries else None
        self._outcomes = Outcomes(Places(watch.root))
        self._selection = Selection()
        self._portion = portion
        self.harness = HarnessWitness(watch)
        self._announced: set[str] = set()
        self._started = time.monotonic()
        self._stopped = False

    def join(self, manager: pytest.PytestPluginManager) -> None:
        """Take part in the run, and begin to watch."""
        for plugin in self._plugins():
            manager.register(plugin)
        self.start()

    def leave(self, manager: pytest.PytestPluginManager) -> None:
        """Take no part any more: others watch."""
        self.stop()
        for plugin in self._plugins():
            manager.unregister(plugin)

    def _plugins(self) -> Iterator[object]:
        yield from filter(None, (self, self.harness, self._portion))

    def start(self) -> None:
        """Begin to watch lines."""
        with self._watching:
            self._watching.tracer.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self, session: pytest.Session) -> Generator[None, object, object]:
        """Note whether `--lf` is going to leave files out: it does so without a word."""
        cache = getattr(session.config, "cache", None)
        if session.config.getoption("lf", default=False) and cache and cache.get("cache/lastfailed", {}):
            self._selection.reasons["--lf"] = None
        with self._watching:
            self._watching.tracer.collect()
        if self._entries is None:
            return (yield)
        self._entries.begin(COLLECTING)
        try:
            return (yield)
        finally:
            self._entries.end()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        """Note what was collected before anybody took something away, and what vanished without a word."""
        selection = self._selection
        before = {item.nodeid for item in items}
        selection.collected |= collected(self._outcomes, items)
        yield
        if silent := before - self._announced - {item.nodeid for item in items}:
            selection.reasons[f"{len(silent)} tests taken out of the collection by a plugin or conftest"] = None

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note who deselects tests; what the project's settings deselect is no part of its suite."""
        taken = {item.nodeid for item in items}
        self._announced |= taken
        caller = calling_module()
        if taken and caller not in BY_OPTION:
            by = _KNOWN_CALLERS.get(caller) or f"{len(taken)} tests deselected by {caller}"
            self._selection.reasons[by] = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self._selection.errors[report.nodeid] = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note what is to run."""
        self._selection.selected |= {item.nodeid for item in session.items}

    def phase(self, item: pytest.Item) -> Generator[None, object, object]:
        """Its lines belong to the test."""
        watching, index = self._watching, self._outcomes.index(item)
        if watching.problem:
            return (yield)
        with watching:
            watching.tracer.begin(index)
        if self._entries:
            altered = self._outcomes.definition(item)[0] in self._watch.ranges
            self._entries.begin(item.nodeid if altered else ELSEWHERE)
        try:
            return (yield)
        finally:
            if self._entries:
                self._entries.end()
            with watching:
                watching.tracer.end()

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtest_teardown(self) -> Generator[None, object, object]:
        """What the teardown runs, no test runs."""
        if self._watching.problem:
            return (yield)
        with self._watching:
            self._watching.tracer.begin(OUTSIDE)
        try:
            return (yield)
        finally:
            with self._watching:
                self._watching.tracer.end()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a phase ended."""
        self._outcomes.add(report)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was cut short."""
        by = "pytest.exit" if isinstance(excinfo.value, pytest.exit.Exception) else type(excinfo.value).__name__
        self._selection.reasons[f"stopped by {by}"] = None

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        """Stop watching before another coverage measurement of the run ends its own."""
        with self._watching:
            self._watching.tracer.run(alone=self.harness.leaves_pytest_alone())
        try:
            return (yield)
        finally:
            self.stop()

    def stop(self) -> None:
        """Watch no more."""
        if not self._stopped:
            self._stopped = True
            with self._watching:
                self._watching.tracer.stop()
            if self._entries:
                self._entries.stop()

    def testimony(self) -> Testimony:
        """All that this process showed."""
        self.stop()
        selection, tracer = self._selection, self._watching.tracer
        problem = self._watching.problem
        reasons = [*selection.reasons, *(["collection errors"] if selection.errors else [])]
        evidence = Evidence(
            tests=self._outcomes.tests(),
            hits={} if problem else tracer.hits(),
            collected=tuple(selection.collected),
            collection_errors=tuple(selection.errors),
            partial="; ".join(reasons),
            tracer="" if problem else tracer.name,
            tracer_problem=problem,
            seconds=round(time.monotonic() - self._started, 3),
            unwatched=() if problem else tracer.unwatched(),
            harness=self.harness.harness(),
            entered=self._entries.entered() if self._entries and not self._entries.problem else None,
        )
        ran = tuple(sorted(self._outcomes.ran))
        portion = self._portion.portion(ran) if self._portion else None
        return Testimony(evidence, tuple(sorted(selection.selected)), ran, portion)
