"""How a house suppresses: its habit, by which a new suppression is judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from itertools import islice

import msgspec
from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.suppressions_table import may_be_marked
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.store import Store

HABIT_FILES = 1_500
"""How many files with a suppression, in path order, are enough to know a house's habit."""


class Shelf(Struct, frozen=True, dict=True):
    """Where the habit of one tree stays from one audit to the next: `name` gives what stands for the tree, and for all
    that its files' roles go by; it is asked once somebody wants to know the habit.
    """

    store: Store
    name: Callable[[], bytes]

    @cached_property
    def key(self) -> bytes:
        """Under what it is kept."""
        return self.name()

    def read(self) -> Counter[tuple[str, str]] | None:
        """What an earlier audit counted; what is damaged counts as missing."""
        value = self.store.read([self.key]).get(self.key)
        if value is None:
            return None
        try:
            rows = msgspec.msgpack.decode(value, type=list[tuple[str, str, int]])
        except msgspec.MsgspecError:
            return None
        return Counter({(checker, how): count for checker, how, count in rows})

    def write(self, counts: Counter[tuple[str, str]]) -> None:
        """Keep what was counted; what no UTF-8 can say is not kept."""
        rows = [(checker, how, count) for (checker, how), count in counts.items()]
        with suppress(UnicodeEncodeError):
            self.store.write({self.key: msgspec.msgpack.encode(rows)})


class House(Mapping[tuple[str, str], int]):
    """How often a tree's product files suppress a checker in which way: the keys are those of `habits`. Counted when
    somebody asks, and once for all audits where there is a `shelf`.
    """

    def __init__(self, texts: TreeTexts, shelf: Shelf | None = None) -> None:
        self._texts, self._shelf = texts, shelf

    @cached_property
    def _counts(self) -> Counter[tuple[str, str]]:
        kept = self._shelf.read() if self._shelf else None
        if kept is not None:
            return kept
        counts = self._counted()
        if self._shelf:
            self._shelf.write(counts)
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
