"""The whole audit of a run in which nothing changed: a glance, and a line at the end of the run."""

from __future__ import annotations

import os

import pytest

from pytest_agentaudit.glance import glance
from pytest_agentaudit.report.audience import default_format
from pytest_agentaudit.report.nothing import agent_lines, terminal_lines
from pytest_agentaudit.witness import EDITOR


def is_answered(config: pytest.Config) -> bool:
    """Whether certainly nothing changed; if so, the run is going to say it."""
    found = glance(str(config.rootpath))
    if found:
        config.pluginmanager.register(NothingChanged(*found))
    return found is not None


class NothingChanged:
    """Says so at the end of the run."""

    def __init__(self, base: str, origin: str) -> None:
        self._base, self._origin = base, origin

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell an editor too."""
        if editor := session.config.pluginmanager.get_plugin(EDITOR):
            editor.tell(session, "passed")

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Write the audit's section."""
        terminalreporter.ensure_newline()
        if default_format(os.environ) == "agent":
            lines = agent_lines(self._base, "advisory", "pytest --agent-audit")
        else:
            lines = terminal_lines(
                self._base, self._origin, "advisory", terminalreporter.config.get_terminal_writer().fullwidth
            )
        for line in lines:
            terminalreporter.write_line(line)
