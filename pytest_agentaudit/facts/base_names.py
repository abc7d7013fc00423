"""Which product files of head define which names: read of the base once for all audits on top of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import PRODUCT
from pytest_agentaudit.facts.carried import Carried
from pytest_agentaudit.facts.defined import defines, definitions
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.tree_texts import RoleOf, TreeTexts

Numbers = dict[str, list[int]]
"""Names with the numbers of the base's files that define them."""


class CarriedNames(Mapping[str, frozenset[str]]):
    """The names that head's product defines: those of the base, whose files are `texts`, but for the files in which the
    two differ. The base's are kept on the `shelf`.
    """

    def __init__(self, shelf: Shelf[Numbers], texts: TreeTexts, carried: Carried, role_of: RoleOf) -> None:
        self._shelf, self._texts, self._carried, self._role_of = shelf, texts, carried, role_of

    @cached_property
    def _base(self) -> Numbers:
        kept, last = self._shelf.read(), len(self._carried.old)
        if kept is not None and all(0 <= it < last for numbers in kept.values() for it in numbers):
            return kept
        number = {path: at for at, path in enumerate(self._carried.old)}
        found = definitions(self._texts.of_role(PRODUCT))
        names = {name: sorted(number[path] for path in paths) for name, paths in found.items()}
        self._shelf.write(names)
        return names

    @cached_property
    def _fresh(self) -> Mapping[str, frozenset[str]]:
        """The names that came to a file."""
        edited = self._carried.edited
        added = (it for it in self._carried.added if self._role_of(it.path, edited[it.path].content) in PRODUCT)
        return definitions([*added, *TreeTexts(self._carried.others, self._role_of).of_role(PRODUCT)])

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that define it. KeyError where none does."""
        word = name.encode(errors="surrogateescape")
        paths = (self._carried.old[number] for number in self._base.get(name, ()))
        kept = self._carried.still(paths, lambda content: defines(content, word))
        found = self._fresh.get(name, frozenset()).union(kept)
        if not found:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in {**self._base, **self._fresh} if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
