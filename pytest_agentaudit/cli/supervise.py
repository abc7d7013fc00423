"""The auditor's two halves: a supervisor that holds the snapshot and a worker that reads what may be hostile.

The worker is a fork of the supervisor. What kills it (a crash of a parser, a limit, an endless reading) is known by
signal and by the file it was busy with; the supervisor names that file, has it read no deeper than its tokens, and
forks the next worker from the same snapshot.
"""

from __future__ import annotations

import mmap
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from enum import IntEnum
from typing import NoReturn

from msgspec import Struct

from pytest_agentaudit.link.messages import Progress

SLOT_SIZE = 16_384
"""Bytes that the worker may leave behind: what it is busy with, and why it ended."""


class State(IntEnum):
    """How far the worker is. Only a BUSY one can be replaced: afterwards the evidence is its own."""

    BUSY = 0
    WAITING = 1
    GIVEN = 2


class Slot:
    """A page of memory that outlives the worker. The worker writes, the supervisor reads."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, SLOT_SIZE)

    def clear(self) -> None:
        """Forget the last worker."""
        self._memory[:] = bytes(SLOT_SIZE)

    @property
    def state(self) -> State:
        """How far the worker is."""
        return State(self._memory[0])

    @state.setter
    def state(self, state: State) -> None:
        self._memory[0] = state

    def note(self, path: str, stage: str, cause: str = "") -> None:
        """Write down what the worker turns to, or why it ends."""
        text = f"{stage}\0{cause}\0{path}".encode("utf-8", "surrogatepass")[: SLOT_SIZE - 5]
        self._memory[1:5] = len(text).to_bytes(4, "big")
        self._memory[5 : 5 + len(text)] = text

    @property
    def progress(self) -> Progress:
        """What the worker was last busy with."""
        stage, _, path = self._texts()
        return Progress(path, stage)

    @property
    def cause(self) -> str:
        """Why the worker ended itself, in its own words ("" where it could not say)."""
        return self._texts()[1]

    def _texts(self) -> tuple[str, str, str]:
        length = int.from_bytes(self._memory[1:5], "big")
        text = self._memory[5 : 5 + length].decode("utf-8", "surrogatepass") if length else ""
        stage, cause, path = (*text.split("\0", 2), "", "")[:3]
        return stage, cause, path


class Watched:
    """A process and whether it still lives. To be made while it certainly does."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.fd = _pidfd(pid)

    def ended(self) -> bool:
        """Whether the process has ended. Only for a process that is not our child."""
        if self.fd is not None:
            return bool(_wait((self,), 0))
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False

    def close(self) -> None:
        """Stop watching."""
        if self.fd is not None:
            os.close(self.fd)


def _pidfd(pid: int) -> int | None:
    """A descriptor that turns readable when the process ends; None where the system has no such thing."""
    opened = getattr(os, "pidfd_open", None)
    with suppress(OSError):
        return int(opened(pid)) if opened else None
    return None


def _wait(watched: Iterable[Watched], seconds: float) -> list[tuple[int, int]]:
    """Sleep for `seconds`, or until one of the processes ends (where the system can tell)."""
    poll = select.poll()
    for process in watched:
        if process.fd is not None:
            poll.register(process.fd, select.POLLIN)
    return poll.poll(seconds * 1000)


class Limits(Struct, frozen=True):
    """Seconds that a worker may be busy without the run: in all, and with one file. `memory` is in bytes, `cpu` in
    seconds.
    """

    busy: float = 900.0
    file: float = 20.0
    cpu: int = 600
    memory: int = 8 << 30


class Death(Struct, frozen=True):
    """A worker that did not come to its end: why ("was killed by SIGSEGV"), busy with what, and how far it was."""

    cause: str
    progress: Progress
    state: State

    @property
    def replaceable(self) -> bool:
        """Whether another worker may try, leaving out the file that did it."""
        return self.state is State.BUSY and bool(self.progress.path)

    def __str__(self) -> str:
        busy = str(self.progress)
        return f"the auditor {self.cause}" + (f" ({busy})" if busy else "")


class Supervisor:
    """Runs workers, one after the other, as long as the run lives."""

    TICK = 0.5
    """Seconds between two looks at the clock."""

    def __init__(self, run: Watched, limits: Limits) -> None:
        self.slot = Slot()
        self._run, self._limits = run, limits

    def work(self, task: Callable[[Slot], None], leave: Callable[[], None] = lambda: None) -> Death | None:
        """Run `task` in a fork; how it died, or None where it ended well or the run is over. `leave` is called here, to
        let go of what the fork goes on with.
        """
        self.slot.clear()
        pid = os.fork()
        if not pid:
            _worker(task, self.slot, self._limits)
        leave()
        worker = Watched(pid)
        try:
            return self._attend(worker)
        finally:
            worker.close()

    def _attend(self, worker: Watched) -> Death | None:
        clock = _Clock(self.slot, self._limits)
        while True:
            _wait((self._run, worker), self.TICK)
            status = _reap(worker.pid)
            if status is not None:
                return self._death(_ending(status)) if status else None
            if self._run.ended():
                _kill(worker.pid)
                return None
            if late := clock.late():
                death = self._death(late)
                _kill(worker.pid)
                return death

    def _death(self, cause: str) -> Death:
        return Death(self.slot.cause or cause, self.slot.progress, self.slot.state)


class _Clock:
    """How long the worker has been busy, in all and with one file. Waiting for the tests does not count."""

    def __init__(self, slot: Slot, limits: Limits) -> None:
        self._slot, self._limits = slot, limits
        self._last = time.monotonic()
        self._busy = self._on_file = 0.0
        self._progress = slot.progress

    def late(self) -> str:
        """Why the worker has to go, or ""."""
        now = time.monotonic()
        passed, self._last = now - self._last, now
        if self._slot.state is State.WAITING:
            return ""
        self._busy += passed
        same = self._slot.progress == self._progress
        self._on_file = self._on_file + passed if same else 0.0
        self._progress = self._slot.progress
        if self._progress.path and self._on_file > self._limits.file:
            return f"took more than {self._limits.file:g} s for one file"
        return f"took more than {self._limits.busy:g} s" if self._busy > self._limits.busy else ""


def _worker(task: Callable[[Slot], None], slot: Slot, limits: Limits) -> NoReturn:
    """The worker's whole life: it never returns into the supervisor's code."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, _leave)
        limit_process(limits)
        task(slot)
        status = 0
    except SystemExit:
        status = 0
    except MemoryError:
        slot.note(*_place(slot), f"ran out of memory (limit {limits.memory >> 20} MiB)")
    except RecursionError:
        slot.note(*_place(slot), "met code that nests too deep")
    except BaseException as error:  # noqa: BLE001 - whatever it was, the supervisor has to say it
        slot.note(*_place(slot), f"failed: {type(error).__name__}: {error}{_origin(error)}")
    finally:
        os._exit(status)


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


def _place(slot: Slot) -> tuple[str, str]:
    progress = slot.progress
    return progress.path, progress.stage


def _origin(error: BaseException) -> str:
    """Where in our code it happened: for the report of a defect."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f" ({trace.tb_frame.f_code.co_filename.rpartition(os.sep)[2]}:{trace.tb_lineno})" if trace else ""


def limit_process(limits: Limits) -> None:
    """Bound this process' memory and CPU time. Only soft limits: children may be given other ones."""
    for which, most in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(which)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(which, (soft, hard))


def _reap(pid: int) -> int | None:
    """The worker's wait status, or None while it lives."""
    done, status = os.waitpid(pid, os.WNOHANG)
    return status if done else None


def _kill(pid: int) -> None:
    """End the worker: with a chance to end its own children first."""
    deadline = time.monotonic() + 2.0
    os.kill(pid, signal.SIGTERM)
    while _reap(pid) is None:
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return
        _wait((), 0.02)


def _ending(status: int) -> str:
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        return "used up its CPU time"
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
