"""Which lines of the changed files each test ran: the interface, and the choice of the tool that watches.

Watched are this process and its threads. Child processes, forked or spawned by a test, are not seen.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib import import_module
from opcode import opmap
from pathlib import Path
from types import CodeType
from typing import Protocol

from pytest_agentaudit.model import LineHits, Watch

IN_MONITORING = sys.version_info >= (3, 12)
"""Whether the interpreter itself can watch single functions (PEP 669)."""
TOOL = f"pytest_agentaudit.witness.{'tracer_monitoring' if IN_MONITORING else 'tracer_coverage'}"
"""The module of what watches under this interpreter."""
OUTSIDE = -1
"""In the place of a test's index: no test is in its setup or call phase."""


class Sharing(StrEnum):
    """Whether another coverage measurement is going to run in this process, and whether it switches contexts itself."""

    NONE = "none"
    LINES = "lines"
    CONTEXTS = "contexts"


class Tracer(Protocol):
    """Watches lines from `start` to `stop`. Between `begin` and `end` they belong to a test, or a teardown.

    `problem` says why what was seen is not to be trusted ("" where it is).
    """

    name: str
    problem: str

    def start(self) -> None:
        """Begin to watch; sets `problem` where that is not possible."""

    def collect(self) -> None:
        """Tests are about to be collected."""

    def run(self, *, alone: bool) -> None:
        """Tests are about to be run. `alone`: nothing of the repository runs between their phases."""

    def begin(self, test: int) -> None:
        """A phase begins. `test` is the test's index in the evidence; of teardowns, `OUTSIDE`: they are no test's."""

    def end(self) -> None:
        """The phase is over."""

    def stop(self) -> None:
        """Watch no more, and leave the process as it was."""

    def hits(self) -> Mapping[str, LineHits]:
        """What ran, by the watched files' paths. To be asked after `stop`."""

    def unwatched(self) -> tuple[str, ...]:
        """Watched files that ran although their lines could not be seen."""


class IdleTracer:
    """In the place of a tool where no line is to be watched: loading one costs more than a small run."""

    name = "idle"
    problem = ""

    def start(self) -> None:
        """Nothing to begin."""

    def collect(self) -> None:
        """Nothing to be ready for."""

    def run(self, *, alone: bool) -> None:
        """Nothing to be ready for."""

    def begin(self, test: int) -> None:
        """Nothing to note."""

    def end(self) -> None:
        """Nothing to note."""

    def stop(self) -> None:
        """Nothing to end."""

    def hits(self) -> Mapping[str, LineHits]:
        """None."""
        return {}

    def unwatched(self) -> tuple[str, ...]:
        """None."""
        return ()


class Files:
    """Finds out whether a file that the interpreter names is one of the watched ones."""

    def __init__(self, watch: Watch) -> None:
        self.root = Path(watch.root)
        self.paths = tuple(watch.ranges)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for path in watch.ranges:
            self._by_name[path.rpartition("/")[2]].append(path)
        self._known: dict[str, str | None] = {}

    def path(self, filename: str) -> str | None:
        """The watched path that `filename` stands for, through links too, or None."""
        if filename not in self._known:
            self._known[filename] = self._find(filename)
        return self._known[filename]

    def absolute(self, path: str) -> str:
        """The absolute name of a watched path, links resolved."""
        return str((self.root / path).resolve())

    def _find(self, filename: str) -> str | None:
        alike = self._by_name.get(filename.replace("\\", "/").rpartition("/")[2])
        if not alike:
            return None
        real = Path(filename).resolve()
        return next((path for path in alike if (self.root / path).resolve() == real), None)


def runs_at_import(code: CodeType) -> bool:
    """Whether the code is a module's or class body's own, or a comprehension in one: no test calls it."""
    if "<locals>" in code.co_qualname:
        return False
    is_function = code.co_flags & 0x01  # CO_OPTIMIZED: bodies of modules and classes are not
    return not is_function or code.co_name in {"<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>"}


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    """The code object and all within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested_codes(constant)


def body_offset(code: CodeType) -> int:
    """Where the body of a function begins in its bytecode: behind the instructions that stand on its `def` line."""
    instructions = code.co_code[::2]
    resume = instructions.find(opmap["RESUME"])
    return 2 * (resume + 1)


def choose_tracer(watch: Watch, sharing: Sharing) -> Tracer:
    """The tool for this interpreter; none, where there is nothing to watch."""
    tracer: Tracer
    if not watch.ranges:
        tracer = IdleTracer()
    elif IN_MONITORING:
        tracer = import_module(TOOL).MonitoringTracer(watch)
    else:
        tracer = import_module(TOOL).CoverageTracer(watch, sharing)
    return tracer
