"""The audit in VS Code's list of tests: one entry, which no run collects and which every audited run answers for.

The adapter of VS Code drops results of tests that it did not list, and ignores the exit status: without an entry of its
own, a failed audit would look green. The entry is no test, so it is in nobody's collection: the adapter alone hears of
it, once when it lists tests, and once when there is a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal, NoReturn, TypeAlias

import pytest

from pytest_agentaudit.witness import EDITOR, EDITOR_ADAPTER, EDITOR_PIPE

ENTRY = "agent-audit"
"""What the list of tests says."""

Outcome: TypeAlias = Literal["passed", "failed", "skipped"]

_HOMES = ("pyproject.toml", "pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")
"""Files that may hold the entry. The first that there is does; where there is none, the policy's would be the first."""
_MARKS = (b"[tool.agentaudit", b"--agent-audit")
"""What the entry stands at in such a file, best first."""


def join(config: pytest.Config) -> None:
    """Take part in a run of VS Code's; any other run is left alone, also one that its tests start."""
    if os.environ.get(EDITOR_PIPE) and config.pluginmanager.has_plugin(EDITOR_ADAPTER):
        config.pluginmanager.register(Editor(), EDITOR)


class Editor:
    """Lists the entry, and tells what became of it."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Generator[None, object, object]:
        """Take the entry's id from what was typed, before pytest-xdist counts that: there is nothing to collect."""
        home = _home(config.rootpath)
        base = config.invocation_params.dir
        for typed in (config.args, config.option.file_or_dir):
            typed[:] = [it for it in typed if not _is_entry(base, it, home)]
        return (yield)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Put the entry at the end of the list, where one was asked for: the adapter reads it next."""
        if session.config.option.collectonly:
            session.items.append(_entry(session))
        return (yield)

    def tell(self, session: pytest.Session, outcome: Outcome, text: str = "") -> None:
        """Tell the adapter how the audit ended: passed, failed (with a text) or skipped."""
        entry = _entry(session)
        report = pytest.TestReport(entry.nodeid, entry.location, {}, outcome, text or None, "call")
        with suppress(Exception):  # its pipe may be gone: the run's summary and exit status tell it all the same
            _only_adapter(session.config, "pytest_runtest_protocol")(item=entry, nextitem=None)
            _only_adapter(session.config, "pytest_report_teststatus")(report=report, config=session.config)


class _Home(pytest.File):
    """The file that holds the entry, in a list of tests."""

    def collect(self) -> tuple[()]:
        """Nothing: the entry is put into the list by hand."""
        return ()


class _Entry(pytest.Item):
    """The entry. It is never run."""

    def runtest(self) -> NoReturn:
        """Its outcome is the verdict, and no other."""
        pytest.skip("an audit is told of when the run is over")

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, _line(self.path), self.name


def _entry(session: pytest.Session) -> pytest.Item:
    home = _Home.from_parent(session, path=_home(session.config.rootpath))
    return _Entry.from_parent(home, name=ENTRY)


def _home(root: Path) -> Path:
    """The file of the entry. It hangs on the root folder alone, for the id must be the same in every run."""
    return next((path for name in _HOMES if (path := root / name).is_file()), root / _HOMES[0])


def _is_entry(base: Path, argument: str, home: Path) -> bool:
    path, _, name = argument.partition("::")
    return name == ENTRY and (base / path).resolve() == home.resolve()


def _line(path: Path) -> int:
    """The line, from 0, that makes the audit a part of this project."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        return 0
    return next((row for mark in _MARKS for row, line in enumerate(lines) if mark in line), 0)


def _only_adapter(config: pytest.Config, hook: str) -> Any:
    """A hook that calls no other plugin."""
    adapter = config.pluginmanager.get_plugin(EDITOR_ADAPTER)
    others = [plugin for plugin in config.pluginmanager.get_plugins() if plugin is not adapter]
    return config.pluginmanager.subset_hook_caller(hook, others)
