"""Two trees side by side: the files in which they differ, with the bytes of both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from msgspec import Struct, field

from pytest_agentaudit.change.kept_hunks import Sides, all_hunks
from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Entry, FilePair, FileRole, Hunk, Passed, Side, Tree
from pytest_agentaudit.change.renames import renames
from pytest_agentaudit.contents import Shelf

UNREAD = "cannot be read"
TOGETHER = 200
"""Files of a side that are read before any is looked at: of a large change, not all wait in memory."""
HunksOf = Callable[[Sequence[Sides]], Sequence[tuple[Hunk, ...]]]


@runtime_checkable
class Explaining(Protocol):
    """A tree that knows why it could not read a path that it has."""

    def reason(self, path: str) -> str:
        """The cause, in a few words."""
        ...


class _Sides(Struct):
    """The sides of changed files by path, and the paths that are named only."""

    old: dict[str, Side] = field(default_factory=dict)
    new: dict[str, Side] = field(default_factory=dict)
    passed: dict[str, str] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    shelf: Shelf = field(default_factory=Shelf)


def compare(
    old: Tree,
    new: Tree,
    role: Callable[[str, bytes], FileRole],
    candidates: Iterable[str] | None = None,
    hunks_of: HunksOf = all_hunks,
) -> tuple[tuple[FilePair, ...], tuple[Passed, ...]]:
    """The changed files in path order, renamed ones as one pair, and the changed paths that are not read.

    `candidates` are paths that may differ (all, where it is None). `role` is asked with a file's path and the bytes of
    its old side, where it has one: what a change writes into a file does not decide how the file is judged. `hunks_of`
    compares the two sides.
    A symlink or submodule counts as no file; a path of which one side cannot be read gives no pair.
    """
    paths = {*old.entries(), *new.entries()} if candidates is None else set(candidates)
    if not paths:
        return (), ()
    sides = _Sides()
    before, after = old.entries(), new.entries()
    differing = [path for path in sorted(paths) if not _same(before.get(path), after.get(path))]
    for first in range(0, len(differing), TOGETHER):
        together = differing[first : first + TOGETHER]
        for tree, known in ((old, sides.old), (new, sides.new)):
            tree.expect(together)
            for path in together:
                _take(sides, known, tree, path)
    pairs = [pair for pair in _pairs(sides, role, hunks_of) if _differs(pair)]
    passed = tuple(Passed(path, reason) for path, reason in sorted(sides.passed.items()))
    return tuple(sorted(pairs, key=lambda pair: pair.path)), passed


def _same(old: Entry | None, new: Entry | None) -> bool:
    """Whether two entries are known to be equal without reading (a missing object name tells nothing)."""
    return old == new and (old is None or bool(old.oid))


def _take(sides: _Sides, known: dict[str, Side], tree: Tree, path: str) -> None:
    """Read one side of a path, or note why not."""
    entry = tree.entries().get(path)
    if entry is None:
        return
    content = None if entry.mode == SUBMODULE else tree.read(path)
    if entry.mode == SUBMODULE:
        sides.passed[path] = "submodule"
    elif content is None:
        sides.passed[path] = tree.reason(path) if isinstance(tree, Explaining) else UNREAD
        sides.blocked.add(path)
    elif entry.mode == SYMLINK:
        sides.passed[path] = f"symlink to {content.decode('utf-8', 'surrogateescape')}"
    else:
        held = sides.shelf.put(content)
        if not isinstance(held, bytes):
            tree.hold(path, held)
        known[path] = Side(path, entry.mode, held)


def _pairs(sides: _Sides, role: Callable[[str, bytes], FileRole], hunks_of: HunksOf) -> Iterator[FilePair]:
    old = {path: side for path, side in sides.old.items() if path not in sides.blocked}
    new = {path: side for path, side in sides.new.items() if path not in sides.blocked}
    moved = renames(_contents(old, new), _contents(new, old))
    origins = set(moved.values())
    paths = sorted({*old, *new} - origins)
    both = [(old.get(moved.get(path, path)), new.get(path)) for path in paths]
    for path, (one, other), found in zip(paths, both, hunks_of(both), strict=True):
        content = (one.content if one else b"") or (other.content if other else b"")
        yield FilePair(one, other, role(path, content), found)


def _contents(sides: Mapping[str, Side], others: Mapping[str, Side]) -> dict[str, bytes]:
    """The contents of the files that only one side has."""
    return {path: side.content for path, side in sides.items() if path not in others}


def _differs(pair: FilePair) -> bool:
    """Whether a pair is a change at all: work trees offer files that turn out to be as they were."""
    old, new = pair.old, pair.new
    return old is None or new is None or (old.path, old.mode, old.content) != (new.path, new.mode, new.content)
