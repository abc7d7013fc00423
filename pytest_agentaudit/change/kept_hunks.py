"""Which lines differ, as an earlier audit found it for the same two contents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from pytest_agentaudit.change.hunks import hunks
from pytest_agentaudit.change.model import Hunk, Side
from pytest_agentaudit.digests import digest
from pytest_agentaudit.store import Store

WORTH_KEEPING = 1_000_000
"""Bytes of changed files, both sides together, from which it costs more to compare them than to ask a database."""

Sides = tuple[Side | None, Side | None]
Numbers = tuple[int, int, int, int]


class KeptHunks(Struct, frozen=True):
    """Compares contents; what many of them have to say is kept in the store that `opened` gives."""

    opened: Callable[[], Store]

    def __call__(self, pairs: Sequence[Sides]) -> list[tuple[Hunk, ...]]:
        """The hunks of each pair of sides, in their order."""
        if sum(map(_size, pairs)) < WORTH_KEEPING:
            return all_hunks(pairs)
        store = self.opened()
        keys = list(map(_key, pairs))
        kept = store.read(keys)
        found = [_decoded(kept[key]) if key in kept else None for key in keys]
        fresh = {at: _hunks(*pairs[at]) for at, it in enumerate(found) if it is None}
        if fresh:
            store.write({keys[at]: _encoded(it) for at, it in fresh.items()})
        return [fresh[at] if it is None else it for at, it in enumerate(found)]


def all_hunks(pairs: Sequence[Sides]) -> list[tuple[Hunk, ...]]:
    """The hunks of each pair of sides, in their order."""
    return [_hunks(*sides) for sides in pairs]


def _size(sides: Sides) -> int:
    return sum(side.size for side in sides if side)


def _key(sides: Sides) -> bytes:
    return digest(b"hunks", *(side.digest if side else b"" for side in sides))


def _hunks(old: Side | None, new: Side | None) -> tuple[Hunk, ...]:
    return hunks(old.content if old else b"", new.content if new else b"")


def _encoded(found: tuple[Hunk, ...]) -> bytes:
    return msgspec.msgpack.encode([(it.old_start, it.old_count, it.new_start, it.new_count) for it in found])


def _decoded(value: bytes) -> tuple[Hunk, ...] | None:
    """What was kept; None where it is damaged."""
    try:
        return tuple(Hunk(*it) for it in msgspec.msgpack.decode(value, type=list[Numbers]))
    except msgspec.MsgspecError:
        return None
