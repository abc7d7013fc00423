"""Which auditors live, and waiting for their end without polling the clock."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

SECONDS = 20
RUN_PID = 8
"""Where the run's process id stands on the auditor's command line."""


def auditors_of(run_pid: int) -> Iterator[int]:
    """Process ids of the auditor of a run: supervisor and worker."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
            if b"-I" in arguments and arguments[RUN_PID : RUN_PID + 1] == [str(run_pid).encode()]:
                yield int(entry.name)


def all_end(pids: list[int]) -> bool:
    """Whether all these processes end within a generous time."""
    for pid in pids:
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        ended = bool(poll.poll(SECONDS * 1000))
        os.close(fd)
        if not ended:
            return False
    return True
