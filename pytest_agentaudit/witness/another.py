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


class Another:
    """Gives another value of the same type, never the argument itself, and counts how often it could."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self, value: Any) -> Any:
        """Another value; the argument itself where its type is none of Python's plain ones."""
        other = _OTHERS.get(type(value))
        if other is None:
            return value
        self.given += 1
        return other(value)
