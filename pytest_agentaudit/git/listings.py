"""The files of whole trees, as earlier audits listed them: every audit on top of the same base begins with those."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from pytest_agentaudit.git.entries import Entry, decode, encode
from pytest_agentaudit.store import Store

LARGE_TREE = 500
"""Files of a tree from which it costs more than a database to read its folders."""


class _Listing(Struct, frozen=True, array_like=True):
    """As it is kept: the paths with a NUL between them, the bytes of all object names, the modes that there are, and
    which of these each path has. `width` is how many hexadecimal digits an object's name has.
    """

    paths: bytes
    oids: bytes
    modes: tuple[int, ...]
    chosen: bytes
    width: int


class Listings(Struct, frozen=True):
    """Listings by the names of their trees. `opened` gives the store in which they stay, `is_there` says whether it
    holds anything.
    """

    opened: Callable[[], Store]
    is_there: bool

    def read(self, oid: str) -> dict[str, Entry] | None:
        """What an earlier audit listed; what is damaged counts as missing."""
        key = _key(oid)
        value = self.opened().read([key]).get(key) if self.is_there else None
        if value is None:
            return None
        try:
            kept = msgspec.msgpack.decode(value, type=_Listing)
            paths = decode(kept.paths).split("\0")
            names = kept.oids.hex()
            starts = range(0, len(names), kept.width)
            entries = (
                Entry(kept.modes[mode], names[start : start + kept.width])
                for mode, start in zip(kept.chosen, starts, strict=True)
            )
            return dict(zip(paths, entries, strict=True))
        except (msgspec.MsgspecError, ValueError, IndexError):
            return None

    def write(self, oid: str, entries: Mapping[str, Entry]) -> None:
        """Keep the files of a tree, where there are many."""
        if len(entries) < LARGE_TREE:
            return
        modes = tuple(sorted({it.mode for it in entries.values()}))
        number = {mode: at for at, mode in enumerate(modes)}
        listing = _Listing(
            encode("\0".join(entries)),
            bytes.fromhex("".join(it.oid for it in entries.values())),
            modes,
            bytes(number[it.mode] for it in entries.values()),
            len(oid),
        )
        self.opened().write({_key(oid): msgspec.msgpack.encode(listing)})


def _key(oid: str) -> bytes:
    return f"tree {oid}".encode()
