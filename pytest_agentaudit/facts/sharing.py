"""Reading many changed files in several processes at once: each takes the next file when it is done with one, and hands
its facts over in a file.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from importlib import import_module
from typing import IO, Self

from msgspec.structs import replace

from pytest_agentaudit.change.model import FilePair
from pytest_agentaudit.facts.kept import Entry
from pytest_agentaudit.facts.means import Means

WORTH_SHARING = 1_000_000
"""Bytes of changed files, both sides together, from which a second process pays: reading takes a second for each."""
LENGTH = 8
"""Bytes of the numbers that stand before each entry: which file it is of, and how long it is."""
TICKET = 4
"""Bytes of a number in the queue."""
MOST_TICKETS = 1_000
"""So many fit a single page, which every pipe has room for; where there are more files, a ticket is for several."""

Read = Callable[[FilePair], Entry]


def shared_out(pairs: Sequence[FilePair], read: Read, means: Means) -> list[Entry]:
    """The facts of these files, in their order."""
    sizes = [sum(side.size for side in (pair.old, pair.new) if side) for pair in pairs]
    if means.processes == 1 or sum(sizes) < WORTH_SHARING:
        return [read(pair) for pair in pairs]
    means.before_fork()
    with ExitStack() as stack:
        queue = stack.enter_context(_Queue(sorted(range(len(pairs)), key=lambda at: -sizes[at])))
        helpers = [stack.enter_context(_Helper(pairs, queue, read)) for _ in range(means.processes - 1)]
        found = {at: read(pairs[at]) for at in queue.mine()}
        for helper in helpers:
            found.update(helper.entries())
    return [found[at] if at in found else read(pair) for at, pair in enumerate(pairs)]


class _Queue:
    """The files that nobody has taken yet, the largest first, in a pipe that several processes read from."""

    def __init__(self, order: Sequence[int]) -> None:
        self._order = order
        self._step = -(-len(order) // MOST_TICKETS)
        self._tickets, writing = os.pipe()
        os.write(writing, b"".join(at.to_bytes(TICKET, "big") for at in range(0, len(order), self._step)))
        os.close(writing)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        """Nobody takes any more here."""
        os.close(self._tickets)

    def mine(self) -> Iterator[int]:
        """What this process takes, one after the other, until there is no more."""
        while ticket := os.read(self._tickets, TICKET):
            first = int.from_bytes(ticket, "big")
            yield from self._order[first : first + self._step]


class _Helper:
    """A process that reads files too. Where it dies, or cannot hand one over, what it wrote until then counts."""

    def __init__(self, pairs: Sequence[FilePair], queue: _Queue, read: Read) -> None:
        self._file: IO[bytes] = import_module("tempfile").TemporaryFile()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                with suppress(Exception):
                    _write(pairs, queue, read, self._file)
            finally:
                os._exit(0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        """End it, if it still reads."""
        self._file.close()
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """What it read, each with the number of its file, once it has ended."""
        os.waitpid(self._pid, 0)
        self._pid = 0
        self._file.seek(0)
        last: Entry | None = None
        while len(head := self._file.read(2 * LENGTH)) == 2 * LENGTH:
            entry = Entry.decoded(self._file.read(int.from_bytes(head[LENGTH:], "big")))
            if entry is None:
                return
            if last and last.met == entry.met:
                entry = replace(entry, met=last.met)  # the same for many files, and as large as any
            last = entry
            yield int.from_bytes(head[:LENGTH], "big"), entry


def _write(pairs: Sequence[FilePair], queue: _Queue, read: Read, file: IO[bytes]) -> None:
    for at in queue.mine():
        value = read(pairs[at]).encoded()
        if value is None:
            break
        file.write(at.to_bytes(LENGTH, "big") + len(value).to_bytes(LENGTH, "big") + value)
    file.flush()
