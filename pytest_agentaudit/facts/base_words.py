"""Which of the base's Python files hold which word: every audit on top of the same base asks for much the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import msgspec

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import FileRole, Tree
from pytest_agentaudit.facts.digests import digest
from pytest_agentaudit.facts.kept import Store
from pytest_agentaudit.facts.tree_texts import Part, TreeTexts

MOST_WORDS = 5_000
"""So many words are kept for a base."""


def _any_role(_path: str, _content: bytes) -> FileRole:
    return FileRole.PRODUCT


class BaseWords:
    """The words of the base's tree that were asked for, by this audit or an earlier one. `base` names the commit."""

    def __init__(self, store: Store, base: str, tree: Tree, texts: TreeTexts) -> None:
        self._store, self._tree, self._texts = store, tree, texts
        self._key = digest(b"words", base.encode())
        self._fresh: dict[bytes, list[int]] = {}

    def keeps(self, word: bytes) -> bool:
        """Whether nothing has to be read to tell where the word stands."""
        return word in self._kept or word in self._fresh

    def paths(self, word: bytes) -> list[str]:
        """The paths of the base's Python files in which the word stands, in order."""
        numbers = self._kept.get(word)
        if numbers is None:
            numbers = self._fresh.get(word)
        if numbers is None:
            numbers = self._fresh[word] = [self._numbers[side.path] for side in self._texts.standing(word)]
        return [self._paths[number] for number in numbers]

    def keep(self) -> None:
        """Keep what was looked up, for the next audit."""
        room = MOST_WORDS - len(self._kept)
        if self._fresh and room > 0:
            found = dict(list(self._fresh.items())[:room])
            self._store.write({self._key: msgspec.msgpack.encode({**self._kept, **found})})

    @cached_property
    def _kept(self) -> Mapping[bytes, list[int]]:
        """What an earlier audit kept; what is damaged counts as missing."""
        value = self._store.read([self._key]).get(self._key, b"")
        try:
            kept = msgspec.msgpack.decode(value, type=dict[bytes, list[int]])
        except msgspec.MsgspecError:
            return {}
        last = len(self._paths)
        return {word: numbers for word, numbers in kept.items() if all(0 <= it < last for it in numbers)}

    @cached_property
    def _paths(self) -> list[str]:
        return listing(self._tree).python

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self._paths)}


class CarriedWords:
    """The words of head's tree: those of the base, but for the files in which the two differ."""

    def __init__(self, words: BaseWords, old: Tree, new: Tree) -> None:
        self._words, self._old, self._new = words, old, new

    def keeps(self, word: bytes) -> bool:
        """Whether the base's files are known to hold the word or not."""
        return self._words.keeps(word)

    def __call__(self, word: bytes) -> Sequence[str]:
        """The paths of head's Python files in which the word stands, in order."""
        fresh = (side.path for side in self._differing.standing(word))
        return sorted([*(path for path in self._words.paths(word) if path in self._same), *fresh])

    @cached_property
    def _paths(self) -> list[str]:
        return listing(self._new).python

    @cached_property
    def _same(self) -> frozenset[str]:
        """The Python files that certainly are what they were."""
        old, new = self._old.entries(), self._new.entries()
        return frozenset(it for it in self._paths if new[it].oid and new[it] == old.get(it))

    @cached_property
    def _differing(self) -> TreeTexts:
        """The Python files of head that are not."""
        return TreeTexts(Part(self._new, (path for path in self._paths if path not in self._same)), _any_role)
