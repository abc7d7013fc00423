"""Reading many changed files in several processes at once: each reads a share, and hands the facts over in a file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
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
"""Bytes of the number that stands before each entry."""

Read = Callable[[FilePair], Entry]


def shared_out(pairs: Sequence[FilePair], read: Read, means: Means) -> list[Entry]:
    """The facts of these files, in their order."""
    sizes = [sum(len(side.content) for side in (pair.old, pair.new) if side) for pair in pairs]
    if means.processes == 1 or sum(sizes) < WORTH_SHARING:
        return [read(pair) for pair in pairs]
    largest_first = sorted(range(len(pairs)), key=lambda at: -sizes[at])
    mine, *others = (largest_first[first :: means.processes] for first in range(means.processes))
    means.before_fork()
    with ExitStack() as stack:
        helpers = [stack.enter_context(_Helper([pairs[at] for at in share], read)) for share in others]
        found = {at: read(pairs[at]) for at in sorted(mine)}
        for share, helper in zip(others, helpers, strict=True):
            found.update(zip(share, helper.entries(), strict=False))
    return [found[at] if at in found else read(pair) for at, pair in enumerate(pairs)]


class _Helper:
    """A process that reads a share. Where it dies, or cannot hand a file over, what it wrote until then counts."""

    def __init__(self, share: Sequence[FilePair], read: Read) -> None:
        self._file: IO[bytes] = import_module("tempfile").TemporaryFile()
        self._pid = os.fork()
        if self._pid == 0:
            try:
                with suppress(Exception):
                    _write(share, read, self._file)
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

    def entries(self) -> list[Entry]:
        """What it read, in the order of its share, once it has ended."""
        os.waitpid(self._pid, 0)
        self._pid = 0
        found: list[Entry] = []
        self._file.seek(0)
        while len(size := self._file.read(LENGTH)) == LENGTH:
            entry = Entry.decoded(self._file.read(int.from_bytes(size, "big")))
            if entry is None:
                break
            if found and found[-1].met == entry.met:
                entry = replace(entry, met=found[-1].met)  # the same for many files, and as large as any
            found.append(entry)
        return found


def _write(share: Sequence[FilePair], read: Read, file: IO[bytes]) -> None:
    for pair in share:
        value = read(pair).encoded()
        if value is None:
            break
        file.write(len(value).to_bytes(LENGTH, "big") + value)
    file.flush()
