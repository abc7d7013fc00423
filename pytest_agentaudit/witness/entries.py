"""Which functions of some files run while a test does.

The interpreter's own profiler tells: it counts calls in C, leaves `sys.settrace` alone, and is there on every version.
Child processes are not seen.
"""

from __future__ import annotations

import sys
import threading
from collections import defaultdict
from collections.abc import Iterable
from cProfile import Profile
from types import CodeType
from typing import ClassVar

from msgspec.structs import replace

from pytest_agentaudit.model import Entered, Watch
from pytest_agentaudit.witness.tracer import Files

HAS_MONITORING = sys.version_info >= (3, 12)
"""Whether the profiler sees all threads: before, each has its own."""


class Entries:
    """Watches between `begin` and `end`. `problem` says why what was seen is not to be trusted ("" where it is).
    `collecting` stands in the place of a node id, while there are no tests yet.
    """

    collecting: ClassVar[str] = "collection"
    _elsewhere: ClassVar[str] = ""

    def __init__(self, root: str, paths: Iterable[str]) -> None:
        self.problem = ""
        self._files = Files(Watch(root, dict.fromkeys(paths, ())))
        self._profiler: Profile | None = None
        self._in_threads: list[Profile] = []
        self._known: dict[Entered, dict[str, None]] = defaultdict(dict)

    def begin(self) -> None:
        """A test's setup or call phase begins."""
        if self.problem:
            return
        if sys.getprofile() is not None:
            self.problem = "another profiler is at work"
            return
        try:
            self._profiler = _started()
        except ValueError as error:  # how 3.12 and later say the same
            self.problem = str(error)
            return
        if not HAS_MONITORING:
            threading.setprofile(self._begin_thread)

    def end(self, test: str = "") -> None:
        """The phase is over; `test` is the node id, where it is to be noted, or `collecting`."""
        profiler, self._profiler = self._profiler, None
        if profiler is None:
            return
        if not HAS_MONITORING:
            threading.setprofile(None)
            current: object = sys.getprofile()
            if current is not profiler:
                self.problem = "a test took the profiler's place"
                return
        profiler.disable()
        for it in (profiler, *self._in_threads):
            self._note(it, test)
        self._in_threads.clear()

    def entered(self) -> tuple[Entered, ...]:
        """The functions that ran, each once, with the tests that were to be noted."""
        return tuple(
            replace(
                it,
                tests=tuple(sorted(tests.keys() - {self.collecting, self._elsewhere})),
                at_import=self.collecting in tests,
                elsewhere=self._elsewhere in tests,
            )
            for it, tests in self._known.items()
        )

    def _begin_thread(self, *_: object) -> None:
        self._in_threads.append(_started())

    def _note(self, profiler: Profile, test: str) -> None:
        for entry in profiler.getstats():
            code = entry.code
            if isinstance(code, CodeType) and (path := self._files.path(code.co_filename)) is not None:
                self._known[Entered(path, code.co_qualname, code.co_firstlineno)][test] = None


def _started() -> Profile:
    profiler = Profile(builtins=False, subcalls=False)
    profiler.enable()
    return profiler
