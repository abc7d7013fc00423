"""The hooks of an audited run: from the snapshot before the first conftest to the exit status after the last hook.

They live in the process that pytest was started in; workers of pytest-xdist have `worker`. `opening` decides which.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from functools import cached_property
from typing import Any, NoReturn

import pytest
from msgspec.structs import replace

from pytest_agentaudit import worker
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.presentation import Presentation, late_report
from pytest_agentaudit.report.targets import writes_shard
from pytest_agentaudit.session import AuditSession, Options
from pytest_agentaudit.shard import Place, Portion, Shard
from pytest_agentaudit.witness import WORKER_KEY
from pytest_agentaudit.witness.merge import Testimony, combine
from pytest_agentaudit.witness.portion import PortionWitness, united
from pytest_agentaudit.witness.recorder import Recorder, sharing
from pytest_agentaudit.witness.selection import chosen_reasons, idle_option, suite_files, typed_choices
from pytest_agentaudit.witness.splitters import place_of
from pytest_agentaudit.witness.trials import Start, Trials

ASIDE = ("lfplugin", "nfplugin", "stepwiseplugin", "session", "terminalreporter")
"""Plugins that are not sent late reports: caches and counters that are about tests, and the terminal, which shows the
findings in a section of their own.
"""


def begin(config: pytest.Config, parser: pytest.Parser, obstacle: AuditError | None = None) -> Guard:
    """Start the audit, unless there is an `obstacle`; the guard to be registered after the initial conftests."""
    controller = Controller(config, parser)
    config.pluginmanager.register(controller)
    config.add_cleanup(controller.audit.close)
    controller.start(obstacle)
    return Guard(controller)


class Controller:
    """Hooks of the run."""

    def __init__(self, config: pytest.Config, parser: pytest.Parser) -> None:
        options = config.known_args_namespace
        self.audit = AuditSession(
            Options(
                base=options.agent_audit_base,
                fail_on=options.agent_audit_fail_on,
                incomplete_fails=options.agent_audit_incomplete == "fail",
                prove=options.agent_audit_prove or "revert",
                is_shard=writes_shard(options.agent_audit_report),
            )
        )
        self.presentation = Presentation(self.audit, config, options.agent_audit_report)
        self._config, self._parser = config, parser
        self._recorder: Recorder | None = None
        self._testimonies: list[Testimony] = []
        self._reasons: dict[str, None] = {}
        self._late: list[pytest.TestReport] = []
        self._trials: Trials | None = None

    @property
    def on_duty(self) -> bool:
        """Whether this process is to audit, and no fork that a test let out."""
        return self.audit.here

    def start(self, obstacle: AuditError | None) -> None:
        """Take the snapshot and begin to watch."""
        options = self._config.known_args_namespace
        if obstacle:
            self.audit.give_up(obstacle)
        elif option := idle_option(options):
            self.audit.nothing_ran(f"{option} stands in the settings")
        else:
            self.audit.start(str(self._config.rootpath), dict(os.environ))
        if self.audit.verdict is None:
            self._trials = Trials(Start.of(self._config), self.audit.watch.root, options.agent_audit_budget)
        if self.audit.verdict is None and not _distributes(self._config):
            portion = PortionWitness(chooses=bool(self._chosen)) if self.audit.options.is_shard else None
            self._recorder = Recorder(self.audit.watch, sharing(options), portion)
            self._recorder.join(self._config.pluginmanager)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker what to watch."""
        if self.audit.verdict is None:
            node.workerinput[WORKER_KEY] = worker.order(
                self.audit.watch, self._config, is_shard=self.audit.options.is_shard, chooses=bool(self._chosen)
            )

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

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Judge before the summary and other reports are written; hold the exit status against what comes after."""
        if not self.on_duty:
            return (yield)
        self._judge(session)
        session.exitstatus = self.audit.exit_status(int(session.exitstatus))
        try:
            return (yield)
        finally:
            session.exitstatus = self.audit.exit_status(int(session.exitstatus))
            self.presentation.show_aside()

    def judge_unrun(self, reason: str) -> None:
        """Judge all that needs no run, and show it on stderr."""
        if self.on_duty and self.audit.started:
            self.audit.unrun(reason, self.presentation.progress)
            self._reasons[reason] = None
            self.presentation.write_files(self._shard())
            self.presentation.show_aside()

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Late reports count as failed."""
        return ("failed", "F", "FAILED") if hasattr(report, "agent_audit") else None

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Show the section, and count its failing findings in the lines that come after it."""
        if self.on_duty:
            self.presentation.show(terminalreporter)
            terminalreporter.stats.setdefault("failed", []).extend(self._late)

    def _judge(self, session: pytest.Session) -> None:
        if self.audit.verdict is None:
            prover = self._trials.make if self._trials else None
            self.audit.judge(self._evidence(session), self.presentation.progress, prover)
            self.presentation.progress("")
        self.presentation.write_files(self._shard())
        hook: Any = self._config.pluginmanager.subset_hook_caller(
            "pytest_runtest_logreport", [plugin for name in ASIDE if (plugin := self._plugin(name)) is not None]
        )
        root = self.audit.watch.root
        failing = enumerate(self.audit.failing_findings())
        self._late = [late_report(finding, number, self._config, root) for number, finding in failing]
        for report in self._late:
            hook(report=report)

    def _plugin(self, name: str) -> object | None:
        return self._config.pluginmanager.get_plugin(name)

    def _evidence(self, session: pytest.Session) -> Evidence:
        if self._recorder:
            self._testimonies.append(self._recorder.testimony())
        why = session.shouldfail or session.shouldstop
        status = int(session.exitstatus)
        if status in {pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR}:
            self._reasons[f"pytest ended with exit status {status}"] = None
        told = f"{self._place} ({self._place.told_by})" if self._place else ""
        shard = "a shard" if self.audit.options.is_shard else ""
        reasons = [told, *chosen_reasons(self._config, self._parser), *self._reasons]
        evidence = combine(self._testimonies, reasons, stopped=why if isinstance(why, str) else "")
        return replace(evidence, exit_status=status, shard=str(self._place or shard))

    @cached_property
    def _place(self) -> Place | None:
        """Which shard of how many this is: a plugin says so, or the CI says it of a run that is to be merged."""
        environ = os.environ if self.audit.options.is_shard else {}
        return place_of(self._config.option, environ)

    @cached_property
    def _chosen(self) -> tuple[str, ...]:
        return typed_choices(self._config, self._parser)

    def _shard(self) -> Shard | None:
        """What `agentaudit merge` needs of this run; None where it is none of its business, or could not be audited."""
        subject, evidence = self.audit.subject, self.audit.evidence
        if subject is None or evidence is None:
            return None
        portions = [it.portion for it in self._testimonies if it.portion]
        files = Portion(known=tuple(suite_files(self._config, self._chosen) if portions else ()))
        breaks = (*self._reasons, *(["collection errors"] if evidence.collection_errors else []))
        return Shard(subject, evidence, self.audit.proofs, united([*portions, files]), self._place, breaks)


class Guard:
    """The outermost hook of the run: registered after the initial conftests, it wraps what they wrapped."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """Hold the exit status, however the run is left."""
        try:
            status = yield
        except SystemExit as stop:
            self.leave(stop)
        return self.held(status) if self._controller.on_duty else status

    def broke_off(self, error: BaseException) -> None:
        """A conftest, or what it asks for, ends pytest before any later hook: say now what is known without a run."""
        self._controller.judge_unrun(f"pytest ended while it loaded conftests: {type(error).__name__}")
        if isinstance(error, SystemExit):
            self.leave(error)

    def held(self, status: Any) -> int:
        """The exit status of a run that ends by itself."""
        audit = self._controller.audit
        code = int(status or 0)
        if audit.verdict is None:
            audit.nothing_ran("pytest ended without a test session")
        self._controller.presentation.show_aside()
        return audit.exit_status(code)

    def leave(self, stop: SystemExit) -> NoReturn:
        """Something in the run exits the interpreter: with our status, where it would hide a failed audit."""
        code = stop.code if isinstance(stop.code, int) else int(bool(stop.code))
        if self._controller.on_duty and (held := self.held(code)) != code:
            raise SystemExit(held) from stop
        raise stop


def _distributes(config: pytest.Config) -> bool:
    """Whether pytest-xdist is going to run the tests in workers."""
    options = config.known_args_namespace
    spread = getattr(options, "numprocesses", None) or getattr(options, "tx", None)
    return bool(spread) or getattr(options, "dist", "no") != "no"
