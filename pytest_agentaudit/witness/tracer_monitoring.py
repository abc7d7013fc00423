"""The tracer of Python 3.12 and later: a `sys.monitoring` tool of our own, beside those of coverage and debuggers.

A code object of a watched file asks for line events when it first starts. Each line reports once and is then
disabled; before the next test only the code objects that did report are armed again. `restart_events` would arm
every function of the process, and those of other tools.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import CodeType
from typing import Any

from pytest_agentaudit.model import LineHits, Watch
from pytest_agentaudit.witness.tracer import OUTSIDE, Files, runs_at_import

monitoring: Any = vars(sys)["monitoring"]
TOOL = "pytest-agentaudit"
TOOL_IDS = (4, 3, 5, 2)
"""In the order of our asking: first those that no well-known tool has to itself."""


class FileHits:
    """What ran of one file."""

    def __init__(self) -> None:
        self.by_test: dict[int, list[int]] = {}
        self.at_import: set[int] = set()


class WatchedCode:
    """A code object of a watched file. It holds the code object, so that its `id` stays its own."""

    __slots__ = ("at_import", "code", "hits", "reported", "shares_first_line")

    def __init__(self, code: CodeType, hits: FileHits, start_offset: int) -> None:
        self.code = code
        self.hits = hits
        self.at_import = runs_at_import(code)
        self.shares_first_line = not self.at_import and any(
            line == code.co_firstlineno and end > start_offset + 2 for _, end, line in code.co_lines()
        )
        self.reported = False


class MonitoringTracer:
    """See `tracer.Tracer`."""

    name = "sys.monitoring"

    def __init__(self, watch: Watch) -> None:
        self.problem = ""
        self._files = Files(watch)
        self._ranges = watch.ranges
        self._hits: dict[str, FileHits] = {}
        self._codes: dict[int, WatchedCode] = {}
        self._reported: list[WatchedCode] = []
        self._test = OUTSIDE
        self._tool: int | None = None

    def start(self) -> None:
        """Take a tool id and wait for watched code to start."""
        if not self._ranges:
            return
        self._tool = next((tool for tool in TOOL_IDS if monitoring.get_tool(tool) is None), None)
        if self._tool is None:
            self.problem = "all tool ids of sys.monitoring are taken by other tools"
            return
        monitoring.use_tool_id(self._tool, TOOL)
        monitoring.register_callback(self._tool, monitoring.events.PY_START, self._on_start)
        monitoring.register_callback(self._tool, monitoring.events.LINE, self._on_line)
        monitoring.set_events(self._tool, monitoring.events.PY_START)

    def collect(self) -> None:
        """All is ready: until code of a watched file runs, watching costs nothing."""

    def run(self, *, alone: bool) -> None:
        """All is ready."""

    def begin(self, test: int) -> None:
        """Arm what reported since the last phase."""
        self._test = test
        self._arm()

    def end(self) -> None:
        """What reports from now on belongs to no test, and must report again in the next phase."""
        self._test = OUTSIDE

    def stop(self) -> None:
        """Give the tool id back."""
        tool = self._tool
        if tool is None:
            return
        self._tool = None
        if monitoring.get_tool(tool) != TOOL:
            self.problem = "something in the run took the tool id of sys.monitoring away"
            return
        monitoring.set_events(tool, 0)
        for watched in self._codes.values():
            monitoring.set_local_events(tool, watched.code, 0)
        for event in (monitoring.events.PY_START, monitoring.events.LINE):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)

    def hits(self) -> Mapping[str, LineHits]:
        """What ran, by path."""
        return {
            path: LineHits(
                {line: tuple(tests) for line, tests in sorted(hits.by_test.items())}, tuple(sorted(hits.at_import))
            )
            for path, hits in self._hits.items()
        }

    def unwatched(self) -> tuple[str, ...]:
        """None: whatever starts is seen."""
        return ()

    def _arm(self) -> None:
        tool = self._tool
        if tool is None or monitoring.get_tool(tool) != TOOL:
            return
        for watched in self._reported:
            watched.reported = False
            monitoring.set_local_events(tool, watched.code, 0)
            monitoring.set_local_events(tool, watched.code, monitoring.events.LINE)
        self._reported.clear()

    def _on_start(self, code: CodeType, offset: int) -> object:
        watched = self._codes.get(id(code)) or self._watch(code, offset)
        if watched is None or not watched.shares_first_line:
            return monitoring.DISABLE
        # Its first body line stands on the line of the `def`: 3.13 sends no line event for it once this one is
        # disabled. So it stays, and reports the line itself.
        self._record(watched, code.co_firstlineno)
        return None

    def _on_line(self, code: CodeType, line: int) -> object:
        watched = self._codes.get(id(code))
        if watched is not None:
            self._record(watched, line)
            if not watched.reported and not watched.at_import:
                watched.reported = True
                self._reported.append(watched)
        return monitoring.DISABLE

    def _record(self, watched: WatchedCode, line: int) -> None:
        if self._test == OUTSIDE or watched.at_import:
            watched.hits.at_import.add(line)
            return
        tests = watched.hits.by_test.setdefault(line, [])
        if not tests or tests[-1] != self._test:
            tests.append(self._test)

    def _watch(self, code: CodeType, offset: int) -> WatchedCode | None:
        path = self._files.path(code.co_filename)
        if path is None or self._tool is None:
            return None
        hits = self._hits.setdefault(path, FileHits())
        if not self._is_changed(path, code):
            return None
        watched = self._codes[id(code)] = WatchedCode(code, hits, offset)
        monitoring.set_local_events(self._tool, code, monitoring.events.LINE)
        return watched

    def _is_changed(self, path: str, code: CodeType) -> bool:
        """Whether a changed line lies between the first and the last line of the code."""
        first = code.co_firstlineno
        last = max((end or start or first for start, end, _, _ in code.co_positions()), default=first)
        return any(start <= last and end >= first for start, end in self._ranges[path])
