"""Facts about files that the change did not touch, looked up only when a rule asks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, FileRole, Side, Tree
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.suppressions import habits, suppressions
from pytest_agentaudit.facts.suppressions_table import BYTES_MARK

RoleOf = Callable[[str, bytes], FileRole]
TESTS = frozenset({FileRole.TEST, FileRole.CONFTEST})

HABIT_FILES = 1_500
"""How many files with a suppression, in path order, are enough to know a house's habit."""


def python_sides(tree: Tree) -> Iterator[Side]:
    """The readable Python files of a tree, in path order."""
    for path, entry in sorted(tree.entries().items()):
        if path.endswith((".py", ".pyi")) and entry.mode not in {SYMLINK, SUBMODULE}:
            content = tree.read(path)
            if content is not None:
                yield Side(path, entry.mode, content)


class Mentions(Mapping[str, frozenset[str]]):
    """Bare name -> the tree's test files in whose text it stands as a word. Reads the test files once."""

    def __init__(self, tree: Tree, role_of: RoleOf) -> None:
        self._tree, self._role_of = tree, role_of
        self._found: dict[str, frozenset[str]] = {}

    @cached_property
    def _texts(self) -> tuple[tuple[str, bytes], ...]:
        return tuple(
            (side.path, side.content)
            for side in python_sides(self._tree)
            if self._role_of(side.path, side.content) in TESTS
        )

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that name it, none where nobody does: every name has an answer."""
        if name not in self._found:
            self._found[name] = self._files_with(name.encode(errors="surrogateescape"))
        return self._found[name]

    def _files_with(self, name: bytes) -> frozenset[str]:
        """A plain search leaves few texts for the pattern, which is ten times as slow."""
        word = re.compile(rb"\b" + re.escape(name) + rb"\b")
        return frozenset(path for path, text in self._texts if name in text and word.search(text))

    def quoting(self, source: str) -> frozenset[str]:
        """The files in whose text a piece of source stands as it is."""
        wanted = source.encode(errors="surrogateescape")
        return frozenset(path for path, text in self._texts if wanted in text)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self[name])

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class House(Mapping[tuple[str, str], int]):
    """How often a tree's product files suppress a checker in which way: the keys are those of `habits`."""

    def __init__(self, tree: Tree, role_of: RoleOf) -> None:
        self._tree, self._role_of = tree, role_of

    @cached_property
    def _counts(self) -> Counter[tuple[str, str]]:
        counts: Counter[tuple[str, str]] = Counter()
        files = 0
        for side in python_sides(self._tree):
            if not BYTES_MARK.search(side.content) or self._role_of(side.path, side.content) is not FileRole.PRODUCT:
                continue
            counts += habits(suppressions(scan(side.content)))
            files += 1
            if files >= HABIT_FILES:
                break
        return counts

    def __getitem__(self, key: tuple[str, str]) -> int:
        """The count, 0 where there is none."""
        return self._counts[key]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._counts)

    def __len__(self) -> int:
        return len(self._counts)


class Quotes(Mapping[str, frozenset[str]]):
    """A piece of source -> the tree's test files in whose text it stands as it is. Strings count without quotes."""

    def __init__(self, mentions: Mentions) -> None:
        self._mentions = mentions

    def __getitem__(self, source: str) -> frozenset[str]:
        """The files that hold it, none where nobody does: every source has an answer."""
        bare = source[1:-1] if source[:1] in {"'", '"'} and source[-1:] == source[:1] else source
        return self._mentions.quoting(bare) if bare else frozenset()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
