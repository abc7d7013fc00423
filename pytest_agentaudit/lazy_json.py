"""JSON as the standard library reads and writes it, loaded at the first use: 3 ms, which most audits can do without."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def loads(text: str | bytes) -> Any:
    """What a text says. ValueError where it is no JSON, RecursionError where it is too deep."""
    return import_module("json").loads(text)


def dumps(value: object, *, sort_keys: bool = False) -> str:
    """The text of a value."""
    return str(import_module("json").dumps(value, sort_keys=sort_keys))
