"""The work tree: staged, unstaged and untracked files together, as they stand when they are first looked at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.contents import Content, Stored, whole_if_any
from pytest_agentaudit.git.command import Git
from pytest_agentaudit.git.entries import EXECUTABLE, FILE, SUBMODULE, SYMLINK, Entry, decode
from pytest_agentaudit.git.files import Observed, observe
from pytest_agentaudit.git.line_ends import stored
from pytest_agentaudit.git.objects import Objects
from pytest_agentaudit.places import from_home

KEPT_LIMIT = 256 * 1024 * 1024
"""Bytes of uncommitted files that are held at most."""
MODES = {b"%o" % mode: mode for mode in (FILE, EXECUTABLE, SYMLINK, SUBMODULE)}
VANISHED = "vanished while it was being read"
TOO_MUCH = f"there are more than {KEPT_LIMIT // 1024**2} MiB of uncommitted files"
NESTED = "a git repository of its own, no part of this one"
ENVIRONMENT = "a virtual environment that git does not ignore"


class Index(Struct, frozen=True, dict=True):
    """The index as git lists it, and what git says of the work tree beside it.

    `lines` are its entries ("TAG MODE OID STAGE<tab>PATH"), parsed when somebody asks for them. `hidden` are the paths
    that git was told not to look at, `sparse` those of them that may be absent, `dirty` those whose file differs,
    `untracked` those that are not ignored.
    """

    lines: list[bytes]
    hidden: set[str]
    sparse: set[str]
    dirty: set[str]
    untracked: set[str]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every path of the index."""
        found: dict[str, Entry] = {}
        for line in self.lines:
            fields, _, name = line.partition(b"\t")
            _, mode, oid, _ = fields.split(b" ")
            found[decode(name)] = Entry(MODES.get(mode, FILE), oid.decode())
        return found

    @classmethod
    def read(cls, listing: bytes) -> Index:
        """The index in the answer of `git ls-files -s -v -m -o -z`."""
        index = cls([], set(), set(), set(), set())
        lines = listing.split(b"\0")[:-1]
        for line in [line for line in lines if not line.startswith(b"H ")]:
            tag, path = line[:1], decode(line.partition(b"\t")[2])
            if tag == b"?":
                index.untracked.add(decode(line[2:]))
            elif tag == b"C":
                index.dirty.add(path)
            else:  # told not to look at, or unmerged
                index.hidden.add(path)
                if tag in b"Ss":
                    index.sparse.add(path)
        index.lines.extend(line for line in lines if line[:1] not in (b"?", b"C"))
        return index


class Snapshot(Struct, dict=True):
    """What was found: all entries, the bytes of those that the index does not hold, and why some have none."""

    index: Index
    changed: set[str] = field(default_factory=set)
    contents: dict[str, Content] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The index's, corrected by what stands in the work tree."""
        return dict(self.index.entries)


class WorkTree:
    """The files that `git add --all` would commit. Unchanged ones are read from the object store, the others from disk,
    once: later edits of the disk do not reach what was read. Line ends are as git would store them.
    """

    def __init__(self, git: Git, objects: Objects) -> None:
        self._git = git
        self._objects = objects

    def entries(self) -> Mapping[str, Entry]:
        """Every tracked file that is there, and every untracked one that git does not ignore."""
        return self._snapshot.entries

    def changed(self) -> frozenset[str]:
        """The paths that differ from the index: edited, deleted, or untracked."""
        return frozenset(self._snapshot.changed)

    def unwatched(self) -> frozenset[str]:
        """The paths that differ from the index and that git was told not to look at, by a bit in the index."""
        index = self._snapshot.index
        if not index.hidden:
            return frozenset()
        told = (line for line in index.lines if line[:1].islower() or line.startswith(b"S"))
        return frozenset(self._snapshot.changed & {decode(line.partition(b"\t")[2]) for line in told})

    def named(self) -> Mapping[str, str]:
        """Paths that stand in the work tree but are no part of it, each with the reason."""
        return self._snapshot.named

    def expect(self, paths: Iterable[str]) -> None:
        """Read many files of the object store together, as far as they can be kept."""
        known = self._snapshot
        stored = (known.entries.get(path) for path in paths if path not in known.contents | known.reasons)
        self._objects.fetch_blobs([it.oid for it in stored if it is not None and it.mode != SUBMODULE])

    def read(self, path: str) -> bytes | None:
        """The bytes at a path (a symlink's target); None where there is no file, or `reason` says why not."""
        return whole_if_any(self.held(path))

    def held(self, path: str) -> Content | None:
        """The same, as it is kept."""
        if path in self._snapshot.contents:
            return self._snapshot.contents[path]
        entry = self._snapshot.entries.get(path)
        if entry is None or entry.mode == SUBMODULE or path in self._snapshot.reasons:
            return None
        return self._objects.blob(entry.oid)

    def hold(self, path: str, content: Stored) -> None:
        """What was read at a path stands in a file now."""
        if path in self._snapshot.contents:
            self._snapshot.contents[path] = content
        else:
            self._objects.hold(self._snapshot.entries[path].oid, content)

    def reason(self, path: str) -> str:
        """Why `read` gave None although the path has an entry."""
        entry = self._snapshot.entries.get(path)
        if entry is None or entry.mode == SUBMODULE:
            return "submodule"
        return self._snapshot.reasons.get(path) or self._objects.reason(entry.oid)

    @cached_property
    def _snapshot(self) -> Snapshot:
        index = self._index()
        snapshot = Snapshot(index)
        dirty = index.dirty | index.hidden
        untracked = self._untracked(index, snapshot.named)
        contents: dict[str, bytes] = {}
        kept = 0
        for path in sorted(dirty | untracked):
            found = observe(self._git.root, path, self._objects.algorithm)
            if found is None and path in index.sparse:
                continue  # left out by a sparse checkout: the index speaks for it
            content = self._place(snapshot, path, found, index.entries.get(path))
            if content is not None and kept + len(content) <= KEPT_LIMIT:
                kept += len(content)
                contents[path] = content
            elif content is not None:
                snapshot.reasons[path] = TOO_MUCH
        self._keep(snapshot, contents, index)
        return snapshot

    def _place(self, snapshot: Snapshot, path: str, found: Observed | None, indexed: Entry | None) -> bytes | None:
        """Enter what was met at a path. Returns the bytes that have to be kept: those that the index does not hold."""
        if found is not None and found.content is not None:
            mode = self._mode(found.mode, indexed)
            oid = self._objects.name_of("blob", found.content)
            if indexed == Entry(mode, oid):
                return None
            snapshot.changed.add(path)
            snapshot.entries[path] = Entry(mode, oid)
            return found.content
        self._place_unread(snapshot, path, found, indexed)
        return None

    def _place_unread(self, snapshot: Snapshot, path: str, found: Observed | None, indexed: Entry | None) -> None:
        if found is not None and found.oid and indexed is not None and found.oid == indexed.oid:
            return
        snapshot.changed.add(path)
        if found is None and indexed is None:
            snapshot.entries[path], snapshot.reasons[path] = Entry(FILE), VANISHED
        elif found is None or (found.mode == SUBMODULE and indexed is not None and indexed.mode != SUBMODULE):
            snapshot.entries.pop(path, None)
        else:
            snapshot.entries[path], snapshot.reasons[path] = Entry(found.mode, found.oid), found.reason

    def _keep(self, snapshot: Snapshot, contents: dict[str, bytes], index: Index) -> None:
        """Keep contents as git would store them, and drop those that turn out to be what the index has."""

        def old(path: str) -> bytes | None:
            indexed = index.entries.get(path)
            return whole_if_any(self._objects.blob(indexed.oid)) if indexed is not None else None

        autocrlf = self._git.own.get("core.autocrlf", "false") or "true"
        for path, content in stored(self._git, contents, old, autocrlf).items():
            snapshot.contents[path] = content
            if content is contents[path]:
                continue
            entry = Entry(snapshot.entries[path].mode, self._objects.name_of("blob", content))
            snapshot.entries[path] = entry
            if index.entries.get(path) == entry:
                snapshot.changed.discard(path)
                del snapshot.contents[path]

    def _mode(self, mode: int, indexed: Entry | None) -> int:
        """The file's mode; where the file system knows no executable files, the index's."""
        plain = (FILE, EXECUTABLE)
        if mode in plain and self._git.own.get("core.filemode", "true").lower() in ("false", "no", "off", "0"):
            return indexed.mode if indexed is not None and indexed.mode in plain else FILE
        return mode

    def _index(self) -> Index:
        """One walk of git's over index and work tree. `-m` compares as `diff-files` does."""
        git = replace(self._git, settings=(*self._git.settings, f"core.excludesFile={self._ignore_file()}"))
        return Index.read(git.output("ls-files", "-s", "-v", "-m", "-o", "-z", "--exclude-standard"))

    def _untracked(self, index: Index, named: dict[str, str]) -> set[str]:
        found = index.untracked
        nested = {path for path in found if path.endswith("/")}
        named.update((path.rstrip("/"), NESTED) for path in nested)
        for home in sorted(path[: -len("pyvenv.cfg")] for path in found if path.endswith("/pyvenv.cfg")):
            if not any(path.startswith(home) for path in index.entries):
                named[home.rstrip("/")] = ENVIRONMENT
                nested |= {path for path in found if path.startswith(home)}
        return found - nested

    def _ignore_file(self) -> str:
        """The user's own ignore file: what it hides from `git add` ships no more than what .gitignore hides."""
        default = f"{os.environ.get('XDG_CONFIG_HOME') or '~/.config'}/git/ignore"
        return from_home(self._git.own.get("core.excludesfile") or default) or os.devnull
