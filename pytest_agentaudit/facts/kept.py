"""Facts that an earlier audit read of a file, found again by the content of all that they were read from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import msgspec
from msgspec import Struct

from pytest_agentaudit.change.model import FilePair, Side
from pytest_agentaudit.digests import digest
from pytest_agentaudit.facts.met_files import MetFiles
from pytest_agentaudit.facts.model import FileFacts, Setting
from pytest_agentaudit.store import Store


class Entry(Struct, frozen=True, array_like=True):
    """The facts of the two sides of a changed file. `met` are the files in which helpers were looked for until then, on
    the base's side and on head's, as `MetFiles` notes them (None: they cannot be kept): what was looked up for one file
    is not looked up again for the next.
    """

    met: tuple[bytes | None, bytes | None]
    old: FileFacts | None
    new: FileFacts | None

    def encoded(self) -> bytes | None:
        """As it is kept; None where an odd name cannot be."""
        if None in self.met:
            return None
        try:
            return msgspec.msgpack.encode(self)
        except UnicodeEncodeError:
            return None

    @staticmethod
    def decoded(value: bytes) -> Entry | None:
        """What was kept; None where it is damaged."""
        try:
            return _decoder().decode(value)
        except msgspec.MsgspecError:
            return None


@cache
def _decoder() -> msgspec.msgpack.Decoder[Entry]:
    """Made where something was kept: the types of all facts have to be looked at."""
    return msgspec.msgpack.Decoder(Entry)


class Kept(Struct, frozen=True):
    """A store as one audit sees it: what is there for a changed file counts where all is as it was that it depends on:
    the file, its role and hunks, the settings, the names in both trees, and the files that helpers were looked for in.
    """

    store: Store
    settings: tuple[Mapping[str, Setting], Mapping[str, Setting]]
    files: tuple[MetFiles, MetFiles]

    def entries(self, pairs: Sequence[FilePair], read: Callable[[Sequence[FilePair]], Sequence[Entry]]) -> list[Entry]:
        """The facts of these files, those that are not there as `read` finds them; these are kept from now on."""
        keys = self._keys(pairs)
        there = self.store.read(keys)
        found = [self._holding(there.get(key)) for key in keys]
        missing = [at for at, entry in enumerate(found) if entry is None]
        fresh = dict(zip(missing, read([pairs[at] for at in missing]) if missing else (), strict=True))
        values = {keys[at]: value for at, entry in fresh.items() if (value := entry.encoded())}
        if values:
            self.store.write(values)
        return [entry or fresh[at] for at, entry in enumerate(found)]

    def _holding(self, value: bytes | None) -> Entry | None:
        entry = Entry.decoded(value) if value else None
        if entry and all(met is not None and it.still(met) for it, met in zip(self.files, entry.met, strict=True)):
            return entry
        return None

    def _keys(self, pairs: Sequence[FilePair]) -> tuple[bytes, ...]:
        told = [[[key, repr(it.value)] for key, it in sorted(found.items())] for found in self.settings]
        conditions = digest(repr(told).encode(), *(it.layout() for it in self.files))
        return tuple(
            digest(conditions, pair.role.encode(), repr(pair.hunks).encode(), *_told(pair.old), b"to", *_told(pair.new))
            for pair in pairs
        )


def _told(side: Side | None) -> Iterator[bytes]:
    if side:
        yield from (side.path.encode(errors="surrogateescape"), str(side.mode).encode(), side.digest)
