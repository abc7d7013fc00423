"""TOML documents with the line of every key: tomllib reads values and forgets where they stood."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from pytest_agentaudit.patterns import regex

FILES_AT_HAND = 16
"""So many documents are remembered: the settings of both sides of a change are mostly the same, and asked for often."""

_LONG = regex(r"0[xob]\w{3500}")
_HUGE = 10**4300
Place = tuple[str | int, ...]
"""Where a value stands: the keys and list indexes that lead to it, from the root."""


class TomlError(ValueError):
    """The text is not TOML. `cause` says why in one line, `line` counts from 1 (0: not known)."""

    def __init__(self, cause: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {cause}" if line else cause)
        self.cause, self.line = cause, line


class Document(Struct, frozen=True):
    """What a TOML text says (`values`, as tomllib reads them) and on which line each key and list item begins."""

    values: dict[str, object]
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of `place`, or of the nearest table around it that is written out; 1 for the root."""
        while place not in self.lines and place:
            place = place[:-1]
        return self.lines.get(place, 1)


def loads(text: str) -> dict[str, object]:
    """What tomllib reads; ValueError also for an integer that Python refuses to write out again (over 4,300 digits: a
    decimal one tomllib refuses by itself, `0x...` it does not).
    """
    values = tomllib.loads(text)
    if _LONG.search(text) and any(_is_huge(value) for _, value in leaves(values)):
        raise ValueError("an integer of thousands of digits")
    return values


def _is_huge(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_is_huge, value))
    return any(map(_is_huge, value.values())) if isinstance(value, dict) else isinstance(value, int) and value >= _HUGE


@lru_cache(maxsize=FILES_AT_HAND)
def parse(text: str) -> Document:
    """Read a TOML document; TomlError where it is none (also where it nests deeper than the interpreter reads)."""
    try:
        return Document(loads(text), _Scanner(text).lines())
    except RecursionError:
        raise TomlError("nested too deeply") from None
    except ValueError as error:
        cause, _, position = str(error).partition(" (at ")
        line = re.match(r"line (\d+)", position)
        at_end = text.rstrip().count("\n") + 1 if position.startswith("end") else 0
        raise TomlError(cause.replace("\n", " "), int(line[1]) if line else at_end) from None


def leaves(value: object, place: Place = ()) -> Iterator[tuple[Place, object]]:
    """Every value that is not a table, with its place; an empty table is none, a list counts as one value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*place, key))
    else:
        yield place, value


_BLANK = regex(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = regex(r"""[A-Za-z0-9_-]+|"(?:\\.|[^"\\])*"|'[^']*'""")
_DOT = regex(r"[ \t]*\.[ \t]*")
_EQUALS = regex(r"[ \t]*=[ \t]*")
_OPENING = regex(r"\[?[ \t]*")
_CLOSING = regex(r"[ \t]*\]+")
_SCALAR = regex(
    r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|'
    r"'''.*?'''(?:'{0,2})|"
    r'"(?:\\.|[^"\\])*"|'
    r"'[^']*'|"
    r"[^,\]}#\n]+",
    re.DOTALL,
)


class _Scanner:
    """Walks a text that tomllib has already accepted, so it meets no malformed input."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[Place, int] = {}
        self._tables: dict[Place, int] = {}  # arrays of tables, with the number of their items so far

    def lines(self) -> dict[Place, int]:
        table: Place = ()
        while self._skip():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _skip(self) -> bool:
        """Pass white space and comments; whether anything follows."""
        self._take(_BLANK)
        return self._at < len(self._text)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError(f"unexpected text at character {self._at}")
        self._at = match.end()
        return match[0]

    def _accept(self, mark: str) -> bool:
        found = self._text.startswith(mark, self._at)
        self._at += len(mark) * found
        return found

    def _note(self, place: Place, at: int) -> None:
        self._lines.setdefault(place, bisect_left(self._breaks, at) + 1)

    def _key(self) -> str:
        raw = self._take(_KEY)
        return str(tomllib.loads(f"k = {raw}")["k"]) if raw[0] in "\"'" else raw

    def _keys(self, place: Place) -> Place:
        """Read a dotted key below `place`, following arrays of tables to their last item."""
        while True:
            start = self._at
            place = (*place, self._key())
            self._note(place, start)
            if not _DOT.match(self._text, self._at):
                return place
            self._take(_DOT)
            if place in self._tables:
                place = (*place, self._tables[place] - 1)

    def _header(self) -> Place:
        start, is_item = self._at, self._accept("[[")
        self._take(_OPENING)
        place = self._keys(())
        self._take(_CLOSING)
        if is_item:
            self._tables[place] = self._tables.get(place, 0) + 1
            place = (*place, self._tables[place] - 1)
            self._note(place, start)
        return place

    def _pair(self, table: Place) -> None:
        place = self._keys(table)
        self._take(_EQUALS)
        self._value(place)

    def _value(self, place: Place) -> None:
        if self._accept("["):
            self._array(place)
        elif self._accept("{"):
            self._inline_table(place)
        else:
            self._take(_SCALAR)

    def _array(self, place: Place) -> None:
        index = 0
        while self._skip() and not self._accept("]"):
            self._note((*place, index), self._at)
            self._value((*place, index))
            index += 1
            self._skip()
            self._accept(",")

    def _inline_table(self, place: Place) -> None:
        while self._skip() and not self._accept("}"):
            self._pair(place)
            self._skip()
            self._accept(",")
