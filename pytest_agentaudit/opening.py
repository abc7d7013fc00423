"""How an audited run begins: with as little as will do. What judges and shows is loaded for a change alone."""

from __future__ import annotations

import os
from collections.abc import Generator
from typing import Any

import pytest

from pytest_agentaudit.bases import VARIABLES
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.garbage import load
from pytest_agentaudit.witness import EDITOR_PIPE, WORKER_KEY
from pytest_agentaudit.witness.selection import idle_option, typed_options

WORKER = "PYTEST_XDIST_WORKER"
"""Set in pytest-xdist's workers; a run that only has it set is none."""


def begin(config: pytest.Config, parser: pytest.Parser) -> Any:
    """Start the audit; the guard (`controller.Guard`, or what stands in for it) to be registered after the initial
    conftests. None where there is nothing to audit: an option that runs nothing was typed, or nothing changed.
    """
    if EDITOR_PIPE in os.environ:
        load("pytest_agentaudit.editor").join(config)
    if _asks_for_no_run(config, parser):
        return None
    if WORKER in os.environ:
        return PerhapsWorker(config, parser)
    if _may_do_with_a_glance(config) and load("pytest_agentaudit.unchanged").is_answered(config):
        return None
    auditor = None if idle_option(config.known_args_namespace) else _started(str(config.rootpath))
    return load("pytest_agentaudit.controller").begin(config, parser, auditor)


def _started(tree: str) -> Any:
    """An auditor that loads what it needs while the run loads what it needs; the reason where there is none."""
    try:
        return load("pytest_agentaudit.link.launch").launch(tree)
    except AuditError as error:
        return error


def _asks_for_no_run(config: pytest.Config, parser: pytest.Parser) -> bool:
    """Whether an option that runs nothing was typed: those in the settings are another matter."""
    given = idle_option(config.known_args_namespace)
    return bool(given and idle_option(typed_options(parser, config.invocation_params.args)))


def _may_do_with_a_glance(config: pytest.Config) -> bool:
    """Whether the answer "nothing changed" can be all that is wanted: no base is named and no report. Of nothing there
    is nothing to prove.
    """
    options = config.known_args_namespace
    asked = options.agent_audit_base or options.agent_audit_report or idle_option(options)
    in_terminal = not config.pluginmanager.is_blocked("terminalreporter")
    return in_terminal and not asked and not any(os.environ.get(name) for name in VARIABLES)


class PerhapsWorker:
    """What may be a worker of pytest-xdist, which turns out only when pytest is configured."""

    def __init__(self, config: pytest.Config, parser: pytest.Parser) -> None:
        self._config, self._parser = config, parser
        self._guard: Any = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Leave a worker to the worker's hooks; a run that only looks like one cannot be audited."""
        if not hasattr(config, "workerinput"):
            self._give_up()
        elif WORKER_KEY in config.workerinput:
            load("pytest_agentaudit.worker").begin(config)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self) -> Generator[None, Any, Any]:
        """Hold the exit status, where this was no worker."""
        try:
            status = yield
        except SystemExit as stop:
            if self._guard:
                self._guard.leave(stop)
            raise
        return self._guard.held(status) if self._guard else status

    def broke_off(self, error: BaseException) -> None:
        """Pytest ends before it is known what this is."""
        self._give_up().broke_off(error)

    def _give_up(self) -> Any:
        error = AuditError(f"{WORKER} is set, but this is no worker of pytest-xdist", "unset it before pytest starts")
        self._guard = load("pytest_agentaudit.controller").begin(self._config, self._parser, error)
        return self._guard
