"""The tracer below Python 3.12: coverage.py's C tracer, limited to the watched files, its lines taken test by test.

`sys.settrace` has one place only. Where another coverage measurement of this process holds it (pytest-cov, `coverage
run`), lines are read out of that measurement instead, test by test, and left in it as they were.
"""

from __future__ import annotations

import re
import sys
import threading
import warnings
from collections.abc import Collection, Iterable, Iterator, KeysView, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from coverage import Coverage

from pytest_agentaudit.model import LineHits, Watch
from pytest_agentaudit.witness.first_import import FirstImport
from pytest_agentaudit.witness.tracer import OUTSIDE, Files, Sharing, body_offset, nested_codes, runs_at_import

QUIET = (
    "no-data-collected",
    "module-not-imported",
    "module-not-python",
    "module-not-measured",
    "already-imported",
    "include-ignored",
    "trace-changed",
    "dynamic-conflict",
    "no-ctracer",
    "no-sysmon",
)
"""Warnings of coverage.py that mean nothing here: the measurement is ours, and an empty one is an answer."""


C_TRACER = "CTracer"


class CoverageTracer:
    """See `tracer.Tracer`."""

    name = "coverage.py"

    def __init__(self, watch: Watch, sharing: Sharing = Sharing.NONE) -> None:
        self.problem = ""
        self._files = Files(watch)
        self._sources = _Sources(self._files)
        self._sharing = sharing
        self._own: Coverage | None = None
        self._borrowed: Borrowed | None = None
        self._hits: dict[str, dict[int, list[int]]] = {}
        self._seen: dict[str, set[int]] = {}
        self._outside: dict[str, set[int]] = {}
        self._unwatched: tuple[str, ...] = ()
        self._test = OUTSIDE
        self._first_import: FirstImport | None = None
        self._thread = 0
        self._rests = False
        self._resting: Any = None

    def start(self) -> None:
        """Start a measurement of our own before any watched file is loaded: until then it would slow down all that
        pytest and its plugins do, and see nothing.
        """
        if not self._files.paths or self._sharing is not Sharing.NONE:
            return
        self._thread = threading.get_ident()
        self._first_import = FirstImport(self._files.paths, self.collect)
        self._first_import.join()
        if any(self._files.path(file) for file in _imported_files()):
            self.collect()

    def collect(self) -> None:
        """Start it at the latest now."""
        if self._first_import is None or threading.get_ident() != self._thread:
            return  # the C tracer begins in the thread that starts it
        self._first_import.leave()
        self._first_import = None
        try:
            self._measure()
        except Exception as error:  # noqa: BLE001 - whoever imports a module must not get it
            self.problem = f"coverage.py did not start: {type(error).__name__}: {error}"

    def _measure(self) -> None:
        """Start a measurement of our own, where the place is free and stays free."""
        if Coverage.current() is not None:
            return
        if holder := _trace_holder():
            self.problem = f"{holder} holds sys.settrace, of which Python 3.{sys.version_info[1]} has only one"
            return
        with _quiet(), _without_origin():
            self._own = Coverage(data_file=None, config_file=False, include=_patterns(self._files))
            self._own.set_option("run:disable_warnings", list(QUIET))
            self._own.start()

    def run(self, *, alone: bool) -> None:
        """Note whether watching can be left off between the phases."""
        self._rests = alone

    def begin(self, test: int) -> None:
        """Put aside what ran since the last phase, or the other measurement's lines."""
        self._test = test
        self.collect()
        self._wake()
        if not self._files.paths or self.problem:
            return
        if self._own is not None:
            if self._holds():
                self._outside_of_tests(self._own)
        elif test != OUTSIDE:
            self._borrow()

    def end(self) -> None:
        """Take the test's lines; those of another measurement are given back to it."""
        if self._own is not None:
            if self._holds():
                if self._test == OUTSIDE:
                    self._outside_of_tests(self._own)
                else:
                    self._note(_taken(self._own, self._files))
                self._rest()
        elif self._test == OUTSIDE:
            return
        elif self._borrowed is not None:
            self._note(self._borrowed.give_back().items())
        self._test = OUTSIDE

    def stop(self) -> None:
        """Stop a measurement of our own; read what the other one saw beside the tests."""
        if self._first_import is not None:
            self._first_import.leave()
        self._wake()
        if self._own is not None:
            self._stop_own(self._own)
        elif (running := Coverage.current()) is not None and self._files.paths:
            self._read_whole(running)

    def hits(self) -> Mapping[str, LineHits]:
        """What ran, by path: lines of modules and class bodies are import-time, whoever imported them."""
        return {path: self._sorted_out(path, self._hits.get(path, {}), seen) for path, seen in self._seen.items()}

    def unwatched(self) -> tuple[str, ...]:
        """Watched files that were imported, but that the other measurement's settings leave out."""
        return self._unwatched

    def _sorted_out(self, path: str, by_test: Mapping[int, Iterable[int]], seen: Collection[int]) -> LineHits:
        """The hits of a file, in which no test is said to have called a module's or a class body's own line."""
        may_import = _may_have_imported(by_test.keys(), seen, self._outside.get(path, ()))
        import_time = self._sources.import_time(path) if may_import else ()
        called = {line: tuple(sorted({*tests})) for line, tests in sorted(by_test.items()) if line not in import_time}
        return LineHits(called, tuple(sorted(set(seen) - called.keys())))

    def _rest(self) -> None:
        """Take coverage.py's C tracer off until the next phase: all that pytest does between them would be slower by
        half. It is taken off and put on at the same depth of calls, so that the calls which it counts stay in step.
        """
        trace = sys.gettrace()
        if self._rests and type(trace).__name__ == C_TRACER:
            self._resting = trace
            self._resting.stop()

    def _wake(self) -> None:
        """Put it on again."""
        resting, self._resting = self._resting, None
        if resting is None:
            return
        if holder := _trace_holder():
            self.problem = self.problem or f"{holder} took the place of coverage.py's tracer (sys.settrace)"
        else:
            resting.start()

    def _holds(self) -> bool:
        """Whether it is still our own measurement that watches."""
        if Coverage.current() is not self._own:
            self.problem = self.problem or "a test left another coverage measurement running"
        return Coverage.current() is self._own

    def _note(self, found: Iterable[tuple[str, set[int]]]) -> None:
        """Keep the lines that the current test ran."""
        for path, lines in found:
            by_line = self._hits.setdefault(path, {})
            for line in lines:
                tests = by_line.setdefault(line, [])
                if not tests or tests[-1] != self._test:
                    tests.append(self._test)

    def _outside_of_tests(self, own: Coverage) -> None:
        """Keep the lines that ran since the last test."""
        for path, lines in _taken(own, self._files):
            self._outside.setdefault(path, set()).update(lines)

    def _borrow(self) -> None:
        running = Coverage.current()
        if running is None:
            self.problem = "no coverage measurement is running any more"
            return
        if self._borrowed is None or self._borrowed.coverage is not running:
            if context := running.get_option("run:dynamic_context"):
                self.problem = f"coverage.py's dynamic_context = {context} empties the measurement within tests"
                return
            self._borrowed = Borrowed(running, self._files, self._sharing)
        self._borrowed.put_aside()

    def _stop_own(self, own: Coverage) -> None:
        if Coverage.current() is not own:
            self.problem = self.problem or "the run took the coverage measurement's place"
            return
        if sys.gettrace() is None:
            self.problem = self.problem or "something in the run removed the tracer (sys.settrace)"
        self._outside_of_tests(own)  # whatever a version of coverage.py does with them when it stops
        with _quiet():
            own.stop()
        for path in self._outside.keys() | self._hits.keys():
            self._seen[path] = self._outside.get(path, set()) | self._hits.get(path, {}).keys()

    def _read_whole(self, running: Coverage) -> None:
        with _quiet():
            found = running.get_data()
        for filename in found.measured_files():
            if path := self._files.path(filename):
                self._seen[path] = set(found.lines(filename) or ())
        for path, lines in self._hits.items():
            self._seen.setdefault(path, set()).update(lines)
        imported = {self._files.path(file) for file in _imported_files()}
        self._unwatched = tuple(path for path in self._files.paths if path in imported and path not in self._seen)


def _live(coverage: Coverage, files: Files) -> Iterator[tuple[str, str, set[Any]]]:
    """What a measurement has seen of the watched files and not stored yet: their names, their paths, and the sets into
    which its tracers write.
    """
    collector: Any = coverage._collector  # noqa: SLF001 - the one place where lines can be told apart by test
    for filename, lines in list(collector.data.items()):
        if path := files.path(filename):
            yield filename, path, lines


def _taken(own: Coverage, files: Files) -> Iterator[tuple[str, set[int]]]:
    """The lines that our own measurement has seen since they were taken last. A tenth of the work that coverage.py's
    contexts are: they store each test's lines in a database.
    """
    for _, path, lines in _live(own, files):
        found = set(lines)
        lines.difference_update(found)  # what a thread adds meanwhile stays
        if found:
            yield path, found


class Borrowed:
    """The live data of another measurement: emptied before a test's phase, and whole again after it.

    The sets are coverage.py's own and stay the same objects: its tracers go on writing into them. Where contexts are
    switched, what was put aside would come back in a later one; there it is stored at once, as the switch does.
    """

    def __init__(self, coverage: Coverage, files: Files, sharing: Sharing) -> None:
        self.coverage = coverage
        self._files = files
        self._stores = sharing is Sharing.CONTEXTS
        collector: Any = coverage._collector  # noqa: SLF001 - as in `_live`
        self._arcs: bool = collector.branch
        self._aside: dict[str, set[Any]] = {}

    def put_aside(self) -> None:
        """Take out what ran before the phase."""
        if self._stores:
            self.coverage.get_data()
        for filename, _, lines in _live(self.coverage, self._files):
            self._aside[filename] = set(lines)
            lines.clear()

    def give_back(self) -> dict[str, set[int]]:
        """The lines that the phase ran, by path; with what was put aside, they are in the measurement again."""
        found: dict[str, set[int]] = {}
        for filename, path, lines in _live(self.coverage, self._files):
            found.setdefault(path, set()).update(_line_numbers(lines, arcs=self._arcs))
            lines.update(self._aside.pop(filename, ()))
        self._aside.clear()
        return found


class _Sources:
    """The watched files' code as it was at the start: tells import-time lines from those of functions."""

    def __init__(self, files: Files) -> None:
        self._bytes: dict[str, bytes] = {}
        for path in files.paths:
            with suppress(OSError):
                self._bytes[path] = Path(files.absolute(path)).read_bytes()

    def import_time(self, path: str) -> set[int]:
        """The lines that only the bodies of modules and classes run; none where the file cannot be compiled."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                module = compile(self._bytes.get(path, b""), path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return set()
        lines: dict[bool, set[int]] = {True: set(), False: set()}
        for code in nested_codes(module):
            start = 0 if runs_at_import(code) else body_offset(code)
            lines[runs_at_import(code)] |= {line for _, end, line in code.co_lines() if line and end > start}
        return lines[True] - lines[False]


def _may_have_imported(called: KeysView[int], seen: Collection[int], outside: Collection[int]) -> bool:
    """Whether a test may have run the body of a module or class: only then the file has to be compiled to sort it out.

    The first statement of a module stands above all others and runs whenever its body does. Where it ran outside the
    tests alone, and no line ran both in a test and outside, tests called functions and nothing else.
    """
    return bool(called) and (min(seen) not in outside or not called.isdisjoint(outside))


def _line_numbers(entries: Iterable[Any], *, arcs: bool) -> set[int]:
    """The lines of a set of coverage.py's data: lines, pairs of lines, or pairs packed into one number (28 bits each,
    then their signs; a negative one is an entry or an exit).
    """
    lines: set[int] = set()
    for entry in entries:
        if isinstance(entry, tuple):
            lines.update(line for line in entry if line > 0)
        elif not arcs:
            lines.add(entry)
        else:
            pair = (entry & 0xFFFFFFF, bool(entry & 1 << 56)), (entry >> 28 & 0xFFFFFFF, bool(entry & 1 << 57))
            lines.update(line for line, negative in pair if line and not negative)
    return lines


def _trace_holder() -> str:
    """The module whose function has been given to `sys.settrace`, or ""."""
    trace = sys.gettrace()
    return "" if trace is None else str(getattr(trace, "__module__", None) or type(trace).__module__)


def _patterns(files: Files) -> list[str]:
    """Patterns that match just the watched files; what is a wildcard to coverage.py is covered by its `?`."""
    return [re.sub(r"[*?\[\]{}]", "?", files.absolute(path)) for path in files.paths]


def _imported_files() -> Iterator[str]:
    for module in list(sys.modules.values()):
        if isinstance(name := getattr(module, "__file__", None), str):
            yield name


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _without_origin() -> Iterator[None]:
    """coverage.py notes the call stack that a measurement was made on, for a message to its developers. To name the
    modules on it, the standard library looks at every module that is loaded: 20 ms in a run of pytest.
    """
    module: Any = sys.modules["coverage.collector"]
    known = getattr(module, "short_stack", None)
    if known is None:
        yield
        return
    module.short_stack = str
    try:
        yield
    finally:
        module.short_stack = known
