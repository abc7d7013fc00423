"""Files of the work tree, read without following links and without waiting for anything."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from msgspec import Struct

from pytest_agentaudit.git.entries import EXECUTABLE, FILE, SIZE_LIMIT, SUBMODULE, SYMLINK, TOO_LARGE, encode

HASH_LIMIT = 256 * 1024 * 1024
"""Bytes of a file that are hashed at most, to see whether a large one changed."""
CHUNK = 1 << 20
GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
NOT_REGULAR = "not a regular file"
KINDS = {stat.S_IFIFO: "a named pipe", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}


class Observed(Struct, frozen=True):
    """A path of the work tree as it was met. `content` is None where it was not kept: `reason` says why.

    `oid` is git's name for a content that was hashed without being kept.
    """

    mode: int
    content: bytes | None = None
    reason: str = ""
    oid: str = ""


def observe(root: str, path: str, algorithm: str) -> Observed | None:
    """Read one path under `root`; None where nothing is there, or where a symlink stands for one of its folders."""
    try:
        with _folder_of(root, path) as (folder, name):
            return _look(folder, name, algorithm)
    except OSError as error:
        return None if error.errno in GONE else Observed(FILE, reason=f"cannot be read: {error.strerror}")


@contextmanager
def _folder_of(root: str, path: str) -> Iterator[tuple[int, bytes]]:
    """An open descriptor of the path's folder, reached step by step, and the path's last name."""
    *folders, name = encode(path).split(b"/")
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    current = os.open(root, flags)
    try:
        for folder in folders:
            deeper = os.open(folder, flags | os.O_NOFOLLOW, dir_fd=current)
            os.close(current)
            current = deeper
        yield current, name
    finally:
        os.close(current)


def _look(folder: int, name: bytes, algorithm: str) -> Observed:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFLNK:
        return Observed(SYMLINK, os.readlink(name, dir_fd=folder))
    if kind == stat.S_IFDIR:
        return Observed(SUBMODULE, reason="submodule")
    if kind != stat.S_IFREG:
        return Observed(kind, reason=KINDS.get(kind, NOT_REGULAR))
    # A pipe may have taken the file's place since: opened like this, it cannot make us wait.
    descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(descriptor, "rb") as file:
        return _read(file, algorithm)


def _read(file: BinaryIO, algorithm: str) -> Observed:
    status = os.fstat(file.fileno())
    mode = EXECUTABLE if status.st_mode & stat.S_IXUSR else FILE
    if not stat.S_ISREG(status.st_mode):
        return Observed(FILE, reason=NOT_REGULAR)
    if status.st_size > SIZE_LIMIT:
        oid = _hash(file.fileno(), status.st_size, algorithm) if status.st_size <= HASH_LIMIT else ""
        return Observed(mode, reason=TOO_LARGE, oid=oid)
    return Observed(mode, file.read(SIZE_LIMIT))


def _hash(descriptor: int, size: int, algorithm: str) -> str:
    digest = hashlib.new(algorithm, b"blob %d\0" % size, usedforsecurity=False)
    while chunk := os.read(descriptor, CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
