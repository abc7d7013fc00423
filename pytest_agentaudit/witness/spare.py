"""A fork of the run from before its first conftest: pytest is loaded in it, and nothing of the repository.

A trial that begins there does not pay for an interpreter and for the import of pytest and its plugins. The spare runs
nothing itself: it forks a child for each call. It is nobody's child, so a test that waits for all children of the run
never meets it, and it ends with the run. Where a fork would not be as good as a new process, there is no spare.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from pytest_agentaudit.process import Completed
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import from_plain, to_plain
from pytest_agentaudit.witness.forking import cannot_fork

PATIENCE = 10.0
"""Seconds beyond a call's own limit that the spare may take to answer."""


class Call(Value, frozen=True):
    """What a child is to do: `arguments` for `orders.main`, the folder, import path and environment that it begins
    with, the file for all that it prints, and how many seconds it has.
    """

    arguments: tuple[str, ...]
    folder: str
    path: tuple[str, ...]
    environ: Mapping[str, str]
    output: str
    seconds: float


class Spare:
    """The run's end of it. `loaded` are the files of all modules that it was forked with."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end
        self.loaded = frozenset(
            file for module in list(sys.modules.values()) if isinstance(file := getattr(module, "__file__", None), str)
        )

    @classmethod
    def make(cls, apart: Iterable[int] = ()) -> Spare | None:
        """Fork one off; None where a child of it would not be what a new process is. The descriptors in `apart` are
        none of its business.
        """
        if cannot_fork() or sys.gettrace() or sys.getprofile() or not hasattr(os, "pidfd_open"):
            return None
        ours, theirs = socket.socketpair()
        run = os.pidfd_open(os.getpid())
        between = os.fork()
        if not between:
            _be_spare(theirs, run, (ours.fileno(), *apart))
        os.waitpid(between, 0)
        os.close(run)
        theirs.close()
        return cls(ours)

    def has_loaded(self, root: str) -> bool:
        """Whether code of the repository was loaded already, which a trial could not replace."""
        inside = Path(root).resolve()
        apart = [Path(folder).resolve() for folder in (sys.prefix, sys.base_prefix)]
        folders = {Path(file).parent for file in self.loaded}
        return any(
            folder.is_relative_to(inside) and not any(map(folder.is_relative_to, apart))
            for folder in (it.resolve() for it in folders)
        )

    def run(self, call: Call) -> Completed | None:
        """Make a call; None where the spare is gone."""
        data = json.dumps(to_plain(call)).encode("ascii") + b"\n"
        try:
            self._end.settimeout(call.seconds + PATIENCE)
            self._end.sendall(data)
            answer = _line(self._end)
            status, timed_out = json.loads(answer)
        except (OSError, ValueError):
            self.close()
            return None
        said = Path(call.output).read_bytes() if Path(call.output).exists() else b""
        return Completed(call.arguments, status, said, b"", timed_out=timed_out)

    def close(self) -> None:
        """Let the spare go."""
        self._end.close()


def _line(end: socket.socket) -> bytes:
    """The next line of a peer that says one at a time; empty where it is gone."""
    data = b""
    while not data.endswith(b"\n"):
        chunk = end.recv(1 << 16)
        if not chunk:
            return b""
        data += chunk
    return data


def _be_spare(end: socket.socket, run: int, apart: Iterable[int]) -> NoReturn:
    """The life of the process in between, and then of the spare."""
    try:
        if os.fork():
            os._exit(0)
        os.setsid()
        for descriptor in apart:
            os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        gc.freeze()  # children that collect garbage, as pytest does twice, would copy every page that they look at
        while data := _next_call(end, run):
            made = _made(from_plain(Call, json.loads(data)), run)
            end.sendall(json.dumps(made).encode("ascii") + b"\n")
    finally:
        os._exit(0)


def _next_call(end: socket.socket, run: int) -> bytes:
    """The next call; empty once the run is over."""
    poll = select.poll()
    for descriptor in (end.fileno(), run):
        poll.register(descriptor, select.POLLIN)
    ready = [descriptor for descriptor, _ in poll.poll()]
    return b"" if run in ready else _line(end)


def _made(call: Call, run: int) -> tuple[int, bool]:
    """Have a child do it: its exit status, and whether its time ran out."""
    pid = os.fork()
    if not pid:
        _be_child(call)
    with suppress(OSError):
        os.setpgid(pid, pid)
    child = os.pidfd_open(pid)
    poll = select.poll()
    for descriptor in (child, run):
        poll.register(descriptor, select.POLLIN)
    ready = [descriptor for descriptor, _ in poll.poll(call.seconds * 1000)]
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    os.close(child)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), not ready


def _be_child(call: Call) -> NoReturn:
    """The child's life: what a new process would have been given, and the call."""
    status = 1
    try:
        os.setpgid(0, 0)
        written = os.open(call.output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(written, 1)
        os.dup2(written, 2)
        os.chdir(call.folder)
        os.environ.clear()
        os.environ.update(call.environ)
        time.tzset()
        sys.path[:] = call.path
        sys.argv[1:] = []
        sys.dont_write_bytecode = True
        sys.meta_path[:] = [it for it in sys.meta_path if not type(it).__module__.startswith("_pytest.")]
        import_module("pytest_agentaudit.witness.orders").main(*call.arguments)
        status = 0
    except BaseException as error:  # noqa: BLE001 - the last line is what the run tells of it
        sys.stderr.write(f"ERROR {type(error).__name__}: {error}\n")
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(status)
