"""A forked child with a group of its own, whose messages are read under a deadline."""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from pytest_agentaudit.witness.mutant_child import Pipe

GLANCE = 0.1
"""Seconds between two looks at a child that says nothing: a process that it left behind may hold the pipe open."""


class Forked:
    """A child that runs `work` and leaves by `os._exit`, so that nothing of the parent's is flushed or written.

    `status` is its exit status once it has ended (negative: the signal), None where it was killed by us.
    """

    def __init__(self, work: Callable[[Pipe], None]) -> None:
        self.status: int | None = None
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        self._read, write = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            _live(work, self._read, write)
        os.close(write)
        with suppress(OSError):
            os.setpgid(self._pid, self._pid)

    def messages(self, left: Callable[[], float]) -> Iterator[list[Any]]:
        """What the child says, until it has ended or `left`, asked before each wait, gives no more seconds."""
        buffer = b""
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        while (seconds := left()) > 0:
            ready = poll.poll(1000 * min(seconds, GLANCE))
            ended = not ready and self._has_ended()
            chunk = os.read(self._read, 65536) if ready else b""
            *lines, buffer = (buffer + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines)
            if ended or (ready and not chunk):
                self._wait(left)
                return

    def close(self) -> None:
        """Kill what is left of the child's group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._pid, signal.SIGKILL)
        if self.status is None:
            with suppress(ChildProcessError):
                os.waitpid(self._pid, 0)
        os.close(self._read)

    def _has_ended(self) -> bool:
        if self.status is None:
            with suppress(ChildProcessError):
                pid, status = os.waitpid(self._pid, os.WNOHANG)
                if pid:
                    self.status = os.waitstatus_to_exitcode(status)
        return self.status is not None

    def _wait(self, left: Callable[[], float]) -> None:
        """The pipe is at its end: so is the child, or it closed the pipe and goes on."""
        while not self._has_ended() and left() > 0:
            time.sleep(GLANCE / 100)


def _live(work: Callable[[Pipe], None], read: int, write: int) -> None:
    """All of the child's life."""
    status = 1
    try:
        os.close(read)
        work(Pipe(write))
        status = 0
    finally:
        os._exit(status)
