"""Whether a process can be forked, and its child go on as if nothing had happened."""

from __future__ import annotations

import sys
import threading

UNFIT = ("torch", "grpc", "gevent", "pyarrow", "duckdb")
"""Modules with threads or locks of their own, which a fork leaves in any state."""


def cannot_fork() -> str:
    """Why this process cannot be forked safely; "" where it can."""
    if not sys.platform.startswith("linux"):
        return f"mutants are run in forked children, which needs Linux, not {sys.platform}"
    if unfit := [name for name in UNFIT if name in sys.modules]:
        return f"mutants are run in forked children, and {', '.join(unfit)} cannot be forked"
    others = len(sys._current_frames()) - 1  # noqa: SLF001 - `threading` does not know all threads
    if others:
        names = [it.name for it in threading.enumerate() if it is not threading.current_thread()]
        return f"mutants are run in forked children, and {others} other threads are alive: {', '.join(names) or '?'}"
    return ""
