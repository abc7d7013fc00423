"""Git's objects, read through one `cat-file` process and checked against their names."""

from __future__ import annotations

import hashlib
import os
import re
import select
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain

from msgspec import Struct

from pytest_agentaudit.children import kill_group, start
from pytest_agentaudit.contents import Content, Stored
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.command import TIMEOUT, Git
from pytest_agentaudit.git.entries import SIZE_LIMIT, TOO_LARGE, Entry, decode, mode_of
from pytest_agentaudit.git.listings import Listings

ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
"""How git names objects, by its own word for it."""
PIPELINE = 200
"""Requests sent before answers are read: small enough to fit the pipe, so that neither side waits for the other."""
KEPT_LIMIT = 64 * 1024 * 1024
"""Bytes of blobs that are kept: several look-ups go over all code of a tree, one after the other."""
MISSING = "git has no readable content for it (a partial clone, or a corrupt object)"
EXIT_TIME = 5.0
"""Seconds that git may take to exit after it closed its output."""
FATAL = 128
"""How git ends when it cannot go on: with a corrupt object, or one that it may not fetch."""
USAGE = 129
"""How git ends when it does not know an option."""


class _Dialect(Struct, frozen=True):
    """How `cat-file` is asked: its options, what stands before an object's name, and what ends a block of requests."""

    options: tuple[str, ...]
    request: str = ""
    end: str = ""


_IN_BLOCKS = _Dialect(("--batch-command", "--buffer"), "contents ", "flush\n")
"""Git writes its answers in blocks, not object by object, which spares both sides a thousand waits."""
_ONE_BY_ONE = _Dialect(("--batch",))
"""The way of git before 2.36."""


class Commit(Struct, frozen=True):
    """A commit as written: parents stand even where a shallow clone cuts them off.

    `author` and `committer` are "Name <address>", `time` the second in which it was committed, since 1970.
    """

    tree: str
    parents: tuple[str, ...]
    message: str
    author: str = ""
    time: int = 0
    committer: str = ""


class LostError(AuditError):
    """The process has ended, and another one may do better: it was one that a fork took over, and only the parent can
    learn why it ended; or git is too old for what it was asked.
    """


class Objects:
    """Objects by full name. What is read is hashed again: AuditError where the bytes do not give the object's name.

    `listed` is the tree whose files were listed last, by its name, for the next one that is much like it; `listings`
    are those of earlier audits, where any may count.
    """

    def __init__(self, git: Git, algorithm: str) -> None:
        self.algorithm = algorithm
        self._git = git
        self._hash = ALGORITHMS[algorithm]
        self._width = self._hash(usedforsecurity=False).digest_size
        self._rows = re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % self._width, re.DOTALL)
        self._child: subprocess.Popen[bytes] | None = None
        self._dialect = _IN_BLOCKS
        self._owner = 0
        self._left: list[subprocess.Popen[bytes]] = []
        self._answers = select.poll()
        self._buffer, self._at = b"", 0
        self.listed: tuple[str, Mapping[str, Entry]] | None = None
        self.listings: Listings | None = None
        self._trees: dict[str, dict[str, Entry]] = {}
        self._unread: dict[str, str] = {}
        self._kept: dict[str, Content] = {}
        self._room = KEPT_LIMIT
        self._status = 0

    def close(self) -> None:
        """End the process; it starts again when it is needed."""
        if self._child is not None:
            kill_group(self._child)
            self._status = self._child.returncode
            self._child = None
        while self._left:
            kill_group(self._left.pop())
        self._buffer, self._at = b"", 0

    def leave(self) -> None:
        """Let a fork that was just made go on with the process: here it has only to be buried. To be called in the
        parent.
        """
        if self._child is not None:
            for stream in (self._child.stdin, self._child.stdout):
                if stream is not None:
                    stream.close()
            self._left.append(self._child)
            self._child = None
        self._buffer, self._at = b"", 0

    def name_of(self, kind: str, body: bytes) -> str:
        """The name that git gives to these bytes."""
        digest = self._hash(f"{kind} {len(body)}\0".encode(), usedforsecurity=False)
        digest.update(body)
        return digest.hexdigest()

    def blob(self, oid: str) -> Content | None:
        """A file's bytes; None where they cannot be had: `reason` says why."""
        if oid in self._kept:
            return self._kept[oid]
        body = self._read([oid], "blob")[0]
        self._keep(oid, body)
        return body

    def fetch_blobs(self, oids: Sequence[str]) -> None:
        """Read many files together, so that `blob` answers from memory, until there is no more room to keep them."""
        missing = [oid for oid in dict.fromkeys(oids) if oid not in self._kept and oid not in self._unread]
        for first in range(0, len(missing), PIPELINE):
            if self._room <= 0:
                return
            block = missing[first : first + PIPELINE]
            for oid, body in zip(block, self._read(block, "blob"), strict=True):
                self._keep(oid, body)

    def _keep(self, oid: str, body: bytes | None) -> None:
        if body is not None and len(body) <= self._room:
            self._room -= len(body)
            self._kept[oid] = body

    def hold(self, oid: str, content: Stored) -> None:
        """What was read of an object stands in a file now: it does not stay in memory."""
        if isinstance(self._kept.get(oid), bytes):
            self._room += content.size
        self._kept[oid] = content

    def reason(self, oid: str) -> str:
        """Why `blob` gave None: the file is too large, or a partial clone lacks it."""
        return self._unread.get(oid, "")

    def find_commit(self, ref: str) -> str:
        """The full name of the commit that a ref leads to, or "" where there is none. `ref` holds no blank."""
        request = [f"{ref}^{{commit}}"]
        self._send(request)
        try:
            header = self._line().split()
        except LostError:
            self._send(request)
            header = self._line().split()
        if len(header) != len(("oid", "type", "size")):
            return ""
        self._take(int(header[2]))
        return header[0].decode()

    def commit(self, oid: str) -> Commit:
        """A commit, its message decoded by its own encoding header."""
        body = self._read([oid], "commit")[0] or b""
        head, _, message = body.partition(b"\n\n")
        fields = [line.partition(b" ")[::2] for line in head.split(b"\n")]
        parents = tuple(value.decode("ascii", "replace") for key, value in fields if key == b"parent")
        if not all(map(self._is_name, (tree := fields[0][1].decode("ascii", "replace"), *parents))):
            raise AuditError(f"the commit object {oid} is malformed", "git fsck says more")
        encoding = next((value.decode("ascii", "replace") for key, value in fields if key == b"encoding"), "utf-8")
        try:
            text = message.decode(encoding, "replace")
        except LookupError:
            text = message.decode("utf-8", "replace")
        author = _person(next((value for key, value in fields if key == b"author"), b""))
        committer = next((value for key, value in fields if key == b"committer"), b"")
        stamp = committer.rpartition(b"> ")[2].split(b" ")[0]
        time = int(stamp) if stamp.isdigit() else 0
        return Commit(tree, parents, text, author, time, _person(committer))

    def _is_name(self, text: str) -> bool:
        return len(text) == 2 * self._width and re.fullmatch("[0-9a-f]+", text) is not None

    def tree(self, oid: str) -> Mapping[str, Entry]:
        """One folder: names to entries."""
        if oid not in self._trees:
            self.fetch_trees([oid])
        return self._trees[oid]

    def fetch_trees(self, oids: Sequence[str]) -> None:
        """Read many folders at once, so that `tree` answers from memory."""
        missing = [oid for oid in dict.fromkeys(oids) if oid not in self._trees]
        for oid, body in zip(missing, self._read(missing, "tree"), strict=True):
            self._trees[oid] = self._parse(oid, body or b"")

    def _parse(self, oid: str, body: bytes) -> dict[str, Entry]:
        rows = self._rows.findall(body)
        found = {decode(name): Entry(mode_of(mode), entry.hex()) for mode, name, entry in rows}
        size = sum(map(len, chain.from_iterable(rows))) + len(rows) * len(b" \0")
        if size != len(body) or len(rows) != len(found):
            raise AuditError(f"the tree object {oid} is malformed", "git fsck says more")
        return found

    def _read(self, oids: Sequence[str], kind: str) -> list[bytes | None]:
        bodies: list[bytes | None] = []
        for first in range(0, len(oids), PIPELINE):
            block = oids[first : first + PIPELINE]
            self._send(block)
            for number, oid in enumerate(block):
                try:
                    bodies.append(self._receive(oid, kind))
                except LostError:
                    self._send(block[number:])
                    bodies.append(self._receive(oid, kind))
                rest = block[number + 1 :]
                if self._child is None and rest:
                    self._send(rest)  # the process had to go for this object's sake, with all its answers
        return bodies

    def _send(self, oids: Sequence[str]) -> None:
        if self._child is None:
            arguments = self._git.argv("cat-file", *self._dialect.options)
            environment = self._git.environment()
            self._child = start(arguments, cwd=self._git.root, env=environment, stderr=subprocess.DEVNULL)
            self._owner = os.getpid()
            self._answers = select.poll()
            if self._child.stdout is not None:
                self._answers.register(self._child.stdout, select.POLLIN)
        if self._child.stdin is not None:
            requests = "".join(f"{self._dialect.request}{oid}\n" for oid in oids)
            try:
                os.write(self._child.stdin.fileno(), (requests + self._dialect.end).encode())
            except BrokenPipeError as error:
                end = self._died()
                if not isinstance(end, LostError):
                    raise end from error
                self._send(oids)

    def _receive(self, oid: str, kind: str) -> bytes | None:
        expected = f"{oid} {kind} ".encode()
        header = self._header(oid, kind)
        if not header.startswith(expected):
            self._refuse(oid, kind, header)
            return None
        size = int(header[len(expected) :])
        if kind == "blob" and size > SIZE_LIMIT:
            self._unread[oid] = TOO_LARGE
            self.close()  # cheaper than reading it to its end
            return None
        body = self._take(size)
        if self.name_of(kind, body) != oid:
            raise self._overwritten(oid, kind)
        return body

    def _header(self, oid: str, kind: str) -> bytes:
        """The line before an object's bytes."""
        try:
            return self._line()
        except AuditError:
            if kind != "blob" or self._status != FATAL:
                raise
            return f"{oid} missing".encode()

    def _refuse(self, oid: str, kind: str, header: bytes) -> None:
        """Note that a file cannot be had. AuditError where the object is another one, or needed."""
        said = header.decode("ascii", "replace").split()
        if said == [oid, "missing"] and kind == "blob":
            self._unread[oid] = MISSING
            return
        if len(said) == len(("oid", "type", "size")) and said[0] == oid:
            raise self._overwritten(oid, kind)
        self.close()
        raise AuditError(
            f"the object {oid} is missing from this clone",
            "fetch it (a partial clone leaves objects out: git fetch --refetch --no-filter), or run git fsck",
        )

    def _overwritten(self, oid: str, kind: str) -> AuditError:
        self.close()
        return AuditError(
            f"the {kind} object {oid} does not hold what its name promises",
            "something overwrote it: clone the repository afresh, and compare (git fsck)",
        )

    def _line(self) -> bytes:
        while (end := self._buffer.find(b"\n", self._at)) < 0:
            self._fill(len(self._buffer) - self._at + 1)
        return self._take(end - self._at)

    def _take(self, count: int) -> bytes:
        """So many bytes of git's answer. What ends them, a line feed, goes with them."""
        if len(self._buffer) - self._at <= count:
            self._fill(count + 1)
        start, self._at = self._at, self._at + count + 1
        return self._buffer[start : start + count]

    def _fill(self, count: int) -> None:
        """Have so many bytes at hand, at least."""
        parts = [self._buffer[self._at :]]
        missing = count - len(parts[0])
        while missing > 0:
            parts.append(self._chunk())
            missing -= len(parts[-1])
        self._buffer, self._at = b"".join(parts), 0

    def _chunk(self) -> bytes:
        if self._child is None or self._child.stdout is None:
            raise self._died()
        ready = self._answers.poll(TIMEOUT * 1000)
        chunk = os.read(self._child.stdout.fileno(), 1 << 16) if ready else b""
        if not chunk:
            if ready:
                with suppress(subprocess.TimeoutExpired):
                    self._child.wait(EXIT_TIME)
            raise self._died()
        return chunk

    def _died(self) -> AuditError:
        self.close()
        is_old = self._status == USAGE and self._dialect is _IN_BLOCKS
        if is_old:
            self._dialect = _ONE_BY_ONE
        kind = LostError if is_old or self._owner != os.getpid() else AuditError
        return kind("`git cat-file` ended early or does not answer", f"try git fsck in {self._git.root}")


def _person(value: bytes) -> str:
    """The "Name <address>" of an author's or committer's line."""
    return (value.rpartition(b">")[0] + b">").decode("utf-8", "replace")
