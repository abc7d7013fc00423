"""Functions that run, below Python 3.12: the interpreter's own profiler tells. It counts calls in C, and leaves
`sys.settrace` alone.
"""

from __future__ import annotations

import sys
import threading
from cProfile import Profile
from types import CodeType

from pytest_agentaudit.model import Entered
from pytest_agentaudit.witness.entries import Seen


class Watcher:
    """See `entries.Entries`. Each thread has a profiler of its own."""

    def __init__(self, seen: Seen) -> None:
        self.problem = ""
        self._seen = seen
        self._test = ""
        self._profiler: Profile | None = None
        self._in_threads: list[Profile] = []

    def begin(self, test: str) -> None:
        """A phase begins."""
        if self.problem:
            return
        if sys.getprofile() is not None:
            self.problem = "another profiler is at work"
            return
        self._test, self._profiler = test, _started()
        threading.setprofile(self._begin_thread)

    def end(self) -> None:
        """The phase is over."""
        profiler, self._profiler = self._profiler, None
        if profiler is None:
            return
        threading.setprofile(None)
        current: object = sys.getprofile()
        if current is not profiler:
            self.problem = "a test took the profiler's place"
            return
        profiler.disable()
        for it in (profiler, *self._in_threads):
            self._note(it)
        self._in_threads.clear()

    def stop(self) -> None:
        """Nothing is at work between two phases."""

    def entered(self) -> tuple[Entered, ...]:
        """What ran."""
        return self._seen.entered()

    def _begin_thread(self, *_: object) -> None:
        self._in_threads.append(_started())

    def _note(self, profiler: Profile) -> None:
        for entry in profiler.getstats():
            if isinstance(entry.code, CodeType) and (tests := self._seen.tests(entry.code)) is not None:
                tests.add(self._test)


def _started() -> Profile:
    profiler = Profile(builtins=False, subcalls=False)
    profiler.enable()
    return profiler
