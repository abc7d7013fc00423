"""What is known of the base's tree holds of head's too, but for the files in which the two differ."""

from __future__ import annotations

from functools import cached_property

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.tree_texts import Part


class Carried:
    """The Python files of two trees by whether they are the same."""

    def __init__(self, old: Tree, new: Tree) -> None:
        self._old, self._new = old, new

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
    def differing(self) -> Part:
        """Those of head that are not."""
        return Part(self._new, (path for path in self._paths if path not in self.same))
