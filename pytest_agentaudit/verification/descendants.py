"""Every process that a child leaves behind, also one that left its group: none may outlive the run that is judged."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36
PATIENCE = 5.0
"""Seconds that killed processes may take to end."""


def adopt() -> None:
    """Have orphaned descendants handed to this process, where the system does that."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def hide_memory() -> None:
    """Keep other processes of this user out of the memory of this one, where the system does that."""
    _prctl(PR_SET_DUMPABLE, 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def end_all(spared: frozenset[int]) -> bool:
    """Kill every child of this process but the `spared`, and those that they hand down; whether all are gone."""
    deadline = time.monotonic() + PATIENCE
    while left := children() - spared:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in left:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def children() -> frozenset[int]:
    """The children of this process as they are now; none where the system does not list them."""
    try:
        listing = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    except OSError:
        return frozenset()
    return frozenset(map(int, listing.split()))
