"""Child processes with limits, each in a process group of its own that is killed whole."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO

from msgspec import Struct

from pytest_agentaudit.children import kill_group, start

OUTPUT_LIMIT = 256 * 1024 * 1024
"""How many bytes of each stream are kept; a child may write more, it is read and dropped."""
CHUNK = 65_536
GLANCE = 0.05
"""Seconds between two looks at a child that has ended while a descendant still holds its streams."""


class Completed(Struct, frozen=True):
    """How a child ended. `status` is negative where a signal ended it, as in `subprocess`."""

    argv: tuple[str, ...]
    status: int
    stdout: bytes
    stderr: bytes
    timed_out: bool = False

    @property
    def complaint(self) -> str:
        """The first line that the child wrote to stderr, hints and warnings aside, or how it ended."""
        lines = self.stderr.decode("utf-8", "replace").strip().split("\n")
        ended = "time ran out" if self.timed_out else f"exit status {self.status}"
        return next((line for line in lines if line and not line.startswith(("hint:", "warning:"))), ended)


def run(
    argv: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    timeout: float,
    memory: int | None = None,
) -> Completed:
    """Run a program to its end, or to `timeout` seconds.

    `env` is the child's whole environment (default: `clean_environment()`); `memory` caps the address space of each
    of its processes, in bytes. What the child leaves behind in its group is killed. AuditError where the program
    cannot be started.
    """
    deadline = time.monotonic() + timeout
    child = start(argv, cwd=cwd, env=env, memory=memory)
    try:
        output = _exchange(child, stdin, deadline)
        timed_out = _overdue(child, deadline)
    finally:
        kill_group(child)
    return Completed(tuple(argv), child.wait(), output[0], output[1], timed_out)


def _overdue(child: subprocess.Popen[bytes], deadline: float) -> bool:
    """Whether the child itself is still running when its time is up."""
    try:
        child.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return True
    return False


def _exchange(child: subprocess.Popen[bytes], stdin: bytes, deadline: float) -> tuple[bytes, bytes]:
    """Feed the child and collect both streams until they end, it has gone, or its time is up."""
    streams = [stream for stream in (child.stdout, child.stderr) if stream is not None]
    kept = {id(stream): bytearray() for stream in streams}
    unsent = memoryview(stdin)
    with selectors.DefaultSelector() as selector:
        for stream in streams:
            selector.register(stream, selectors.EVENT_READ)
        _open_input(selector, child.stdin, unsent)
        while len(selector.get_map()) and (left := deadline - time.monotonic()) > 0:
            gone = child.poll() is not None
            ready = selector.select(GLANCE if gone else min(left, 1.0))
            if gone and not ready:
                break
            for key, _ in ready:
                if key.fileobj is child.stdin:
                    unsent = _send(selector, child.stdin, unsent)
                else:
                    _receive(selector, key, kept[id(key.fileobj)])
    return bytes(kept.get(id(child.stdout), b"")), bytes(kept.get(id(child.stderr), b""))


def _open_input(selector: selectors.BaseSelector, stream: IO[bytes] | None, unsent: memoryview) -> None:
    if stream is None:
        return
    if unsent:
        os.set_blocking(stream.fileno(), False)
        selector.register(stream, selectors.EVENT_WRITE)
    else:
        stream.close()


def _send(selector: selectors.BaseSelector, stream: IO[bytes], unsent: memoryview) -> memoryview:
    try:
        unsent = unsent[os.write(stream.fileno(), unsent[:CHUNK]) :]
    except BrokenPipeError:
        unsent = unsent[:0]
    if not unsent:
        selector.unregister(stream)
        with suppress(BrokenPipeError):
            stream.close()
    return unsent


def _receive(selector: selectors.BaseSelector, key: selectors.SelectorKey, kept: bytearray) -> None:
    chunk = os.read(key.fd, CHUNK)
    if not chunk:
        selector.unregister(key.fileobj)
    elif len(kept) < OUTPUT_LIMIT:
        kept += chunk


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
