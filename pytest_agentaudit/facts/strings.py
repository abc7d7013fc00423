"""Where string literals end, in time linear in the text: plain ones, f-strings as PEP 701 nests them, t-strings."""

from __future__ import annotations

import re
from enum import Enum

from msgspec import Struct

from pytest_agentaudit.patterns import regex

_ESCAPE = r"\\(?:\r\n|(?!\r\n)[\s\S])"
# Python below 3.11.5 misreads a possessive group whose inside can backtrack (gh-106052): loops are unrolled, and only
# sets of characters are possessive.
PLAIN = (
    rf'"""[^"\\]*+(?:(?:{_ESCAPE}|"(?!""))[^"\\]*+)*"""'
    rf"|'''[^'\\]*+(?:(?:{_ESCAPE}|'(?!''))[^'\\]*+)*'''"
    rf'|"(?!"")[^"\\\r\n]*+(?:{_ESCAPE}[^"\\\r\n]*+)*"'
    rf"|'(?!'')[^'\\\r\n]*+(?:{_ESCAPE}[^'\\\r\n]*+)*'"
)
"""A whole literal without its prefix, read as a plain string: a pattern without groups."""

OPENING = "\"\"\"|'''|\"|'"
"""The quotes that a literal can begin with, longest first."""

_PREFIXES = frozenset({"f", "fr", "rf", "t", "tr", "rt"})
_LONGEST_PREFIX = 2
_DEEPEST = 2 * 150
"""Open parts (a literal and its field count as two): CPython's own limit is 150 nested f-strings (MAXFSTRINGLEVEL)."""
_TOKEN = regex(rf"(?P<comment>#[^\r\n]*+)|(?P<string>{PLAIN})|(?P<open>{OPENING})|(?P<mark>[][(){{}}:])")


class _Mode(Enum):
    """What a part of an f-string holds."""

    TEXT = "text"
    FIELD = "field"
    SPEC = "format specification"


class _Frame(Struct):
    """A part that is open: `quote` ends its literal, `depth` counts a field's brackets."""

    mode: _Mode
    quote: str
    raw: bool
    depth: int = 0


class Formatted(Struct, frozen=True):
    """An f- or t-string: where it ends, and the offsets of the comments and of the code in its fields."""

    end: int
    comments: tuple[tuple[int, int], ...]
    code: tuple[tuple[int, int], ...]


def prefix(text: str, quote: int) -> str:
    """The prefix of the f- or t-string whose quote stands at `quote`, in lower case; "" for any other literal."""
    start = quote
    while start > 0 and quote - start <= _LONGEST_PREFIX and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    word = text[start:quote].lower()
    return word if word in _PREFIXES else ""


def formatted(text: str, start: int, quote: str, *, raw: bool) -> Formatted | None:
    """The literal whose opening `quote` stands at `start`, or None where it does not end."""
    return _Reader(text, start, quote, raw=raw).read()


class _Reader:
    """One reading of an f-string: a stack of open parts instead of recursion."""

    def __init__(self, text: str, start: int, quote: str, *, raw: bool) -> None:
        self.text = text
        self.at = start + len(quote)
        self.frames = [_Frame(_Mode.TEXT, quote, raw)]
        self.comments: list[tuple[int, int]] = []
        self.code: list[tuple[int, int]] = []

    def read(self) -> Formatted | None:
        """The whole literal, or None."""
        while self.frames:
            step = self._field if self.frames[-1].mode is _Mode.FIELD else self._literal
            if not step(self.frames[-1]) or len(self.frames) > _DEEPEST:
                return None
        return Formatted(self.at, tuple(self.comments), tuple(self.code))

    def _literal(self, frame: _Frame) -> bool:
        """Read text, or a format specification, up to what ends it."""
        found = _text_pattern(frame).match(self.text, self.at)
        self.at = found.end() if found else self.at
        if frame.mode is _Mode.TEXT and self.text.startswith(frame.quote, self.at):
            self.at += len(frame.quote)
            self.frames.pop()
        elif self.text.startswith("{", self.at):
            self.at += 1
            self.frames.append(_Frame(_Mode.FIELD, frame.quote, frame.raw))
        elif self.text.startswith("}", self.at):
            self.at += 1
            if frame.mode is _Mode.SPEC:
                self.frames.pop()
        else:
            return False
        return True

    def _field(self, frame: _Frame) -> bool:
        """Read a replacement field's code up to the next bracket, colon, string or comment."""
        found = _TOKEN.search(self.text, self.at)
        if found is None:
            return False
        begin, self.at = self.at, found.end()
        if found["string"] or found["open"]:
            self.code.append((begin, found.start()))
            return self._string(found)
        if found["comment"]:
            self.code.append((begin, found.start()))
            self.comments.append(found.span())
        else:
            self.code.append((begin, found.end()))
            self._mark(frame, found["mark"])
        return True

    def _string(self, found: re.Match[str]) -> bool:
        """A literal in a field: step over a plain one, go into one with fields of its own."""
        kind = prefix(self.text, found.start())
        if kind and (found["open"] or "{" in found["string"]):
            quote = opening(self.text, found.start())
            self.at = found.start() + len(quote)
            self.frames.append(_Frame(_Mode.TEXT, quote, "r" in kind))
            return True
        return not found["open"]

    def _mark(self, frame: _Frame, mark: str) -> None:
        """A bracket or colon of a field's code."""
        if mark in "([{":
            frame.depth += 1
        elif mark != ":" and frame.depth:
            frame.depth -= 1
        elif mark == "}":
            self.frames.pop()
        elif mark == ":" and not frame.depth:
            frame.mode = _Mode.SPEC


def opening(text: str, start: int) -> str:
    """The quotes of the literal that begins at `start`."""
    quote = text[start]
    return quote * 3 if text.startswith(quote * 3, start) else quote


def _text_patterns() -> dict[tuple[str, bool], re.Pattern[str]]:
    """The pattern of an f-string's text up to a brace, its quote or (in a short one) the line's end."""
    patterns = {}
    for quote in ('"', "'"):
        for raw in (False, True):
            named = "" if raw else r"\\N\{[^{}\r\n]*\}|"
            escape = rf"{named}\\(?:\r\n|(?![{{}}])[\s\S])|\\(?=[{{}}])"
            short, long = rf"[^{quote}\\{{}}\r\n]*+", rf"[^{quote}\\{{}}]*+"
            marks = rf"{escape}|\{{\{{|\}}\}}"
            patterns[quote, raw] = regex(rf"{short}(?:(?:{marks}){short})*")
            patterns[quote * 3, raw] = regex(rf"{long}(?:(?:{marks}|{quote}(?!{quote}{quote})){long})*")
    return patterns


_TEXT = _text_patterns()
_SPEC = {quote: regex(r"[^{}\r\n]*+" if len(quote) == 1 else r"[^{}]*+") for quote in ('"', "'", '"""', "'''")}


def _text_pattern(frame: _Frame) -> re.Pattern[str]:
    return _SPEC[frame.quote] if frame.mode is _Mode.SPEC else _TEXT[frame.quote, frame.raw]
