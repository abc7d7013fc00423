"""Frozen dataclasses as plain JSON and back, and frames to send them in. Data only: nothing here can run code.

Both processes trust the types, not the bytes: what does not fit a field's annotation is a `WireError`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

MAGIC = b"AGA1"
HEADER = struct.Struct(">4sI")
LARGEST = 1 << 30
"""Longest payload of a frame, in bytes. A longer length is a sign of a garbled stream."""
SHOWN = 40
"""How many characters of a wrong value an error shows."""

T = TypeVar("T")
_SCALARS: tuple[type, ...] = (str, int, bool, float)
_SEQUENCES: tuple[type, ...] = (tuple, frozenset)


class WireError(ValueError):
    """Bytes or values that are not what the other side should have sent; the text names the place."""


def to_plain(value: object) -> object:
    """The value as JSON-able data: dataclasses and mappings become objects, tuples and sets arrays.

    Mapping keys become strings. TypeError for what no dataclass of ours holds.
    """
    if isinstance(value, Enum):
        return cast("object", value.value)
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted((to_plain(item) for item in value), key=repr)
    if isinstance(value, Mapping):
        return {str(key.value if isinstance(key, Enum) else key): to_plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} cannot cross the link")


def from_plain(kind: type[T], data: object) -> T:
    """The value of type `kind` that `to_plain` made `data` from; WireError where they do not fit."""
    return cast("T", _decoder(cast("Hashable", kind))(data))


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


Decoder = Callable[[object], object]


@cache
def _decoder(kind: Any) -> Decoder:
    """A function that turns plain data into a `kind`, made once for each annotation."""
    if get_origin(kind) is not None:
        return _generic(kind, get_origin(kind), get_args(kind))
    if kind in _SCALARS:
        return _scalar(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind)
    if is_dataclass(kind):
        return _record(cast("type", kind))
    if kind in _WHOLE:
        return _WHOLE[kind]
    raise TypeError(f"{kind!r} cannot cross the link")


def _generic(kind: Any, origin: Any, arguments: tuple[Any, ...]) -> Decoder:
    if origin in (Union, UnionType):
        return _union(kind, tuple(_decoder(argument) for argument in arguments))
    if origin in _SEQUENCES:
        return _sequence(origin, arguments)
    if issubclass(origin, Mapping):
        return _mapping(*arguments)
    raise TypeError(f"{kind!r} cannot cross the link")


def _none(data: object) -> None:
    if data is not None:
        raise WireError(f"expected nothing, got {_short(data)}")


def _whatever(data: object) -> object:
    return data


_WHOLE: Mapping[object, Decoder] = {NoneType: _none, object: _whatever, Any: _whatever}


def _scalar(kind: type) -> Decoder:
    allowed = (int, float) if kind is float else (kind,)

    def decode(data: object) -> object:
        if type(data) not in allowed:
            raise WireError(f"expected {kind.__name__}, got {_short(data)}")
        return float(cast("float", data)) if kind is float else data

    return decode


def _enum(kind: type[Enum]) -> Decoder:
    def decode(data: object) -> object:
        try:
            return kind(data)
        except ValueError:
            raise WireError(f"{_short(data)} is no {kind.__name__}") from None

    return decode


def _union(kind: Any, members: tuple[Decoder, ...]) -> Decoder:
    def decode(data: object) -> object:
        for member in members:
            try:
                return member(data)
            except WireError:
                continue
        raise WireError(f"expected {kind}, got {_short(data)}")

    return decode


def _sequence(origin: Callable[[Iterable[object]], object], arguments: tuple[Any, ...]) -> Decoder:
    if origin is tuple and arguments[1:] != (Ellipsis,):
        return _fixed(tuple(_decoder(argument) for argument in arguments))
    item = _decoder(arguments[0])

    def decode(data: object) -> object:
        return origin([item(value) for value in _array(data)])

    return decode


def _fixed(members: tuple[Decoder, ...]) -> Decoder:
    def decode(data: object) -> object:
        values = _array(data)
        if len(values) != len(members):
            raise WireError(f"expected {len(members)} values, got {len(values)}")
        return tuple(member(value) for member, value in zip(members, values, strict=True))

    return decode


def _mapping(key_kind: Any, value_kind: Any) -> Decoder:
    key, value = _key(key_kind), _decoder(value_kind)

    def decode(data: object) -> object:
        return {key(name): value(item) for name, item in _object(data).items()}

    return decode


def _key(kind: Any) -> Callable[[str], object]:
    """JSON's keys are strings: numbers are read back."""
    if kind is not int:
        return _decoder(kind)

    def decode(name: str) -> int:
        try:
            return int(name)
        except ValueError:
            raise WireError(f"expected a number as key, got {_short(name)}") from None

    return decode


def _record(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    members = {field.name: (_decoder(hints[field.name]), _required(field)) for field in fields(kind)}

    def decode(data: object) -> object:
        given = _object(data)
        if strange := given.keys() - members.keys():
            raise WireError(f"{kind.__name__} has no field {min(strange)!r}")
        if missing := [name for name, (_, required) in members.items() if required and name not in given]:
            raise WireError(f"{kind.__name__} lacks its field {missing[0]!r}")
        return kind(**{name: _field(kind, name, members[name][0], item) for name, item in given.items()})

    return decode


def _field(kind: type, name: str, decode: Decoder, data: object) -> object:
    try:
        return decode(data)
    except WireError as error:
        raise WireError(f"{kind.__name__}.{name}: {error}") from None


def _required(field: Field[object]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _array(data: object) -> list[object]:
    if not isinstance(data, list):
        raise WireError(f"expected an array, got {_short(data)}")
    return data


def _object(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise WireError(f"expected an object, got {_short(data)}")
    return data


def _short(data: object) -> str:
    text = repr(data)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
