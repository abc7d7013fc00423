"""The hooks of an audited run: from the snapshot before the first conftest to the exit status after the last hook.

They live in the process that pytest was started in; workers of pytest-xdist have `worker`. `opening` decides which.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.observation import Observation, distributes
from pytest_agentaudit.presentation import Presentation, asked_targets, end_of, for_editor, late_report
from pytest_agentaudit.report.targets import show_lines
from pytest_agentaudit.session import AuditSession, Options
from pytest_agentaudit.witness import EDITOR
from pytest_agentaudit.witness.selection import idle_option

if TYPE_CHECKING:
    from pytest_agentaudit.link.launch import Launch
    from pytest_agentaudit.shard import Shard
    from pytest_agentaudit.witness.trials import Trials

ASIDE = ("lfplugin", "nfplugin", "stepwiseplugin", "session", "terminalreporter")
"""Plugins that are not sent late reports: caches and counters that are about tests, and the terminal, which shows the
findings in a section of their own.
"""


def begin(config: pytest.Config, parser: pytest.Parser, auditor: Launch | AuditError | None) -> Guard:
    """Start the audit; the guard to be registered after the initial conftests. In the place of an auditor there may be
    the reason why there is none; None where an option keeps pytest from running.
    """
    controller = Controller(config, parser)
    config.pluginmanager.register(controller)
    config.add_cleanup(controller.audit.close)
    controller.start(auditor)
    return Guard(controller)


class Controller:
    """Hooks of the run."""

    def __init__(self, config: pytest.Config, parser: pytest.Parser) -> None:
        options = config.known_args_namespace
        targets, shards = asked_targets(options.agent_audit_report)
        self.audit = AuditSession(
            Options(
                base=options.agent_audit_base,
                fail_on=options.agent_audit_fail_on,
                incomplete_fails=options.agent_audit_incomplete == "fail",
                prove=options.agent_audit_prove or "revert",
                is_shard=bool(shards),
                shows=show_lines(targets),
            )
        )
        self.presentation = Presentation(self.audit, config, targets, shards)
        self._config, self._parser = config, parser
        self._observation: Observation | None = None
        self._late: list[pytest.TestReport] = []
        self._trials: Trials | None = None

    @property
    def on_duty(self) -> bool:
        """Whether this process is to audit, and no fork that a test let out."""
        return self.audit.here

    def start(self, auditor: Launch | AuditError | None) -> None:
        """Take the snapshot and begin to watch."""
        if auditor is None:
            self.audit.nothing_ran(f"{idle_option(self._config.known_args_namespace)} stands in the settings")
        elif isinstance(auditor, AuditError):
            self.audit.give_up(auditor)
        else:
            self._begin(auditor)

    def _begin(self, auditor: Launch) -> None:
        proves = self.audit.options.prove != "off"
        spare = import_module("pytest_agentaudit.witness.spare").Spare.make(auditor.ends) if proves else None
        self.audit.start(str(self._config.rootpath), dict(os.environ), auditor, self._load_tool)
        if self.audit.verdict is not None:
            return
        if spare and spare.has_loaded(self.audit.watch.root):
            spare.close()
            spare = None
        if proves:
            room = import_module("pytest_agentaudit.witness.trials")
            start, budget = room.Start.of(self._config, spare), self._config.known_args_namespace.agent_audit_budget
            self._trials = room.Trials(start, self.audit.watch.root, budget)
        is_shard = self.audit.options.is_shard
        self._observation = Observation(self._config, self._parser, self.audit.watch, is_shard=is_shard)
        self._observation.start()

    def _load_tool(self) -> None:
        """Load what watches, unless workers are going to do that."""
        if not distributes(self._config):
            import_module("pytest_agentaudit.preload").load_tool()

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
            if self._observation:
                self._observation.broke_off(reason)
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
            evidence = self._observation.evidence(session) if self._observation else Evidence()
            self.audit.judge(evidence, self.presentation.progress, prover)
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
            hook(report=end_of(report))
        if self._plugin("allure_listener"):
            import_module("pytest_agentaudit.allure").add_results(self._late)
        if editor := self._plugin(EDITOR):
            editor.tell(session, *for_editor(self.audit, self._config))

    def _plugin(self, name: str) -> Any:
        return self._config.pluginmanager.get_plugin(name)

    def _shard(self) -> Shard | None:
        """What `agentaudit merge` needs of this run; None where it is none of its business, or could not be audited."""
        subject, evidence = self.audit.subject, self.audit.evidence
        if subject is None or evidence is None or self._observation is None:
            return None
        return self._observation.shard(subject, evidence, self.audit.proofs)


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
