"""What a run of pytest shows, in its own process and in its workers: plain evidence, no judgement."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_agentaudit import worker
from pytest_agentaudit.model import Evidence, Watch
from pytest_agentaudit.witness import WORKER_KEY
from pytest_agentaudit.witness.merge import Testimony, combine
from pytest_agentaudit.witness.recorder import Recorder, sharing
from pytest_agentaudit.witness.selection import chosen_reasons


class Observation:
    """A plugin that watches a run. It stands for the whole run: workers of pytest-xdist hand over what they saw."""

    def __init__(self, config: pytest.Config, parser: pytest.Parser, watch: Watch) -> None:
        self._config, self._parser, self._watch = config, parser, watch
        self._recorder: Recorder | None = None
        self._testimonies: list[Testimony] = []
        self._reasons: dict[str, None] = {}

    def start(self) -> None:
        """Begin to watch, before the first conftest is imported."""
        self._config.pluginmanager.register(self)
        if not _distributes(self._config):
            self._recorder = Recorder(self._watch, sharing(self._config.known_args_namespace))
            self._config.pluginmanager.register(self._recorder)
            self._config.pluginmanager.register(self._recorder.harness)
            self._recorder.start()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what to watch."""
        node.workerinput[WORKER_KEY] = worker.order(self._watch, self._config)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Take over what a worker saw; one that crashed took it along."""
        seen = worker.testimony(getattr(node, "workeroutput", {}).get(WORKER_KEY))
        if seen is not None:
            self._testimonies.append(seen)
        if seen is None or error:
            self._reasons[f"worker {node.gateway.id} crashed" if error else "a worker handed nothing over"] = None

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was cut short."""
        by = "pytest.exit" if isinstance(excinfo.value, pytest.exit.Exception) else type(excinfo.value).__name__
        self._reasons[f"stopped by {by}"] = None

    def evidence(self, session: pytest.Session) -> Evidence:
        """All that was seen, once the tests are over."""
        testimonies = [self._recorder.testimony()] if self._recorder else self._testimonies
        why = session.shouldfail or session.shouldstop
        status = int(session.exitstatus)
        reasons = [*chosen_reasons(self._config, self._parser), *self._reasons]
        if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            reasons.append(f"pytest ended with exit status {status}")
        evidence = combine(testimonies, reasons, stopped=why if isinstance(why, str) else "")
        return replace(evidence, exit_status=status)


def _distributes(config: pytest.Config) -> bool:
    """Whether pytest-xdist is going to run the tests in workers."""
    options = config.known_args_namespace
    spread = getattr(options, "numprocesses", None) or getattr(options, "tx", None)
    return bool(spread) or getattr(options, "dist", "no") != "no"
