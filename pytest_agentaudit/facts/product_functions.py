"""The functions of head's product under a name: what a copy in a test file is held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.on_demand import OnDemand

if TYPE_CHECKING:
    from pytest_agentaudit.facts.top_functions import TopFunctions

MOST_FILES = 4
"""A name that more product files define (`run`, `get`) says nothing."""

LARGEST = 400_000
"""Bytes above which a file is not read for this."""


class ProductFunction(Struct, frozen=True):
    """A function at module level of the product."""

    path: str
    line: int
    parameters: tuple[str, ...]
    fingerprint: str


class ProductFunctions(OnDemand[tuple[ProductFunction, ...]]):
    """Bare name -> the product's module-level functions of that name. Parses the few files that define it, when asked.

    Every name has an answer: none, where the product has no such function or too many files define one.
    """

    def __init__(self, tree: Tree, defined: Mapping[str, frozenset[str]]) -> None:
        self._tree, self._defined = tree, defined
        self._read: dict[str, TopFunctions | None] = {}

    def __getitem__(self, name: str) -> tuple[ProductFunction, ...]:
        """The functions of that name."""
        paths = sorted(self._defined.get(name, frozenset()))
        return tuple(it for path in paths for it in self._of(path, name)) if len(paths) <= MOST_FILES else ()

    def _of(self, path: str, name: str) -> Iterator[ProductFunction]:
        if path not in self._read:
            room = import_module("pytest_agentaudit.facts.top_functions")  # few changes ask for any
            content = self._tree.read(path)
            small = content is not None and len(content) <= LARGEST
            self._read[path] = room.TopFunctions(content, path) if content and small else None
        read = self._read[path]
        return read.named(name) if read else iter(())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self[name])
