"""Adds an item to a list inside a JSON text, and leaves every other character where it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from json.decoder import JSONDecoder

from msgspec import Struct

from pytest_agentaudit.patterns import regex

_BLANK = regex(r"[ \t\r\n]*")
_INDENTED = regex(r"^([ \t]+)\S", re.MULTILINE)
_DECODER = JSONDecoder()
DEFAULT_INDENT = "  "


class _Container(Struct, frozen=True):
    """An object or a list in a text: where its brackets stand, and where the values of an object's keys begin."""

    opening: int
    closing: int
    values: dict[str, int]


def added(text: str, keys: Sequence[str], item: object) -> str:
    """The JSON text with `item` as the last one of the list under `keys`; objects and list are made where they are
    missing. ValueError where the text is no JSON object (json.JSONDecodeError), or one of `keys` holds something else.
    """
    at, entry = 0, item
    for depth, key in enumerate(keys):
        holder = _object(text, at)
        if key not in holder.values:
            entry = [item]
            for inner in reversed(keys[depth + 1 :]):
                entry = {inner: entry}
            return _put(text, holder, depth, f"{json.dumps(key)}: ", entry)
        at = holder.values[key]
    return _put(text, _list(text, at, ".".join(keys)), len(keys), "", entry)


def _object(text: str, at: int) -> _Container:
    """The object that begins at `at`, blanks aside."""
    opening = _skip(text, at)
    value, end = _DECODER.raw_decode(text, opening)
    if not isinstance(value, dict):
        raise ValueError("there is no object where one is needed")  # noqa: TRY004 - the text is wrong, not its type
    return _Container(opening, end - 1, dict(_values(text, opening + 1, len(value))))


def _values(text: str, at: int, most: int) -> Iterator[tuple[str, int]]:
    """Each key of an object with the offset of its value."""
    for _ in range(most):
        key, at = _DECODER.raw_decode(text, _skip(text, at))
        at = _skip(text, _skip(text, at) + len(":"))
        yield str(key), at
        at = _skip(text, _DECODER.raw_decode(text, at)[1]) + len(",")


def _list(text: str, at: int, name: str) -> _Container:
    value, end = _DECODER.raw_decode(text, at)
    if not isinstance(value, list):
        raise ValueError(f"{name} is no list")  # noqa: TRY004 - as above
    return _Container(at, end - 1, {})


def _put(text: str, holder: _Container, depth: int, label: str, entry: object) -> str:
    """The text with an entry more at the end of `holder`, which stands `depth` levels deep."""
    before = text[: holder.closing].rstrip()
    inside, tail = before[holder.opening + 1 :], text[len(before) :]
    if inside and "\n" not in text[holder.opening : holder.closing]:
        return f"{before}, {label}{json.dumps(entry)}{tail}"
    unit = found[1] if (found := _INDENTED.search(text)) else DEFAULT_INDENT
    end = "\r\n" if "\r\n" in text else "\n"
    lines = json.dumps(entry, indent=unit).replace("\n", f"\n{unit * (depth + 1)}").replace("\n", end)
    entry_lines = f"{end}{unit * (depth + 1)}{label}{lines}"
    return f"{before},{entry_lines}{tail}" if inside else f"{before}{entry_lines}{end}{unit * depth}{tail.lstrip()}"


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
