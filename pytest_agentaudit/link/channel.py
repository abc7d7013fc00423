"""One end of the two pipes: whole messages, bounded waits, and never a byte into a descriptor that is not ours."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link.messages import KINDS, Message
from pytest_agentaudit.wire import HEADER, WireError, pack, payload_length, unpack

CHUNK = 1 << 16


class LinkError(AuditError):
    """The link to the other process is of no use any more."""


class GoneError(LinkError):
    """The other side has ended, or closed the link."""


class LateError(LinkError):
    """The other side did not answer in time."""


class StolenError(LinkError):
    """The run closed a descriptor of the link, and something else may stand in its place."""


class Channel:
    """Reads from one pipe, writes to another. Not for use from several threads."""

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        self._identity = {fd: _identity(fd) for fd in (read_fd, write_fd)}
        self._buffer = bytearray()
        for fd in self._identity:
            os.set_blocking(fd, False)

    def send(self, message: Message, timeout: float) -> None:
        """Write one message, within `timeout` seconds; LinkError where that cannot be done."""
        rest = memoryview(pack(type(message).__name__, message))
        deadline = time.monotonic() + timeout
        while rest:
            self._await(self._write_fd, select.POLLOUT, deadline)
            try:
                rest = rest[os.write(self._write_fd, rest[:CHUNK]) :]
            except BlockingIOError:
                continue
            except BrokenPipeError:
                raise GoneError("the other process has ended") from None

    def receive(self, timeout: float | None) -> Message:
        """The next message, within `timeout` seconds (None: however long it takes); LinkError where there is none."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (message := self._take()) is None:
            self._await(self._read_fd, select.POLLIN, deadline)
            try:
                chunk = os.read(self._read_fd, CHUNK)
            except BlockingIOError:
                continue
            if not chunk:
                raise GoneError("the other process has ended")
            self._buffer += chunk
        return message

    def say(self, message: Message) -> None:
        """Send a message that nobody depends on: at once, or not at all."""
        with suppress(LinkError):
            self.send(message, 0)

    def waited_for(self) -> bool:
        """Whether the other side has sent something that was not received yet, so that it may be waiting."""
        return bool(self._buffer) or _ready(self._read_fd, select.POLLIN, 0)

    def close(self) -> None:
        """Close both descriptors, unless the run has put something else in their place."""
        for fd, identity in self._identity.items():
            with suppress(OSError):
                if _identity(fd) == identity:
                    os.close(fd)
        self._identity = {}

    def _take(self) -> Message | None:
        """The first message of the buffer, once it is whole."""
        if len(self._buffer) < HEADER.size:
            return None
        try:
            end = HEADER.size + payload_length(bytes(self._buffer[: HEADER.size]))
            if len(self._buffer) < end:
                return None
            message = unpack(bytes(self._buffer[HEADER.size : end]), KINDS)
        except WireError as error:
            raise LinkError(f"the link is garbled: {error}") from error
        del self._buffer[:end]
        return message

    def _await(self, fd: int, event: int, deadline: float | None) -> None:
        """Wait until the descriptor is ready; it must still be the pipe that it was."""
        while True:
            self._check(fd)
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if _ready(fd, event, left):
                self._check(fd)
                return
            if left == 0:
                raise LateError("the other process did not answer in time")

    def _check(self, fd: int) -> None:
        try:
            same = _identity(fd) == self._identity.get(fd)
        except OSError:
            same = False
        if not same:
            raise StolenError("something in the run closed the auditor's pipe")


def _identity(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_dev, status.st_ino


def _ready(fd: int, event: int, seconds: float | None) -> bool:
    poll = select.poll()
    poll.register(fd, event)
    return bool(poll.poll(None if seconds is None else seconds * 1000))
