"""Which lines differ, as an earlier audit found it for the same two texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from pytest_agentaudit.change.hunks import hunks
from pytest_agentaudit.change.model import Hunk
from pytest_agentaudit.digests import digest
from pytest_agentaudit.store import Store

WORTH_KEEPING = 1_000_000
"""Bytes of changed files, both sides together, from which it costs more to compare them than to ask a database."""

Texts = tuple[bytes, bytes]
Numbers = tuple[int, int, int, int]


class KeptHunks(Struct, frozen=True):
    """Compares texts; what many of them have to say is kept in the store that `opened` gives."""

    opened: Callable[[], Store]

    def __call__(self, pairs: Sequence[Texts]) -> list[tuple[Hunk, ...]]:
        """The hunks of each pair of texts, in their order."""
        if sum(len(old) + len(new) for old, new in pairs) < WORTH_KEEPING:
            return all_hunks(pairs)
        store = self.opened()
        keys = [digest(b"hunks", *texts) for texts in pairs]
        kept = store.read(keys)
        found = [_decoded(kept[key]) if key in kept else None for key in keys]
        fresh = {at: hunks(*pairs[at]) for at, it in enumerate(found) if it is None}
        if fresh:
            store.write({keys[at]: _encoded(it) for at, it in fresh.items()})
        return [fresh[at] if it is None else it for at, it in enumerate(found)]


def all_hunks(pairs: Sequence[Texts]) -> list[tuple[Hunk, ...]]:
    """The hunks of each pair of texts, in their order."""
    return [hunks(*texts) for texts in pairs]


def _encoded(found: tuple[Hunk, ...]) -> bytes:
    return msgspec.msgpack.encode([(it.old_start, it.old_count, it.new_start, it.new_count) for it in found])


def _decoded(value: bytes) -> tuple[Hunk, ...] | None:
    """What was kept; None where it is damaged."""
    try:
        return tuple(Hunk(*it) for it in msgspec.msgpack.decode(value, type=list[Numbers]))
    except msgspec.MsgspecError:
        return None
