"""What git records of one path."""

from __future__ import annotations

import stat
from functools import cache

from msgspec import Struct

FOLDER = 0o040000
FILE = 0o100644
EXECUTABLE = 0o100755
SYMLINK = 0o120000
SUBMODULE = 0o160000
SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes of a file that are read at most; larger ones are named, not read."""
TOO_LARGE = f"larger than {SIZE_LIMIT // 1024**2} MiB"


class Entry(Struct, frozen=True, gc=False):
    """One path of a tree. `mode` is git's (0o100644, 0o100755, 0o120000 symlink, 0o160000 submodule); `oid` is git's
    object name, or empty where the bytes were not hashed (work tree, memory).
    """

    mode: int
    oid: str = ""


def decode(name: bytes) -> str:
    """A path as text; bytes that are not UTF-8 are surrogate-escaped."""
    return name.decode("utf-8", "surrogateescape")


def encode(path: str) -> bytes:
    """The bytes of a path that `decode` gave."""
    return path.encode("utf-8", "surrogateescape")


def canonical(mode: int) -> int:
    """The mode as today's git writes it: old trees hold others for plain files."""
    if stat.S_ISREG(mode):
        return EXECUTABLE if mode & stat.S_IXUSR else FILE
    return stat.S_IFMT(mode)


@cache
def mode_of(written: bytes) -> int:
    """The canonical mode of an entry, from the octal digits that a tree writes for it; of a number without end the last
    32 bits count, as git reads it.
    """
    return canonical(int(written, 8) & 0xFFFFFFFF)
