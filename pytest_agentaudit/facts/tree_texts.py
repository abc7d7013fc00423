"""The Python files of a tree, read once for everything that looks words up in files that the change did not touch."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Protocol

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Entry, FileRole, Side, Tree
from pytest_agentaudit.contents import Content, Stored
from pytest_agentaudit.facts.nearness import nearest

RoleOf = Callable[[str, bytes], FileRole]


class Known(Protocol):
    """Which words stand where in a tree, as somebody noted it."""

    def __call__(self, word: bytes) -> Sequence[str]:
        """The paths of the files in which the word stands, in order."""
        ...

    def keeps(self, word: bytes) -> bool:
        """Whether that is known without reading the tree."""
        ...

    def telling(self) -> Sequence[str]:
        """The files near an earlier change that held a word which was looked for: the best place to begin."""
        ...

    def tell(self, path: str) -> None:
        """Note such a file."""
        ...

    def expect(self, words: Collection[bytes]) -> None:
        """Be ready for these words."""
        ...


NEAR_FILES = 100
"""How many files count as near to a change: of those whose path speaks of tests, and of the rest."""

PORTION = 400
"""How many files are read together after these. The first portion are the near ones."""

FEW_WORDS = 24
"""So many words are searched for in the bytes; for more it is cheaper to note once which file holds which word."""

MANY_WORDS = 400
"""From so many on that are expected, to note which files hold all words takes more memory than these are worth."""

_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_GAPS = frozenset({b"", *(bytes([code]) for code in range(256) if code not in _WORD_BYTES)})
_TO_WORDS = bytes(code if code in _WORD_BYTES else ord(" ") for code in range(256))


_Numbers = dict[bytes, int | list[int]]


def _is_word(word: bytes) -> bool:
    return bool(word) and b" " not in word and word.translate(_TO_WORDS) == word


def places(text: bytes, word: bytes) -> Iterator[int]:
    """Where a word stands in a text. A plain word is searched for as it is: a pattern takes ten times as long."""
    if not _is_word(word):
        pattern = re.compile(rb"\b" + re.escape(word) + rb"\b")
        yield from (found.start() for found in pattern.finditer(text))
        return
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if text[at - 1 : at] in _GAPS and text[end : end + 1] in _GAPS:
            yield at
        at = text.find(word, end)


def stands(text: bytes, word: bytes) -> bool:
    """Whether a word stands in a text."""
    return any(True for _ in places(text, word))


def _any_side(_side: Side) -> bool:
    return True


def _untold(_path: str) -> None:
    """Nobody wants to know in which files a word was found."""


def python_sides(tree: Tree, beside: str | None = None) -> Iterator[Side]:
    """The readable Python files of a tree, in path order; with `beside`, a path, those in its folder alone."""
    known = listing(tree)
    paths = known.python if beside is None else known.beside(beside)
    tree.expect(paths)
    return sides_at(tree, paths)


def sides_at(tree: Tree, paths: Iterable[str]) -> Iterator[Side]:
    """Those of these files of a tree that can be read."""
    entries = tree.entries()
    for path in paths:
        content = tree.held(path)
        if content is not None:
            yield Side(path, entries[path].mode, content)


class _Portions:
    """Files of a tree in a given order, read when they are gone through, as far as that goes, and once."""

    def __init__(self, tree: Tree, paths: Sequence[str]) -> None:
        self._tree, self._left, self._sides = tree, list(paths), list[Side]()
        self._size = NEAR_FILES

    def __iter__(self) -> Iterator[Side]:
        at = 0
        while at < len(self._sides) or self.go_on():
            yield from self._sides[at : (at := len(self._sides))]

    @property
    def is_read(self) -> bool:
        """Whether nothing is left to read."""
        return not self._left

    def go_on(self) -> bool:
        """Read one portion more; whether there was one."""
        part, self._left = self._left[: self._size], self._left[self._size :]
        self._size = PORTION
        self._tree.expect(part)
        self._sides += sides_at(self._tree, part)
        return bool(part)


class Part:
    """Some files of a tree, as a tree of their own."""

    def __init__(self, tree: Tree, paths: Iterable[str]) -> None:
        entries = tree.entries()
        self._tree, self._entries = tree, {path: entries[path] for path in paths}

    def entries(self) -> Mapping[str, Entry]:
        """These files."""
        return self._entries

    def expect(self, paths: Iterable[str]) -> None:
        """The whole tree knows how."""
        self._tree.expect(paths)

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        return self._tree.read(path)

    def held(self, path: str) -> Content | None:
        """The same, as it is kept."""
        return self._tree.held(path)

    def hold(self, path: str, content: Stored) -> None:
        """The whole tree lets go of it."""
        self._tree.hold(path, content)


class TreeTexts:
    """A tree's Python files, their roles, and the files that hold a word. Reads the tree once, when asked, and what
    stands near the paths `near_to` first; where it is `known` which paths hold a word, no more of it than these. The
    paths of files that were found to hold one are handed to `tell`.
    """

    def __init__(
        self,
        tree: Tree,
        role_of: RoleOf,
        known: Known | None = None,
        near_to: Collection[str] = frozenset(),
        tell: Callable[[str], None] = _untold,
    ) -> None:
        self._tree, self._role_of, self._known, self._near_to, self._tell = tree, role_of, known, near_to, tell
        self._roles: dict[str, FileRole] = {}
        self._asked = 0
        self._expected: frozenset[bytes] = frozenset()
        self._expected_words: _Numbers | None = None

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        """Every readable Python file, in path order."""
        return tuple(sorted(chain(*self._by_look), key=attrgetter("path")))

    def near(self, words: Iterable[bytes]) -> Iterator[TreeTexts]:
        """Parts of the tree that are cheaper places to find these words, the cheapest first. None where the whole is as
        cheap: it was read, or it is known where they stand.
        """
        if self._known is None:
            if not all(it.is_read for it in self._by_look):
                yield self._nearest
        elif not all(map(self._known.keeps, words)):
            if self._telling is not None:
                yield self._telling
            yield self._nearest

    def expect(self, words: Collection[bytes]) -> None:
        """Be ready for many words that somebody is going to look for: they are noted in one go through the files, which
        takes less memory than all words do.
        """
        if len(words) < MANY_WORDS:
            return
        self._expected |= frozenset(filter(_is_word, words))
        self._expected_words = None
        if self._known is not None:
            self._known.expect(words)

    @cached_property
    def _telling(self) -> TreeTexts | None:
        """The files that told something in earlier audits."""
        there = self._tree.entries()
        paths = [path for path in self._known.telling() if path in there] if self._known else []
        return self._part(paths) if paths else None

    @cached_property
    def _nearest(self) -> TreeTexts:
        tests, rest = self._paths_by_look
        tell = self._known.tell if self._known else _untold
        return self._part([*tests[:NEAR_FILES], *rest[:NEAR_FILES]], tell)

    def _part(self, paths: Iterable[str], tell: Callable[[str], None] = _untold) -> TreeTexts:
        texts = TreeTexts(Part(self._tree, paths), self._role_of, tell=tell)
        texts.expect(self._expected)
        return texts

    def role(self, side: Side) -> FileRole:
        """The role of one of the files."""
        if side.path not in self._roles:
            self._roles[side.path] = self._role_of(side.path, side.content)
        return self._roles[side.path]

    def of_role(self, roles: Collection[FileRole]) -> Iterator[Side]:
        """The files with one of these roles, in path order."""
        return (side for side in self.sides if self.role(side) in roles)

    def holding(self, word: bytes, roles: Collection[FileRole]) -> list[Side]:
        """The files with one of these roles in which the word stands (in comments and strings too), in path order."""
        found = [side for side in self.standing(word) if self.role(side) in roles]
        for side in found:
            self._tell(side.path)
        return found

    def standing(self, word: bytes) -> Iterator[Side]:
        """The files in which the word stands, whatever their role, in path order."""
        if self._known is None:
            self._asked += word not in self._expected
            return self._candidates(word)
        paths = self._known(word)
        self._tree.expect(paths)
        return sides_at(self._tree, paths)

    def holds(self, word: bytes, roles: Collection[FileRole], fits: Callable[[Side], bool] = _any_side) -> bool:
        """Whether the word stands in a file with one of these roles that `fits`. Stops at the first one, and begins
        with those that have such a role by the look of their path, near the change.
        """
        if self._known is not None:
            if any(near.holds(word, roles, fits) for near in self.near([word])):
                return True
            paths = sorted(self._known(word), key=lambda path: ("test" in path) != (FileRole.TEST in roles))
            return any(self.role(side) in roles and fits(side) for side in sides_at(self._tree, paths))
        self._asked += word not in self._expected
        found = next((side for side in self._likely(word, roles) if self.role(side) in roles and fits(side)), None)
        if found:
            self._tell(found.path)
        return found is not None

    def _likely(self, word: bytes, roles: Collection[FileRole]) -> Iterator[Side]:
        """The files in which the word stands, those that have one of these roles by the look of their path first."""
        if self._is_noted(word):
            return self._candidates(word)
        likely, rest = self._by_look if FileRole.TEST in roles else reversed(self._by_look)
        return (side for side in chain(likely, rest) if word in side.content and stands(side.content, word))

    @cached_property
    def _by_look(self) -> tuple[_Portions, _Portions]:
        """The files whose path speaks of tests, and the others, nearest to the change first."""
        tests, rest = self._paths_by_look
        return _Portions(self._tree, tests), _Portions(self._tree, rest)

    @cached_property
    def _paths_by_look(self) -> tuple[list[str], list[str]]:
        found: tuple[list[str], list[str]] = [], []
        for path in nearest(listing(self._tree).python, self._near_to):
            found["test" not in path].append(path)
        return found

    def _is_noted(self, word: bytes) -> bool:
        """Whether so many words were asked for, or expected, that the files of this one are known."""
        return word in self._expected or (self._asked > FEW_WORDS and _is_word(word))

    def _candidates(self, word: bytes) -> Iterator[Side]:
        if self._is_noted(word):
            there = (self._ready if word in self._expected else self._words).get(word, ())
            return (self.sides[number] for number in (there if not isinstance(there, int) else (there,)))
        holding = (side for side in self.sides if word in side.content)  # far cheaper than to look for whole words
        return (side for side in holding if stands(side.content, word))

    @cached_property
    def _words(self) -> _Numbers:
        return self._noted(None)

    @property
    def _ready(self) -> _Numbers:
        if self._expected_words is None:
            self._expected_words = self._noted(self._expected)
        return self._expected_words

    def _noted(self, wanted: frozenset[bytes] | None) -> _Numbers:
        """The numbers of the files that hold a word, for those that are wanted (None: all words): most stand in one
        file, and need no list.
        """
        found: _Numbers = {}
        for number, side in enumerate(self.sides):
            here = set(side.content.translate(_TO_WORDS).split())
            for word in here if wanted is None else here & wanted:
                known = found.setdefault(word, number)
                if isinstance(known, list):
                    known.append(number)
                elif known != number:
                    found[word] = [known, number]
        return found
