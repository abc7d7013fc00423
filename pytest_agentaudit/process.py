"""Child processes with limits, each in a process group of its own that is killed whole."""

from __future__ import annotations

import os
import resource
import selectors
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import IO

from msgspec import Struct

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.places import is_file

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV")
"""The variables that every child may see: none of them changes what a program reads or loads besides PATH."""
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


def clean_environment(keep: Iterable[str] = ()) -> dict[str, str]:
    """The environment of this process, cut down to an allowlist plus the names in `keep`.

    Relative folders are dropped from PATH: there, the audited repository could name the programs.
    """
    environment = {name: os.environ[name] for name in (*KEPT, *keep) if name in os.environ}
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    environment["PATH"] = os.pathsep.join(folder for folder in folders if folder.startswith(os.sep))
    return environment


def which(program: str, path: str) -> str:
    """The first program of that name in the folders of `path`, "" where there is none: shutil's answer, without loading
    what packs archives.
    """
    places = (f"{folder}/{program}" for folder in path.split(os.pathsep) if folder)
    return next((place for place in places if is_file(place) and os.access(place, os.X_OK)), "")


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


def start(
    argv: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str] | None = None,
    memory: int | None = None,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A running child with pipes (or with other descriptors, where they are given), leader of a group of its own.
    AuditError where it cannot be started.

    It inherits the descriptors in `pass_fds` under the same numbers, and no other.
    """
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env) if env is not None else clean_environment(),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            process_group=0,
            pass_fds=tuple(pass_fds),
        )
    except FileNotFoundError as error:
        missing = f"no folder {cwd}" if error.filename == cwd else f"no program {argv[0]!r} on PATH"
        raise AuditError(missing, f"install {argv[0]}, or put it on PATH" if error.filename != cwd else "") from error
    except (OSError, ValueError) as error:
        raise AuditError(f"{argv[0]} could not be started: {error}") from error
    if memory is not None and hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (memory, memory))
    return child


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and all that is left of its group; close its pipes."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()


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
