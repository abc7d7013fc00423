"""The forked child that runs the tests of one mutant: how each ended, told through a pipe, line by line."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from msgspec import Struct

from pytest_agentaudit.witness.raised import is_demand, leaves, one_line, raised_in

MOST_CRASHES = 10
"""Tests that crash under a mutant, until no more are run."""
PR_SET_PDEATHSIG = 1
"""Of Linux's `prctl`: which signal comes when the parent ends."""
MORE_MEMORY = 2 << 30
"""Bytes of address space that a child may take beyond what it had: a mutant may well build lists without an end."""


class Word(StrEnum):
    """How one test ended under a mutant."""

    PASSED = "passed"
    SKIPPED = "skipped"
    NOTICED = "noticed"
    CRASHED = "crashed"
    TIMED_OUT = "timed out"

    @property
    def is_failure(self) -> bool:
        """Whether the test failed."""
        return self not in {Word.PASSED, Word.SKIPPED}


class Ending(Struct, frozen=True):
    """How a test ended, and what it raised, in one line."""

    word: Word
    reason: str = ""


PASSED = Ending(Word.PASSED)


class Pipe:
    """The writing end. A test may have closed it and opened a file of its own in its place: then nothing is written."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._identity = _identity(descriptor)
        self._pid = os.getpid()

    def send(self, *message: str | float) -> None:
        """Write one message. OSError where the pipe is gone, and in a process that a test forked off."""
        if _identity(self._descriptor) != self._identity or os.getpid() != self._pid:
            raise OSError("the pipe is gone")
        data = json.dumps(message).encode("ascii") + b"\n"
        while data:
            data = data[os.write(self._descriptor, data) :]


def _identity(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


class Endings:
    """A plugin object that sees how the running test ends, subtests too, and keeps other plugins from repeating it."""

    def __init__(self, is_mutated: Callable[[str], bool]) -> None:
        self._is_mutated = is_mutated
        self._found: list[Ending] = []

    def take(self) -> Ending:
        """How the test ended that ran last: its first failure, if any."""
        found, self._found = self._found, []
        failures = (it for it in found if it.word.is_failure)
        return next(failures, found[0] if found else PASSED)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool:
        """Run it once, and tell no reporter."""
        runtestprotocol(item, log=False, nextitem=nextitem)
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Note what is not passed."""
        report = yield
        if report.outcome == "failed":
            self._found.append(self._failure(call.excinfo.value if call.excinfo else None))
        elif report.outcome == "skipped":
            self._found.append(Ending(Word.SKIPPED, one_line(call.excinfo.value if call.excinfo else None)))
        return report

    def _failure(self, error: BaseException | None) -> Ending:
        """Who noticed: an assertion of the tests, or chance."""
        for leaf in leaves(error):
            file = raised_in(leaf)
            if file.endswith("pytest_timeout.py"):
                return Ending(Word.TIMED_OUT, one_line(leaf))
            if is_demand(leaf) and not self._is_mutated(file):
                return Ending(Word.NOTICED, one_line(leaf))
        return Ending(Word.CRASHED, one_line(error))


def run_tests(
    items: Sequence[pytest.Item], pipe: Pipe, endings: Endings, reached: set[str], *, to_the_end: bool
) -> bool:
    """Run tests in order, and tell when each begins, how it ended, and which marks it `reached`; whether all passed.

    Unless they are to run `to_the_end`, the first that notices the mutant ends it, or so many that only crash: what
    crashes in one test may be noticed by the next.
    """
    crashes, passes = 0, 0
    for index, item in enumerate(items):
        following = items[index + 1] if index + 1 < len(items) else None
        pipe.send("start", index)
        reached.clear()
        began = time.perf_counter()
        ending = _run(item, following, endings)
        pipe.send("end", index, ending.word, time.perf_counter() - began, ending.reason, *sorted(reached))
        crashes += ending.word.is_failure
        passes += ending.word is Word.PASSED
        if not to_the_end and (ending.word is Word.NOTICED or crashes == MOST_CRASHES):
            _tear_down(item)
            return False
    return passes == len(items)


def _run(item: pytest.Item, following: pytest.Item | None, endings: Endings) -> Ending:
    try:
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
    except BaseException as error:  # noqa: BLE001 - pytest.exit, a broken hook: whatever ends the run
        endings.take()
        _tear_down(item)
        return Ending(Word.CRASHED, one_line(error))
    return endings.take()


def _tear_down(item: pytest.Item) -> None:
    """End the fixtures that wait for tests to come."""
    with suppress(BaseException):
        item.session._setupstate.teardown_exact(None)  # noqa: SLF001 - fixtures may hold servers and files


def settle(config: pytest.Config, scratch: Path) -> None:
    """Make the process a child: a group of its own, a bound on its memory, temporary files in `scratch`; it ends with
    its parent, whose end no time-out would outlive.
    """
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    _bound_memory()
    factory: Any = getattr(config, "_tmp_path_factory", None)
    if factory is not None:
        factory._given_basetemp, factory._basetemp = scratch, None  # noqa: SLF001 - nobody else clears up


def _bound_memory() -> None:
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + MORE_MEMORY
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
