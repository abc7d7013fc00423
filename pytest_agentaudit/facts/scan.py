"""A reading of a source file that cannot fail: its comments, code lines, identifiers and odd line breaks.

It knows strings and comments, nothing else: no brackets, no indentation, no recursion. What it cannot tell apart (an
unterminated literal) it reads line by line, so that every `#` is seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from pytest_agentaudit.facts.model import Comment, Depth, OddBreak, Problem
from pytest_agentaudit.facts.strings import OPENING, PLAIN, formatted, opening, prefix
from pytest_agentaudit.later import later
from pytest_agentaudit.patterns import regex

if TYPE_CHECKING:
    from pytest_agentaudit.facts.decoding import Source, decode
else:
    decode = later("pytest_agentaudit.facts.decoding", "decode")

_TOKEN = regex(rf"#[^\r\n]*+|{PLAIN}|{OPENING}")
"""A comment, a whole string, or the quotes of one without an end. No group: so the engine knows the signs that one of
them begins with, and runs over all others.
"""
_OPENINGS = frozenset({'"""', "'''", '"', "'"})
_LONGEST = max(map(len, _OPENINGS))
_PREFIXED = frozenset("fFtTrR")
"""How the prefix of a string with fields ends."""
_MOST_BROKEN = 1000
"""Unterminated literals after which the rest of a file is read by its `#` alone."""
_COMMENT = regex(r"#[^\r\n]*+")
_LINE_END = regex(r"[\r\n]|\Z")
_NAME = regex(r"[^\W\d]\w*")
_TO_WORDS = bytes(code if chr(code).isalnum() or chr(code) == "_" else ord(" ") for code in range(256))
"""Keeps the bytes that names and numbers are made of: splitting there is several times as fast as a pattern."""
_ODD = regex(r"\r(?!\n)|[\f\v\x85\u2028\u2029]")
_ODD_NAMES = {
    "\r": "lone carriage return",
    "\f": "form feed",
    "\v": "vertical tab",
    "\x85": "next line (U+0085)",
    "\u2028": "line separator (U+2028)",
    "\u2029": "paragraph separator (U+2029)",
}


class CodeLines(Mapping[int, str]):
    """The code of each line (from 1) without its comment, white space folded; "" where a line holds none."""

    def __init__(self, source: Source, spans: tuple[tuple[int, int], ...]) -> None:
        self._source = source
        self._comments: dict[int, list[tuple[int, int]]] = {}
        for start, end in spans:
            self._comments.setdefault(source.line(start), []).append((start, end))

    def __getitem__(self, line: int) -> str:
        """The code of `line`; KeyError where the file has no such line."""
        return " ".join(self.raw(line).split())

    def raw(self, line: int) -> str:
        """The code of `line` with its indentation; KeyError where the file has no such line."""
        starts, text = self._source.starts, self._source.text
        if not 1 <= line <= len(starts):
            raise KeyError(line)
        at, code = starts[line - 1], ""
        for start, end in self._comments.get(line, ()):
            code, at = code + text[at:start], end
        return (code + text[at : starts[line] if line < len(starts) else len(text)]).rstrip()

    def __iter__(self) -> Iterator[int]:
        return iter(range(1, len(self._source.starts) + 1))

    def __len__(self) -> int:
        return len(self._source.starts)


class Scan(Struct, frozen=True, dict=True):
    """What can be known of a file without parsing it.

    `spans` are the offsets of the comments in `text`, `code` those of the text outside strings and comments. `depth`
    is BYTES where strings and comments could not be told apart to the end, or bytes had to be replaced.
    """

    source: Source
    spans: tuple[tuple[int, int], ...]
    code: tuple[tuple[int, int], ...]
    problem: Problem | None
    depth: Literal[Depth.TOKENS, Depth.BYTES]
    code_lines: CodeLines

    @property
    def text(self) -> str:
        """The decoded file."""
        return self.source.text

    @property
    def encoding(self) -> str:
        """The codec that `text` was decoded with."""
        return self.source.encoding

    @property
    def line_count(self) -> int:
        """How many lines the file has; a last one without line feed counts."""
        return len(self.source.starts) - (self.source.starts[-1] == len(self.text))

    @cached_property
    def comments(self) -> tuple[Comment, ...]:
        """All comments in order."""
        return tuple(self._comment(start, end) for start, end in self.spans)

    def _comment(self, start: int, end: int) -> Comment:
        line = self.source.line(start)
        begin = self.source.starts[line - 1]
        before = self.text[begin:start].rpartition("\r")[2]
        return Comment(line, start - begin, self.text[start:end], not before.strip("\ufeff \t\f"))

    @cached_property
    def names(self) -> frozenset[str]:
        """All identifiers and keywords of the code, normalised as Python does."""
        code = "\n".join([self.text[start:end] for start, end in self.code])
        if code.isascii():
            words = set(code.encode().translate(_TO_WORDS).split())
            return frozenset({word.lstrip(b"0123456789").decode() for word in words} - {""})
        found = set(_NAME.findall(code))
        return frozenset(name if name.isascii() else unicodedata.normalize("NFKC", name) for name in found)

    @cached_property
    def odd_breaks(self) -> tuple[OddBreak, ...]:
        """Each kind of odd line break once a line."""
        if not any(sign in self.text for sign in _ODD_NAMES):
            return ()
        found = {(self.source.line(m.start()), _ODD_NAMES[m[0]]): None for m in _ODD.finditer(self.text)}
        return tuple(OddBreak(line, name) for line, name in found)


def scan(content: bytes) -> Scan:
    """Read `content`, whatever it holds."""
    source = decode(content)
    reader = _Reader(source.text)
    reader.read()
    problem = source.problem
    if problem is None and reader.broken >= 0:
        problem = Problem("a string literal that does not end", source.line(reader.broken))
    depth: Literal[Depth.TOKENS, Depth.BYTES] = Depth.TOKENS
    if reader.broken >= 0 or not source.faithful:
        depth = Depth.BYTES
    spans = tuple(reader.comments)
    return Scan(source, spans, tuple(reader.code), problem, depth, CodeLines(source, spans))


class _Reader:
    """One pass over a text. `broken` is where the first literal without an end begins, -1 where all end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.comments: list[tuple[int, int]] = []
        self.code: list[tuple[int, int]] = []
        self.broken = -1
        self.unterminated = 0

    def read(self) -> None:
        """Find all comments and code."""
        text = self.text
        search = _TOKEN.search
        while found := search(text, self.at):
            start, end = found.span()
            if start > self.at and not text[self.at : start].isspace():
                self.code.append((self.at, start))
            self.at = end
            if text[start] == "#":
                self.comments.append((start, end))
                continue
            is_formatted = text[start - 1 : start] in _PREFIXED and self._formatted(found)
            if not is_formatted and end - start <= _LONGEST and found[0] in _OPENINGS:
                self._unterminated(start, found[0])
        if self.at < len(self.text):
            self.code.append((self.at, len(self.text)))

    def _formatted(self, found: re.Match[str]) -> bool:
        """Read an f- or t-string with fields. After a first one without an end they are read as plain strings: the
        file is broken, and trying each again would take quadratic time.
        """
        kind = prefix(self.text, found.start())
        if not kind or self.broken >= 0 or (found[0] not in _OPENINGS and "{" not in found[0]):
            return False
        literal = formatted(self.text, found.start(), opening(self.text, found.start()), raw="r" in kind)
        if literal is None:
            self.broken = found.start()
            return False
        self.comments += literal.comments
        self.code += literal.code
        self.at = literal.end
        return True

    def _unterminated(self, start: int, quote: str) -> None:
        """Read the rest of the line (after triple quotes: of the file) by its `#` alone."""
        self.broken = start if self.broken < 0 else self.broken
        self.unterminated += 1
        line_end = _LINE_END.search(self.text, self.at)
        whole = len(quote) > 1 or self.unterminated > _MOST_BROKEN
        stop = len(self.text) if whole or line_end is None else line_end.start()
        self.comments += (comment.span() for comment in _COMMENT.finditer(self.text, self.at, stop))
        self.at = stop
