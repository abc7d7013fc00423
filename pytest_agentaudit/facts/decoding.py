"""Bytes of a source file to text, as Python would read it (PEP 263), without ever failing.

Line numbers are those of the bytes split at line feeds, also where a codec makes line ends out of other bytes (UTF-7,
UTF-16): `Source.starts` says at which character each byte line begins.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from itertools import accumulate

from msgspec import Struct

from pytest_agentaudit.facts.model import Problem
from pytest_agentaudit.patterns import regex

_COOKIE = regex(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK = regex(rb"^[ \t\f]*(?:#|$)")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Codecs in which plain ASCII bytes stand for other characters. The first group can be decoded all the same.
_ESCAPING = frozenset({"utf-7", "unicode_escape", "raw_unicode_escape", "unicode-escape", "raw-unicode-escape"})
_UNUSABLE = frozenset({"punycode", "idna", "undefined"})
# An escape that the codecs do not know: they keep it, with a warning.
_LONE_BACKSLASH = regex(rb"\\(?![\n\\'\"abfnrtv0-7xuUN])")
_ASCII = bytes([9, 10, 12, 13, *range(32, 127)])


class Source(Struct, frozen=True):
    """A file's text. `starts` holds the offset of each line's first character; `problem` says why Python, or a
    reader, cannot take the bytes for what they look like; `faithful` is false where characters were replaced.
    """

    text: str
    encoding: str
    starts: tuple[int, ...]
    problem: Problem | None = None
    faithful: bool = True

    def line(self, offset: int) -> int:
        """The line (from 1) of a character."""
        return bisect_right(self.starts, offset)


def decode(content: bytes) -> Source:
    """The text of `content`; undecodable bytes become U+FFFD."""
    encoding, problem = _encoding(content)
    if encoding in _ESCAPING:
        content = _LONE_BACKSLASH.sub(rb"\\\\", content)
    try:
        text, faithful = codecs.decode(content, encoding), True
    except ValueError as error:
        start: object = getattr(error, "start", 0)
        line = 1 + content.count(b"\n", 0, start if isinstance(start, int) else 0)
        problem = problem or Problem(f"a byte that is not {_plain(encoding)}", line)
        text, faithful = codecs.decode(content, encoding, "replace"), False
    nul = text.find("\0")
    if nul >= 0 and not problem:
        problem = Problem("a NUL byte: Python does not read such a file", 1 + text.count("\n", 0, nul))
    return Source(text, _plain(encoding), _starts(content, text, encoding), problem, faithful)


def _plain(encoding: str) -> str:
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _encoding(content: bytes) -> tuple[str, Problem | None]:
    """The codec to read with, and what is wrong with it."""
    mark = next((name for bom, name in _BYTE_ORDER_MARKS if content.startswith(bom)), "")
    if mark.startswith(("utf-16", "utf-32")):
        return mark, Problem(f"{mark.upper()}: Python does not read such a file")
    name, line = _cookie(content)
    if not name:
        return mark or "utf-8", None
    codec = _codec(name)
    if codec is None:
        return mark or "utf-8", Problem(f"unknown encoding {name}", line)
    if mark:
        problem = None if codec == "utf-8" else Problem(f"a UTF-8 mark and the encoding {name} contradict", line)
        return mark, problem
    if not _shows_ascii(codec):
        return codec, Problem(f"encoding {name}: the bytes do not show the code that Python reads", line)
    return codec, None


def _cookie(content: bytes) -> tuple[str, int]:
    """The encoding that one of the first two lines declares, and its line; "" where none does."""
    rest = content[:4096].removeprefix(codecs.BOM_UTF8)
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", rest, maxsplit=2)[:2], start=1):
        found = _COOKIE.match(line)
        if found:
            return found[1].decode("ascii"), number
        if not _BLANK.match(line):
            break
    return "", 1


def _codec(name: str) -> str | None:
    """The registered name of a codec that turns bytes to text, or None."""
    try:
        info = codecs.lookup(name)
        b"a".decode(info.name)
    except (LookupError, ValueError, ImportError):
        return None
    return None if info.name in _UNUSABLE else info.name


def _shows_ascii(codec: str) -> bool:
    """Whether plain ASCII bytes stand for themselves."""
    if codec in _ESCAPING:
        return False
    try:
        return _ASCII.decode(codec) == _ASCII.decode("ascii")
    except ValueError:
        return False


def _starts(content: bytes, text: str, encoding: str) -> tuple[int, ...]:
    """The offset in `text` at which each line of `content` begins."""
    if text.count("\n") == content.count(b"\n"):
        return tuple(accumulate([len(line) + 1 for line in text.split("\n")], initial=0))[:-1]
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    widths = (len(decoder.decode(line + b"\n")) for line in content.split(b"\n")[:-1])
    return (0, *accumulate(widths))
