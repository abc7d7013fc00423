"""How a house suppresses: its habit, by which a new suppression is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from itertools import islice

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.suppressions_table import may_be_marked
from pytest_agentaudit.facts.tree_texts import TreeTexts

HABIT_FILES = 1_500
"""How many files with a suppression, in path order, are enough to know a house's habit."""


Rows = list[tuple[str, str, int]]
"""A habit as it is kept: checker, way, and how often."""


class House(Mapping[tuple[str, str], int]):
    """How often a tree's product files suppress a checker in which way: the keys are those of `habits`. Counted when
    somebody asks, and once for all audits where there is a `shelf`.
    """

    def __init__(self, texts: TreeTexts, shelf: Shelf[Rows] | None = None) -> None:
        self._texts, self._shelf = texts, shelf

    @cached_property
    def _counts(self) -> Counter[tuple[str, str]]:
        kept = self._shelf.read() if self._shelf else None
        if kept is not None:
            return Counter({(checker, how): count for checker, how, count in kept})
        counts = self._counted()
        if self._shelf:
            self._shelf.write([(checker, how, count) for (checker, how), count in counts.items()])
        return counts

    def _counted(self) -> Counter[tuple[str, str]]:
        sides = (side for side in self._texts.sides if may_be_marked(side.content))
        product = (side.content for side in sides if self._texts.role(side) is FileRole.PRODUCT)
        counts: Counter[tuple[str, str]] = import_module("pytest_agentaudit.facts.suppressions").habit(
            islice(product, HABIT_FILES)
        )
        return counts

    def __getitem__(self, key: tuple[str, str]) -> int:
        """The count, 0 where there is none."""
        return self._counts[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)
