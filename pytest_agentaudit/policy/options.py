"""A rule's options: each must be of the kind of its default."""

from __future__ import annotations

from enum import StrEnum

from pytest_agentaudit.policy.reader import TYPE_WORDS, Reader
from pytest_agentaudit.toml import Place


def option(reader: Reader, place: Place, value: object, default: object) -> object:
    """`value` as the rule expects it, by the kind of its `default`: a list becomes a tuple, a word a member of the
    default's enumeration, an integer a float. What does not fit is noted, and the default stands in.
    """
    if isinstance(default, StrEnum):
        return reader.choice(place, value, type(default)) or default
    if isinstance(default, tuple | list | frozenset):
        return _items(reader, place, value, default)
    if isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not type(default):
        reader.wrong_type(place, value, _word(default), f"{place[-1]} = {_written(default)}")
        return default
    return value


Items = tuple[object, ...] | list[object] | frozenset[object]


def _items(reader: Reader, place: Place, value: object, default: Items) -> object:
    """A list whose items are of the kind of the default's items (strings, where the default is empty)."""
    if not isinstance(value, list):
        reader.wrong_type(place, value, "a list", f"{place[-1]} = {_written(list(default))}")
        return default
    model = next(iter(default), "")
    return type(default)(option(reader, (*place, index), item, model) for index, item in enumerate(value))


def _word(value: object) -> str:
    return next((word for kind, word in TYPE_WORDS if isinstance(value, kind)), "something else")


def _written(value: object) -> str:
    """A value in TOML's spelling."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_written(item) for item in value)}]"
    return f'"{value}"' if isinstance(value, str) else str(value)
