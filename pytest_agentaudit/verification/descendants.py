"""Every process that a child leaves behind, also one that left its group: none may outlive the run that is judged."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5.0
"""Seconds that killed processes may take to end."""


def adopt() -> bool:
    """Have orphaned descendants handed to this process; False where the system does not do that."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)


def end_all(spared: frozenset[int]) -> bool:
    """Kill every child of this process but the `spared`, and those that they hand down; whether all are gone."""
    deadline = time.monotonic() + PATIENCE
    while children := _children() - spared:
        for pid in children:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def children() -> frozenset[int]:
    """The children of this process as they are now."""
    return frozenset(_children())


def _children() -> set[int]:
    try:
        listing = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii")
    except OSError:
        return set()
    return {int(pid) for pid in listing.split()}
