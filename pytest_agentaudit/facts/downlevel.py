"""Newer syntax written down in older words, line for line, for an interpreter that does not know it yet.

Type parameters and `type` statements (Python 3.12), nested quotes in f-strings (3.12), t-strings and `except A, B:`
(3.14) change nothing that the facts tell: annotations are left out of fingerprints, and of a string its digest remains.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import Struct, field

from pytest_agentaudit.facts.nesting import LEXEME, LITERAL
from pytest_agentaudit.facts.syntax import expression_tree
from pytest_agentaudit.patterns import regex

_SIMPLE = regex(r"[\w.()\[\], +*/-]+")  # an expression that any f-string may hold
_CONVERSION = 200  # characters within which a field that converts (`!r`) has to end
_OUTERMOST = 2  # strings and fields that are open in a field of a string that stands in no other


class _Edit(Struct, frozen=True):
    """So many characters from `start` on give way to `text`."""

    start: int
    end: int
    text: str


class _String(Struct):
    """A format string that is being read, or a replacement field in it (`quote` empty)."""

    start: int
    quote: str = ""
    depth: int = 0
    in_spec: bool = False


class _Line(Struct):
    """A logical line that is being read: its lexemes outside of strings as (text, start, depth of brackets)."""

    lexemes: list[tuple[str, int, int]] = field(default_factory=list)
    depth: int = 0


def lowered(text: str) -> str:
    """The text with as many lines, in the syntax of Python 3.11 as far as the constructs above go. Linear in it."""
    edits = sorted(_Reader(text).edits(), key=lambda edit: edit.start)
    pieces: list[str] = []
    done = 0
    for edit in edits:
        if edit.start >= done:
            pieces += text[done : edit.start], edit.text
            done = edit.end
    return "".join([*pieces, text[done:]])


class _Reader:
    """One pass over a text that may hold newer syntax."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.strings: list[_String] = []
        self.fields: list[str] = []
        self.line = _Line()

    def edits(self) -> Iterator[_Edit]:
        """What has to change."""
        while self.at < len(self.text):
            if self.strings and self.strings[-1].quote:
                yield from self.literal(self.strings[-1])
            else:
                yield from self.lexeme()
        yield from _line_edits(self.text, self.line)

    def lexeme(self) -> Iterator[_Edit]:
        """Read one lexeme of code."""
        found = LEXEME.match(self.text, self.at)
        if found is None:  # cannot be: LEXEME takes any character
            raise AssertionError(self.at)
        kind, word, start = found.lastgroup, found[0], self.at
        self.at = found.end()
        if kind == "format":
            self.strings.append(_String(start, word.lstrip("fFtTrR")))
        elif self.strings:
            self.in_field(self.strings[-1], kind or "", word, start)
        elif kind == "newline" and not self.line.depth:
            yield from _line_edits(self.text, self.line)
            self.line = _Line()
        elif kind not in {"newline", "space", "comment"}:
            self.line.depth -= kind == "close" and self.line.depth > 0
            self.line.lexemes.append((word, start, self.line.depth))
            self.line.depth += kind == "open"

    def in_field(self, place: _String, kind: str, word: str, start: int) -> None:
        """Read one lexeme of a replacement field."""
        if kind == "open":
            place.depth += 1
        elif kind == "close" and place.depth:
            place.depth -= 1
        elif not place.depth and word in {"}", ":", "!"}:
            if len(self.strings) == _OUTERMOST:
                self.fields.append(self.text[place.start : start].strip())
            self.strings.pop()
            self.strings[-1].in_spec = word == ":"
            if word == "!":
                self.at = _find(self.text, "}:", self.at)
                self.strings[-1].in_spec = self.text[self.at : self.at + 1] == ":"
                self.at += 1

    def literal(self, string: _String) -> Iterator[_Edit]:
        """Read the text of a format string up to its next field or its end."""
        found = LITERAL.match(self.text, self.at)
        self.at = found.end() if found else self.at
        sign = self.text[self.at : self.at + 1]
        if sign == "{":
            self.at += 1
            self.strings.append(_String(self.at))
        elif sign == "}" and string.in_spec:
            self.at += 1
            string.in_spec = False
        elif not self.text.startswith(string.quote, self.at):
            self.at += 1
        else:
            self.at += len(string.quote)
            self.strings.pop()
            if not self.strings:
                yield from self.closed(string.start)

    def closed(self, start: int) -> Iterator[_Edit]:
        """A whole format string was read: replace it where this interpreter cannot read it."""
        source, fields = self.text[start : self.at], self.fields
        self.line.lexemes.append(("''", start, self.line.depth))
        self.fields = []
        if _is_readable(source):
            return
        digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        names = "".join(f"{{{it}}}" for it in fields if _SIMPLE.fullmatch(it))
        plain, named = (f"f'''{digest}{it}" + "\n" * source.count("\n") + "'''" for it in ("", names))
        yield _Edit(start, self.at, named if _is_readable(named) else plain)


def _find(text: str, signs: str, start: int) -> int:
    """Where the first of these signs stands, or `start` where it is none of the next."""
    found = (text.find(sign, start, start + _CONVERSION) for sign in signs)
    return min((at for at in found if at >= 0), default=start)


def _is_readable(source: str) -> bool:
    """Whether this interpreter can read an expression."""
    try:
        expression_tree(f"({source}\n)")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _line_edits(text: str, line: _Line) -> Iterator[_Edit]:
    """What has to change in a logical line, strings apart."""
    lexemes = line.lexemes
    if lexemes and lexemes[0][0] == "async":
        lexemes = lexemes[1:]
    match [word for word, _, _ in lexemes[:3]]:
        case ["type", name, "=" | "["] if name.isidentifier():
            yield from _alias(text, lexemes)
        case ["def" | "class", _, "["]:
            end = next((start for word, start, depth in lexemes if word == "]" and not depth), -1)
            if end > 0:
                yield _Edit(lexemes[2][1], end + 1, _blank(text[lexemes[2][1] : end + 1]))
        case ["except", *_]:
            yield from _handler(lexemes)


def _alias(text: str, lexemes: list[tuple[str, int, int]]) -> Iterator[_Edit]:
    """`type X[T] = value` becomes `X: value`."""
    start, name = lexemes[0][1], lexemes[1][0]
    end = next((at for word, at, depth in lexemes if word == "=" and not depth), -1)
    if end > 0:
        yield _Edit(start, end + 1, f"{name}:{_blank(text[start : end + 1])}")


def _blank(source: str) -> str:
    """Nothing, on as many lines."""
    return " " + "\\\n" * source.count("\n")


def _handler(lexemes: list[tuple[str, int, int]]) -> Iterator[_Edit]:
    """`except A, B:` becomes `except (A, B):`."""
    top = [(word, start) for word, start, depth in lexemes if not depth]
    colon = next((start for word, start in top if word == ":"), -1)
    types = [it for it in top[1:] if it[0] != "*"]
    if colon > 0 and any(word == "," and start < colon for word, start in types):
        yield _Edit(types[0][1], types[0][1], "(")
        yield _Edit(colon, colon, ")")
