"""What a change is: two trees, and the files in which they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from msgspec import Struct, field

from pytest_agentaudit.contents import Content, Stored, size_of, whole
from pytest_agentaudit.digests import digest
from pytest_agentaudit.git.entries import SUBMODULE, SYMLINK, Entry

__all__ = [
    "SUBMODULE",
    "SYMLINK",
    "Change",
    "Entry",
    "FilePair",
    "FileRole",
    "Hunk",
    "MemoryTree",
    "Passed",
    "Side",
    "Tree",
]


PYTHON = (".py", ".pyi", ".pyw")
CYTHON = (".pyx", ".pxd", ".pxi")
"""Suffixes of files that are Python to a scanner of comments, though not to a parser."""


class FileRole(StrEnum):
    """What a file is for. Rules choose their files by it."""

    PRODUCT = "product"
    TEST = "test"
    CONFTEST = "conftest"
    CONFIG = "tool config"
    CI = "CI"
    GENERATED = "generated"
    DOCS = "docs"
    SCRIPT = "script"
    OTHER = "other"


PRODUCT = frozenset({FileRole.PRODUCT})
"""The role of what users run."""

TESTS = frozenset({FileRole.TEST, FileRole.CONFTEST})
"""Roles whose functions are read as tests (a conftest's as helpers that may assert)."""

CODE = frozenset({FileRole.PRODUCT, FileRole.SCRIPT})
"""Roles of what tests test and checkers are there for: a flat project's modules beside its packages are told to be
scripts.
"""


class Tree(Protocol):
    """All files of one side.

    Paths are relative to the repository, with `/`; odd bytes of names are surrogate-escaped.
    """

    def entries(self) -> Mapping[str, Entry]:
        """Every tracked file (work tree: and every untracked one that git does not ignore)."""
        ...

    def expect(self, paths: Iterable[str]) -> None:
        """Many files are going to be read: a tree to which that is cheaper reads them together."""
        ...

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None where the side has no such file. A symlink's bytes are its target."""
        ...

    def held(self, path: str) -> Content | None:
        """What `read` gives, for somebody who keeps it: it need not be in memory."""
        ...

    def hold(self, path: str, content: Stored) -> None:
        """What was read at a path stands in a file now: it need not stay in memory."""
        ...


class Past(Protocol):
    """The history that leads to the base."""

    def when_touched(self, path: str) -> Tree | None:
        """All files as the last commit left them that touched `path`; None where nobody can say."""
        ...


class MemoryTree:
    """A tree held in memory: the examples of rules, and tests."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    def entries(self) -> Mapping[str, Entry]:
        """Every file, as a plain one."""
        return {path: Entry(0o100644) for path in self._files}

    def expect(self, paths: Iterable[str]) -> None:
        """All is in memory."""

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        return self._files.get(path)

    def held(self, path: str) -> Content | None:
        """The same."""
        return self.read(path)

    def hold(self, path: str, content: Stored) -> None:
        """All stays in memory."""


class Hunk(Struct, frozen=True, gc=False):
    """A run of lines that differ, as in a unified diff without context.

    Starts count from 1. Where a side has no line (`*_count` 0), `*_start` is the line before which the other side's
    lines would stand.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int


class Side(Struct, frozen=True, dict=True):
    """A file as one side of the change has it."""

    path: str
    mode: int
    held: Content

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return whole(self.held)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return size_of(self.held)

    @cached_property
    def digest(self) -> bytes:
        """What its content is known by from one audit to the next."""
        return digest(self.content)

    def lines(self, numbers: Iterable[int]) -> Iterator[bytes]:
        """The lines with these numbers, without their ends; one that the file does not have is passed over."""
        every = self.content.split(b"\n")
        return (every[number - 1] for number in numbers if 0 < number <= len(every))


class FilePair(Struct, frozen=True, dict=True):
    """A changed file: `old` is None where it is new, `new` is None where it is gone.

    A renamed file is one pair with two paths, also when the change edited it. `hunks` stand in order.
    """

    old: Side | None
    new: Side | None
    role: FileRole
    hunks: tuple[Hunk, ...] = ()

    @property
    def side(self) -> Side:
        """The side that a reader finds: head's, or the base's of a deleted file."""
        side = self.new or self.old
        if side is None:
            raise ValueError("a file pair needs at least one side")
        return side

    @property
    def path(self) -> str:
        """Where the reader finds the file: its head path, or the base path of a deleted file."""
        return self.side.path

    @property
    def is_python(self) -> bool:
        """Whether Python (or Cython) reads it: by suffix, or by a `#!...python` first line."""
        if self.path.endswith((*PYTHON, *CYTHON)):
            return True
        first = self.side.content[:120].split(b"\n", 1)[0]
        return first.startswith(b"#!") and b"python" in first

    @cached_property
    def added(self) -> frozenset[int]:
        """The changed lines of the new side."""
        return frozenset(n for h in self.hunks for n in range(h.new_start, h.new_start + h.new_count))

    @property
    def shown_ranges(self) -> tuple[tuple[int, int], ...]:
        """The ranges of the new side's lines that are changed; where lines only went, the line in their place."""
        if all(h.new_count for h in self.hunks):
            return tuple((h.new_start, h.new_start + h.new_count - 1) for h in self.hunks)
        end = max(self.side.content.count(b"\n") + (not self.side.content.endswith(b"\n")), 1)
        return tuple(
            (min(h.new_start, end), max(h.new_start + h.new_count - 1, min(h.new_start, end))) for h in self.hunks
        )

    @cached_property
    def removed(self) -> frozenset[int]:
        """The changed lines of the old side."""
        return frozenset(n for h in self.hunks for n in range(h.old_start, h.old_start + h.old_count))


class Passed(Struct, frozen=True):
    """A changed path that is named but not read (submodule, special file, too large, unreadable), with the reason."""

    path: str
    reason: str


class Change(Struct, frozen=True):
    """base..head as the rules see it: every changed file with both sides' bytes, and both whole trees for look-ups.

    `messages` holds the full texts of the commits in base..head, newest first. `unwatched` are edited paths of the work
    tree that git was told not to look at, `doubts` what makes the base or the history doubtful, a clause each. `past`
    tells of the commits before the base, where there are any.
    """

    base: str
    head: str
    pairs: tuple[FilePair, ...]
    old: Tree
    new: Tree
    base_origin: str = ""
    messages: tuple[str, ...] = ()
    passed: tuple[Passed, ...] = field(default=())
    unwatched: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    past: Past | None = None

    def by_role(self, *roles: FileRole) -> Iterable[FilePair]:
        """The pairs of these roles, in path order."""
        return (pair for pair in self.pairs if pair.role in roles)

    @property
    def changed_lines(self) -> int:
        """How many lines the change added or removed (an edited line counts once)."""
        return sum(max(h.old_count, h.new_count) for pair in self.pairs for h in pair.hunks)
