"""The standard streams of a command: they may be closed, full, a pipe that nobody reads, or not know our letters."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from enum import IntEnum
from typing import TextIO

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.report.audience import columns, is_terminal
from pytest_agentaudit.report.terminal import could_not_audit
from pytest_agentaudit.report.text import visible


class Status(IntEnum):
    """What the console script's exit status means. INTERRUPTED is the shells' 128 + SIGINT."""

    PASSED = 0
    FINDINGS = 1
    USAGE = 2
    COULD_NOT_AUDIT = 3
    INTERRUPTED = 130


def deliver(write: Callable[[TextIO], None]) -> None:
    """Let `write` fill standard output. A reader who left early is no failure; a stream that takes nothing is an
    AuditError.
    """
    try:
        write(sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        mute(sys.stdout)
    except OSError as error:
        mute(sys.stdout)
        raise AuditError(f"standard output cannot be written: {error.strerror or error}") from error


def mute(stream: TextIO) -> None:
    """Send what the stream still holds nowhere, so that the interpreter does not fail on it while it exits."""
    with suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)


def fail(error: AuditError) -> int:
    """Say on standard error why there is no verdict, and return the exit status."""
    try:
        could_not_audit(error, sys.stderr, width=columns(sys.stderr, os.environ))
        sys.stderr.flush()
    except (OSError, ValueError):
        mute(sys.stderr)
    return Status.COULD_NOT_AUDIT


class Progress:
    """One line on standard error that says what is being read, while somebody watches; nothing otherwise."""

    INTERVAL = 0.1
    """Seconds between two writings: more often is flicker."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._watched = is_terminal(stream)
        self._next = time.monotonic() + self.INTERVAL
        self._drawn = False

    def __call__(self, path: str, stage: str) -> None:
        """Show the stage, and the file that it is at."""
        if self._watched and time.monotonic() >= self._next:
            text = visible(f"agent audit: {stage} {path}".rstrip())[: columns(self._stream, os.environ) - 1]
            self._draw(f"\r{text}\x1b[K")
            self._next = time.monotonic() + self.INTERVAL

    def clear(self) -> None:
        """Take the line away."""
        if self._drawn:
            self._draw("\r\x1b[K")

    def _draw(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()
            self._drawn = True
