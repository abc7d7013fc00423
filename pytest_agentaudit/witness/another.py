"""Another value of the same type: what a perturbed function gives back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def _number(value: Any) -> Any:
    """The next number; zero where there is none."""
    following = value + 1
    return following if abs(following - value) > 0 else type(value)()  # infinity, NaN, or too large to count on


def _shorter(value: Any) -> Any:
    return value[:-1] if value else type(value)((None,))


def _fewer(value: dict[Any, Any]) -> dict[Any, Any]:
    return dict(tuple(value.items())[:-1]) if value else {None: None}


_OTHERS: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value,
    int: _number,
    float: _number,
    complex: _number,
    str: lambda value: f"{value}x",
    bytes: lambda value: value + b"x",
    list: _shorter,
    tuple: _shorter,
    dict: _fewer,
    set: lambda value: value ^ {None},
    frozenset: lambda value: value ^ {None},
}


_SOME = 2
"""Items that can stand in another order."""


def _reversed(value: Any) -> Any:
    if not isinstance(value, list | tuple | dict) or len(value) < _SOME:
        return value
    return dict(reversed(value.items())) if isinstance(value, dict) else value[::-1]


def _with_item(value: Any, place: int) -> Any:
    """The value with another item in a place, if it has one there that can be another."""
    if not isinstance(value, list | tuple | dict) or not -len(value) <= place < len(value):
        return value
    key = list(value)[place] if isinstance(value, dict) else place
    other = _OTHERS.get(type(value[key]))
    if other is None:
        return value
    if isinstance(value, dict):
        return {**value, key: other(value[key])}
    items = list(value)
    items[key] = other(items[key])
    return type(value)(items)


class Another:
    """Gives another value of the same type, never the argument itself, and counts how often it could."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, value: Any, which: str | int = "") -> Any:
        """Another value, see `ANOTHER`; the argument itself where there is none: its type is none of Python's plain
        ones, or it is empty already.
        """
        if type(value) not in _OTHERS:
            return value
        given = self._made(value, which)
        self.given += given is not value
        return given

    @staticmethod
    def _made(value: Any, which: str | int) -> Any:
        match which:
            case int():
                return _with_item(value, which)
            case "empty":
                return type(value)() if value else value
            case "order":
                return _reversed(value)
            case _:
                return _OTHERS[type(value)](value)
