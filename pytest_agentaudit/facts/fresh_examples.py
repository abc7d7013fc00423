"""Examples in docstrings and texts (doctest) that a change brought or edited."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from msgspec import Struct

from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Definition
from pytest_agentaudit.patterns import regex

_EXAMPLE = regex(rb"""[ \t]*(?:[rRuU]?(?:\"{3}|'{3}))?>>> """)
_END = regex(rb"""^\s*$|\"{3}|'{3}""")


class FreshExamples(Struct, frozen=True):
    """The first line of a docstring's or text's examples that the change brought or edited, and whose they are."""

    line: int
    title: str


def has_examples(file: FileDelta) -> bool:
    """Whether a line of an example, or of what it says must come out, was added."""
    return any(True for _ in _lines(file))


def fresh_examples(file: FileDelta, name: str) -> FreshExamples | None:
    """Those of the test that doctest calls `name` ("shop.pricing.total", or a text's own name); None where the change
    met no example of it.
    """
    owner = _owner(file, name)
    if owner:
        mine = (line for line in _lines(file) if owner.start_line <= line <= owner.end_line)
    else:
        every = file.new.definitions if file.new else ()
        mine = (line for line in _lines(file) if not any(it.start_line <= line <= it.end_line for it in every))
    line = next(mine, None)
    title = owner.qualified_name if owner else file.path
    return None if line is None else FreshExamples(line, f"the examples of `{title}`")


def _lines(file: FileDelta) -> Iterator[int]:
    """The added lines of examples: they begin with a prompt, and end before an empty line."""
    new = file.pair.new
    lines = new.content.split(b"\n") if new and b">>> " in new.content else []
    for number in sorted(file.pair.added) if lines else ():
        if _is_of_example(reversed(lines[:number])):
            yield number


def _is_of_example(above: Iterable[bytes]) -> bool:
    """Whether a prompt stands above in the same paragraph, and in the same string."""
    return any(map(_EXAMPLE.match, takewhile(lambda line: _EXAMPLE.match(line) or not _END.search(line), above)))


def _owner(file: FileDelta, name: str) -> Definition | None:
    """The definition whose docstring doctest calls so: the module's name comes first."""
    known = file.new.definitions if file.new else ()
    found = [it for it in known if name.endswith(f".{it.qualified_name}")]
    return max(found, key=lambda it: it.qualified_name.count("."), default=None)
