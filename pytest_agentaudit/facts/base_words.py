"""Which of the base's Python files hold which word: every audit on top of the same base asks for much the same ones."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.carried import Carried
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.tree_texts import TreeTexts, stands

MOST_WORDS = 5_000
"""So many words are kept for a base."""
MOST_TELLING = 40
"""So many files, as those to begin with."""


def _any_role(_path: str, _content: bytes) -> FileRole:
    return FileRole.PRODUCT


class Kept(Struct, frozen=True, array_like=True):
    """What is kept of a base: words with the numbers of the files that hold them, and the paths of telling files."""

    words: dict[bytes, list[int]] = {}
    telling: list[str] = []


class BaseWords:
    """The words of the base's tree that were asked for, by this audit or an earlier one: `paths` are the tree's Python
    files.
    """

    def __init__(self, shelf: Shelf[Kept], paths: Sequence[str], texts: TreeTexts) -> None:
        self._shelf, self._paths, self._texts = shelf, paths, texts
        self._fresh: dict[bytes, list[int]] = {}
        self._told: dict[str, None] = {}

    def keeps(self, word: bytes) -> bool:
        """Whether nothing has to be read to tell where the word stands."""
        return word in self._kept.words or word in self._fresh

    def paths(self, word: bytes) -> list[str]:
        """The paths of the base's Python files in which the word stands, in order."""
        numbers = self._kept.words.get(word)
        if numbers is None:
            numbers = self._fresh.get(word)
        if numbers is None:
            numbers = self._fresh[word] = [self._numbers[side.path] for side in self._texts.standing(word)]
        return [self._paths[number] for number in numbers]

    def telling(self) -> Sequence[str]:
        """The files near a change that held a word which an earlier audit looked for, the latest first."""
        return self._kept.telling

    def tell(self, path: str) -> None:
        """Note such a file."""
        self._told[path] = None

    def expect(self, words: Collection[bytes]) -> None:
        """Be ready for these words."""
        self._texts.expect([word for word in words if not self.keeps(word)])

    def keep(self) -> None:
        """Keep what was looked up, for the next audit."""
        kept = self._kept
        fresh = dict(list(self._fresh.items())[: max(MOST_WORDS - len(kept.words), 0)])
        telling = list(dict.fromkeys([*self._told, *kept.telling]))[:MOST_TELLING]
        if fresh or telling != kept.telling:
            self._shelf.write(Kept({**kept.words, **fresh}, telling))

    @cached_property
    def _kept(self) -> Kept:
        """What an earlier audit kept; files that are not there cannot be meant."""
        kept = self._shelf.read() or Kept()
        last = len(self._paths)
        words = {word: numbers for word, numbers in kept.words.items() if all(0 <= it < last for it in numbers)}
        return Kept(words, kept.telling)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {path: number for number, path in enumerate(self._paths)}


class CarriedWords:
    """The words of head's tree: those of the base, but for the files in which the two differ."""

    def __init__(self, words: BaseWords, carried: Carried) -> None:
        self._words, self._carried = words, carried

    def keeps(self, word: bytes) -> bool:
        """Whether the base's files are known to hold the word or not."""
        return self._words.keeps(word)

    def telling(self) -> Sequence[str]:
        """The files that told something in earlier audits."""
        return self._words.telling()

    def tell(self, path: str) -> None:
        """Note a file that told something."""
        self._words.tell(path)

    def expect(self, words: Collection[bytes]) -> None:
        """Be ready for these words."""
        self._words.expect(words)
        self._others.expect(words)

    def __call__(self, word: bytes) -> Sequence[str]:
        """The paths of head's Python files in which the word stands, in order."""
        kept = self._carried.still(self._words.paths(word), lambda content: stands(content, word))
        return sorted({*kept, *self._fresh(word)})

    def _fresh(self, word: bytes) -> Iterator[str]:
        """Those to which it came."""
        if word in self._all_added:
            added = self._carried.added
            yield from (side.path for side in added if word in side.content and stands(side.content, word))
        yield from (side.path for side in self._others.standing(word))

    @cached_property
    def _all_added(self) -> bytes:
        return b"\n".join(side.content for side in self._carried.added)

    @cached_property
    def _others(self) -> TreeTexts:
        return TreeTexts(self._carried.others, _any_role)
