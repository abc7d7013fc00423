"""The facts of files that earlier audits read, in a database of the repository's git folder.

Whoever can write there can also make an audit read what it likes: nothing of it is asked by `agentaudit verify`. No
verdict is ever kept, and what is damaged counts as missing.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
import zlib
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress

from msgspec import Struct

import pytest_agentaudit
from pytest_agentaudit.digests import digest
from pytest_agentaudit.places import as_path, make_folder
from pytest_agentaudit.store import DATABASE

MOST_BYTES = 64 << 20
"""What is kept at most; above it the entries that were not asked for the longest go, until half of it is left."""
LARGEST = 16 << 20
"""Bytes of an entry that is read at most, once it is unpacked."""
WAIT_SECONDS = 0.5
"""How long another audit is waited for that writes."""
HOUR = 3600
NO_READERS = frozenset({"cli", "link", "report", "rules", "verification", "witness"})
"""Parts of the package of which no fact depends."""

_TABLE = (
    "CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, asked INTEGER, size INTEGER, value BLOB) WITHOUT ROWID"
)


class FactStore(Struct, frozen=True):
    """What is kept at `path`, by the version of the tool that reads: `tool` is a part of every key."""

    path: str
    tool: bytes

    @classmethod
    def of(cls, git_dir: str) -> FactStore:
        """That of a repository."""
        return cls(f"{git_dir}/{DATABASE}", _tool())

    def read(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """What is there under these keys."""
        mine = {digest(self.tool, key): key for key in keys}
        found: dict[bytes, bytes] = {}
        with suppress(sqlite3.Error, OSError), self._opened(make=False) as database:
            for key, value in _asked(database, list(mine)):
                if (text := _unpacked(value)) is not None:
                    found[mine[key]] = text
        return found

    def write(self, values: Mapping[bytes, bytes]) -> None:
        """Keep these values; where another audit writes for long, or nothing can be written, they are not kept."""
        now = int(time.time())
        packed = ((digest(self.tool, key), zlib.compress(value, 1)) for key, value in values.items())
        rows = [(key, now, len(value), value) for key, value in packed]
        try:
            self._put(rows)
        except sqlite3.DatabaseError as error:
            if not isinstance(error, sqlite3.OperationalError):  # it is no database, or a broken one
                with suppress(OSError, sqlite3.Error):
                    as_path(self.path).unlink()
                    self._put(rows)
        except OSError:
            return

    def _put(self, rows: Sequence[tuple[bytes, int, int, bytes]]) -> None:
        make_folder(self.path.rpartition("/")[0])
        with self._opened(make=True) as database:
            database.execute(_TABLE)
            database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)
            database.commit()
            (size,) = database.execute("SELECT coalesce(sum(size), 0) FROM facts").fetchone()
            if size > MOST_BYTES:
                _shrink(database)

    @contextmanager
    def _opened(self, *, make: bool) -> Iterator[sqlite3.Connection]:
        place = self.path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        uri = f"file:{place}?mode={'rwc' if make else 'rw'}"
        with closing(sqlite3.connect(uri, timeout=WAIT_SECONDS, uri=True)) as database:
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA synchronous = OFF")  # what a power cut damages counts as missing
            yield database


def _asked(database: sqlite3.Connection, keys: Sequence[bytes]) -> Iterator[tuple[bytes, object]]:
    """The values of these keys; that they were asked for is noted once an hour."""
    now, stale = int(time.time()), []
    for key in keys:
        for asked, value in database.execute("SELECT asked, value FROM facts WHERE key = ?", (key,)):
            if asked < now - HOUR:
                stale.append((now, key))
            yield key, value
    if stale:
        with suppress(sqlite3.OperationalError):
            database.executemany("UPDATE facts SET asked = ? WHERE key = ?", stale)
            database.commit()


def _shrink(database: sqlite3.Connection) -> None:
    """Drop what was not asked for the longest, until half of the room is free."""
    kept, gone = 0, []
    for key, size in database.execute("SELECT key, size FROM facts ORDER BY asked DESC").fetchall():
        kept += size
        if kept > MOST_BYTES // 2:
            gone.append((key,))
    database.executemany("DELETE FROM facts WHERE key = ?", gone)
    database.commit()
    database.execute("VACUUM")


def _unpacked(value: object) -> bytes | None:
    """The value that was packed; None where it is damaged, or larger than any of ours."""
    if not isinstance(value, bytes):
        return None
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(value, LARGEST)
    except zlib.error:
        return None
    return text if unpacker.eof else None


def _tool() -> bytes:
    """The version of what reads: of Python, and of every file of this package that may have a part in it, by size and
    time.
    """
    home = pytest_agentaudit.__path__[0]
    files = sorted(_files(home, NO_READERS)) or [(home, 0, 0)]
    return digest(repr((sys.version_info[:3], pytest_agentaudit.__version__, files)).encode(errors="surrogateescape"))


def _files(folder: str, without: Container[str] = ()) -> Iterator[tuple[str, int, int]]:
    """(path, bytes, nanoseconds of the last change) of the Python files below a folder, those of some folders in it
    left out.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in without:
                    yield from _files(entry.path)
            elif entry.name.endswith(".py"):
                known = entry.stat()
                yield entry.path, known.st_size, known.st_mtime_ns
