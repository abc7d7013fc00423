"""The contents of changed files: in memory, or, where a change is large, in a file without a name."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TypeAlias

from msgspec import Struct

IN_MEMORY = 16 << 20
"""Bytes that stay in memory. Most changes are far smaller; of 2,000 files, both sides, it is not half."""


class _File:
    """What is open, for as long as anybody can ask for a part of it."""

    def __init__(self) -> None:
        with import_module("tempfile").TemporaryFile(buffering=0) as file:
            self.descriptor = os.dup(file.fileno())

    def __del__(self) -> None:
        os.close(self.descriptor)


class Stored(Struct, frozen=True, eq=False):
    """A content that is read from the file each time: a few microseconds. Equal to the same bytes anywhere."""

    file: _File
    start: int
    size: int

    def read(self) -> bytes:
        """All of it."""
        return os.pread(self.file.descriptor, self.size, self.start)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, bytes | Stored) and self.read() == whole(other)

    def __hash__(self) -> int:
        return hash(self.read())


Content: TypeAlias = bytes | Stored


def whole(content: Content) -> bytes:
    """The bytes themselves."""
    return content if isinstance(content, bytes) else content.read()


def whole_if_any(content: Content | None) -> bytes | None:
    """The bytes themselves, where there are any."""
    return None if content is None else whole(content)


def size_of(content: Content) -> int:
    """How many bytes they are."""
    return len(content) if isinstance(content, bytes) else content.size


class Shelf:
    """Where contents are put, one after the other; those that do not fit the memory that they may take go to a file.

    A process that was forked off may read what stands there, but not add to it. Where the file cannot be written (a
    full disk, say), contents stay in memory.
    """

    def __init__(self) -> None:
        self._room = IN_MEMORY
        self._file: _File | None = None
        self._end = 0

    def put(self, content: bytes) -> Content:
        """What stands for it from now on."""
        if len(content) <= self._room:
            self._room -= len(content)
            return content
        try:
            self._file = self._file or _File()
            written = os.pwrite(self._file.descriptor, content, self._end)
        except OSError:
            return content
        if written != len(content):
            return content
        self._end += written
        return Stored(self._file, self._end - written, written)
