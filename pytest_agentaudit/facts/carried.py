"""What is known of the base's tree holds of head's too, but for the files in which the two differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import FilePair, Side, Tree
from pytest_agentaudit.facts.tree_texts import Part


class Carried:
    """The Python files of two trees by whether they are the same. `pairs` are the change's: of a file that was edited
    in its place, what the base's has not stands in the added lines, which are a small part of it.
    """

    def __init__(self, old: Tree, new: Tree, pairs: Iterable[FilePair] = ()) -> None:
        self._old, self._new, self._pairs = old, new, pairs

    @cached_property
    def old(self) -> list[str]:
        """The base's, in order."""
        return listing(self._old).python

    @cached_property
    def _paths(self) -> list[str]:
        return listing(self._new).python

    @cached_property
    def same(self) -> frozenset[str]:
        """Those that certainly are what they were."""
        old, new = self._old.entries(), self._new.entries()
        return frozenset(it for it in self._paths if new[it].oid and new[it] == old.get(it))

    @cached_property
    def edited(self) -> Mapping[str, Side]:
        """Those of head that were edited in their place, by path."""
        there = {*self._paths} - self.same
        both = ((it.old, it.new) for it in self._pairs)
        return {new.path: new for old, new in both if old and new and old.path == new.path and new.path in there}

    def still(self, paths: Iterable[str], holds: Callable[[bytes], bool]) -> Iterator[str]:
        """Of these files of the base, in which something is known to hold, those of head in which it does too."""
        for path in paths:
            if path in self.same or (path in self.edited and holds(self.edited[path].content)):
                yield path

    @cached_property
    def added(self) -> tuple[Side, ...]:
        """The added lines of these."""
        edited = self.edited
        pairs = (it for it in self._pairs if it.path in edited)
        return tuple(Side(it.path, edited[it.path].mode, b"\n".join(_added(it))) for it in pairs)

    @cached_property
    def others(self) -> Part:
        """Those of head that differ otherwise: new ones, moved ones, and what no object's name vouches for."""
        return Part(self._new, (path for path in self._paths if path not in self.same and path not in self.edited))


def _added(pair: FilePair) -> Iterator[bytes]:
    return pair.new.lines(sorted(pair.added)) if pair.new else iter(())
