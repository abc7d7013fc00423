"""Functions that run, on Python 3.12 and later: two `sys.monitoring` tools of our own, whatever the number of calls.

The first hears once of each code object of the process, and arms those of the files for the second. That one hears
once of each in a test, and is armed again for the next test that wants to know: a tool's event that was disabled comes
back where it is asked for anew for one code object, and only there.
"""

from __future__ import annotations

import sys
from types import CodeType
from typing import Any

from pytest_agentaudit.model import Entered
from pytest_agentaudit.witness.entries import ELSEWHERE, Seen

monitoring: Any = vars(sys)["monitoring"]
TOOLS = ("pytest-agentaudit files", "pytest-agentaudit functions")
TOOL_IDS = (3, 5, 4, 2)
"""In the order of our asking: first those that no well-known tool has to itself."""


class Watcher:
    """See `entries.Entries`."""

    def __init__(self, seen: Seen) -> None:
        self.problem = ""
        self._seen = seen
        self._test: str | None = None
        self._tools: tuple[int, ...] = ()
        self._codes: dict[int, tuple[CodeType, set[str]]] = {}
        self._silent: list[tuple[CodeType, set[str]]] = []
        self._settled: list[tuple[CodeType, set[str]]] = []

    def begin(self, test: str) -> None:
        """Arm what reported before, unless it is known to have run where this test belongs."""
        if self.problem or not (self._tools or self._start()) or not self._are_ours():
            return
        self._test = test
        waiting, self._silent = self._silent, []
        if test != ELSEWHERE:
            waiting += self._settled
            self._settled = []
        for code, tests in waiting:
            if test in tests:
                self._rest(code, tests)
            else:
                monitoring.set_local_events(self._tools[1], code, 0)
                monitoring.set_local_events(self._tools[1], code, monitoring.events.PY_START)

    def end(self) -> None:
        """What starts from now on belongs to no test."""
        self._test = None

    def stop(self) -> None:
        """Give the tool ids back."""
        if not self._are_ours():
            return
        tools, self._tools = self._tools, ()
        for code, _ in self._codes.values() if tools else ():
            monitoring.set_local_events(tools[1], code, 0)
        for tool in tools:
            monitoring.set_events(tool, 0)
            monitoring.register_callback(tool, monitoring.events.PY_START, None)
            monitoring.free_tool_id(tool)

    def entered(self) -> tuple[Entered, ...]:
        """What ran."""
        return self._seen.entered()

    def _are_ours(self) -> bool:
        """Whether nobody took the tool ids away since they were taken."""
        if all(monitoring.get_tool(tool) == name for tool, name in zip(self._tools, TOOLS, strict=False)):
            return True
        self.problem = "something in the run took the tool ids of sys.monitoring away"
        return False

    def _start(self) -> bool:
        """Take two tool ids, and hear of code that starts."""
        free = [tool for tool in TOOL_IDS if monitoring.get_tool(tool) is None][: len(TOOLS)]
        if len(free) < len(TOOLS):
            self.problem = "the tool ids of sys.monitoring are taken by other tools"
            return False
        self._tools = tuple(free)
        for tool, name, hear in zip(free, TOOLS, (self._meet, self._note), strict=True):
            monitoring.use_tool_id(tool, name)
            monitoring.register_callback(tool, monitoring.events.PY_START, hear)
        monitoring.set_events(self._tools[0], monitoring.events.PY_START)
        return True

    def _meet(self, code: CodeType, offset: int) -> object:
        """A code object of the process starts for the first time."""
        tests = self._seen.tests(code)
        if tests is not None and self._tools and id(code) not in self._codes and self._are_ours():
            self._codes[id(code)] = code, tests
            monitoring.set_local_events(self._tools[1], code, monitoring.events.PY_START)
            self._note(code, offset)
        return monitoring.DISABLE

    def _note(self, code: CodeType, _offset: int) -> object:
        """A code object of the files starts: between two tests it goes on reporting."""
        known = self._codes.get(id(code))
        if self._test is None or known is None:
            return None
        _, tests = known
        tests.add(self._test)
        self._rest(code, tests)
        return monitoring.DISABLE

    def _rest(self, code: CodeType, tests: set[str]) -> None:
        (self._settled if ELSEWHERE in tests else self._silent).append((code, tests))
