"""Values as frames of bytes: JSON of plain data, checked against the type it is read as. Never a pickle.

What a value of ours looks like on the wire, and which data fits it, is msgspec's; the text itself is the standard
library's JSON, because file names that are no UTF-8 (lone surrogates) have to come through.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import TypeVar

import msgspec

MAGIC = b"AGA1"
HEADER = struct.Struct(">4sI")
LARGEST = 1 << 30
"""Longest payload of a frame, in bytes. A longer length is a sign of a garbled stream."""

T = TypeVar("T")


class WireError(ValueError):
    """Bytes or values that are not what the other side should have sent; the text names the place."""


def to_plain(value: object) -> object:
    """The value as JSON-able data: values of ours and mappings become objects, with strings as keys.

    TypeError for what none of our values holds.
    """
    return msgspec.to_builtins(value, str_keys=True)


def from_plain(kind: type[T], data: object) -> T:
    """The value of type `kind` that `to_plain` made `data` from; WireError where they do not fit."""
    try:
        return msgspec.convert(data, kind, str_keys=True)
    except (msgspec.ValidationError, UnicodeError) as error:
        raise WireError(f"no {kind.__name__}: {error}") from None


def pack(name: str, value: object) -> bytes:
    """One frame: a header of magic and length, then the payload `[name, plain value]`."""
    payload = json.dumps([name, to_plain(value)], separators=(",", ":"), allow_nan=False).encode("ascii")
    if len(payload) > LARGEST:
        raise WireError(f"a message of {len(payload)} bytes is too long")
    return HEADER.pack(MAGIC, len(payload)) + payload


def payload_length(header: bytes) -> int:
    """The length of the payload that follows `header`; WireError where it is no header of ours."""
    magic, length = HEADER.unpack(header)
    if magic != MAGIC or length > LARGEST:
        raise WireError("the stream holds something else than messages")
    return int(length)


def unpack(payload: bytes, kinds: Mapping[str, type[T]]) -> T:
    """The message in a payload, one of `kinds` by name."""
    try:
        name, data = json.loads(payload)
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"a message cannot be read: {error}") from None
    if not isinstance(name, str) or name not in kinds:
        raise WireError(f"unknown message {name!r}")
    return from_plain(kinds[name], data)
