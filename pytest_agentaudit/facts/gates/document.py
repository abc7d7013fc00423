"""YAML and JSON as plain nested values with the line of each; nothing in them is ever constructed or run."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from msgspec import Struct

from pytest_agentaudit.patterns import regex

LONGEST = 400_000
"""Characters above which a document is not read."""

DEEPEST = 60
"""How deep a document may nest."""

_BRACKETS = regex(rf"(?:[\[{{]\s*+){{{DEEPEST + 1}}}")
"""A reader of YAML looks at all open brackets once more for each that it meets."""

MOST_NODES = 100_000
"""How many nodes a document may have once its aliases are followed."""

_BROKEN = (ValueError, RecursionError, AttributeError, TypeError, IndexError, KeyError)
"""What a reader of YAML may raise over broken texts, beside its own errors."""

_JSON_COMMENT = regex(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)


class Item(Struct, frozen=True):
    """A value of a document: a mapping (by key), a list or a text, with the line on which it begins.

    A key's line is that of its item's `key_line`. `block` is true for a text of several lines, which begins one line
    below its mark.
    """

    value: Mapping[str, Item] | Sequence[Item] | str
    line: int
    key_line: int = 0
    block: bool = False

    @property
    def place(self) -> int:
        """The line where a reader looks for it: its key's, or its own."""
        return self.key_line or self.line

    @property
    def text(self) -> str:
        """A scalar's text; "" for anything else."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def items(self) -> Sequence[Item]:
        """A list's items; none for anything else."""
        return () if isinstance(self.value, (str, Mapping)) else self.value

    @property
    def entries(self) -> Mapping[str, Item]:
        """A mapping's entries; none for anything else."""
        return self.value if isinstance(self.value, Mapping) else {}

    def get(self, *keys: str) -> Item:
        """The item under nested keys; an empty text where there is none."""
        found = self
        for key in keys:
            found = found.entries.get(key, NOTHING)
        return found

    def __bool__(self) -> bool:
        return self is not NOTHING

    def texts(self) -> tuple[str, ...]:
        """A list's texts, a scalar as a list of one, a mapping's keys."""
        if isinstance(self.value, str):
            return (self.value,) if self.value else ()
        return tuple(self.value) if isinstance(self.value, Mapping) else tuple(it.text for it in self.items)

    def scalars(self) -> Iterator[Item]:
        """Every text inside a list or a nested list; a scalar yields itself."""
        if isinstance(self.value, str):
            if self:
                yield self
        elif not isinstance(self.value, Mapping):
            for it in self.value:
                yield from it.scalars()


NOTHING = Item("", 0)
"""What is not there."""


@lru_cache(maxsize=16)
def yaml(text: str) -> Item:
    """The first document of a YAML text; NOTHING where it is none, or too large to be read."""
    if len(text) > LONGEST or _BRACKETS.search(text):
        return NOTHING
    reader = import_module("ruamel.yaml")  # most changes touch no YAML
    try:
        node = next(_nodes(text), None)
        return NOTHING if node is None else _Builder().item(node, 0, 0)
    except (reader.error.YAMLError, *_BROKEN):
        return NOTHING


def yaml_fault(text: str) -> str:
    """Why a text cannot be read as YAML, after the line ("3: ..."); "" where it can."""
    if len(text) > LONGEST:
        return f"1: has more than {LONGEST} characters"
    if deep := _BRACKETS.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        return f"{line}: nests more than {DEEPEST} deep"
    reader = import_module("ruamel.yaml")
    try:
        for node in _nodes(text):
            _Builder().item(node, 0, 0)
    except reader.error.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return f"{mark.line + 1 if mark else 1}: is not YAML: {error.problem}"
    except (reader.error.YAMLError, *_BROKEN) as error:
        return f"1: is not YAML: {' '.join(str(error).split())}"
    return ""


def _nodes(text: str) -> Iterator[_Node]:
    """The documents of a text as they are asked for. An anchor that is set twice is legal: the last one before an
    alias counts, and nobody is warned.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield from import_module("ruamel.yaml").YAML(typ="safe", pure=True).compose_all(text)


def json(text: str) -> Item:
    """A JSON text, comments allowed: JSON is YAML once its comments and tabs are gone."""
    plain = _JSON_COMMENT.sub(lambda found: found[1] or "\n" * found[0].count("\n"), text[: LONGEST + 1])
    return yaml(plain.replace("\t", " "))


class _Node(Protocol):
    """A node of ruamel.yaml: its `value` is a text, a list of nodes, or a list of pairs of nodes."""

    id: str
    value: Any
    start_mark: Any
    style: str | None


class _Builder:
    """Turns nodes into items, within limits: an alias may stand for a bomb or a circle."""

    def __init__(self) -> None:
        self._count = 0

    def item(self, node: _Node, key_line: int, depth: int) -> Item:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_NODES:
            raise ValueError("too deep or too large")
        line = node.start_mark.line + 1
        match node.id:
            case "mapping":
                return Item(self._entries(node, depth), line, key_line)
            case "sequence":
                return Item(tuple(self.item(it, 0, depth + 1) for it in node.value), line, key_line)
        return Item(str(node.value), line, key_line, node.style in ("|", ">"))

    def _entries(self, node: _Node, depth: int) -> dict[str, Item]:
        entries: dict[str, Item] = {}
        for key, value in node.value:
            name = str(key.value) if key.id == "scalar" else ""
            inner = self.item(value, key.start_mark.line + 1, depth + 1)
            if name == "<<":
                for merged in inner.items or (inner,):
                    entries = {**merged.entries, **entries}
            else:
                entries[name] = inner
        return entries
