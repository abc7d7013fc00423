"""Text that is safe to show: what comes from file names and source must not drive the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TextIO

_ESCAPED_BYTES = range(0xDC80, 0xDD00)
"""The surrogates by which Python carries undecodable bytes of file names (PEP 383)."""
_LATIN, _BASIC = 0xFF, 0xFFFF


def visible(text: str) -> str:
    """One line without control, format, bidi or surrogate characters: each of them as its Python escape.

    Tabs become four spaces. A line feed is escaped too: a file name can hold one.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text.replace("\t", "    "))


def visible_lines(text: str) -> str:
    """The text as `visible` shows it, its line feeds kept."""
    return "\n".join(map(visible, text.split("\n")))


def named(path: str) -> str:
    """A path as `visible` shows text, with its tabs told from its blanks."""
    return visible(path.replace("\t", "\\t"))


def _escape(char: str) -> str:
    code = ord(char)
    if code in _ESCAPED_BYTES:
        return f"\\x{code - 0xDC00:02x}"
    if code <= _LATIN:
        return {"\n": "\\n", "\r": "\\r"}.get(char, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code <= _BASIC else f"\\U{code:08x}"


def folded(text: str) -> str:
    """The text on one line: white space runs become one blank, the rest as in `visible`."""
    return visible(" ".join(text.split()))


def print_text(text: str, stream: TextIO) -> None:
    """Write the text, with what the stream's encoding lacks as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))


def wrapped(text: str, width: int, *, first: str = "", rest: str = "") -> Iterator[str]:
    """Prose as lines of at most `width` columns, longer words left whole (a path must stay in one piece).

    Line feeds of the text are kept. `first` and `rest` start the first line and the others.
    """
    indent = first
    for paragraph in text.split("\n"):
        lines = textwrap.wrap(
            visible(paragraph),
            width,
            initial_indent=indent,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        yield from lines or [indent.rstrip()]
        indent = rest


def chopped(text: str, width: int, *, first: str, rest: str, most: int = 4) -> Iterator[str]:
    """A line of code in pieces of at most `width` columns, blanks kept, cut short with "..." after `most` pieces."""
    code = visible(text)
    room = max(width - max(len(first), len(rest)), 1)
    pieces = [code[start : start + room] for start in range(0, len(code), room)] or [""]
    if len(pieces) > most:
        pieces = pieces[:most]
        pieces[-1] = pieces[-1][:-3] + "..."
    for number, piece in enumerate(pieces):
        yield ((rest if number else first) + piece).rstrip()


def counted(number: int, noun: str) -> str:
    """The number with its noun: "1 error", "2 errors"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: list[str], most: int = 3) -> str:
    """The first names and the count of the rest: "a, b, c and 4 more"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
