"""Checks the values of a policy one by one, and collects what is wrong with them as lines for a person."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from importlib import import_module
from typing import TypeVar

from pytest_agentaudit.policy.model import PolicyError
from pytest_agentaudit.policy.patterns import fault
from pytest_agentaudit.toml import Document, Place

Choice = TypeVar("Choice", bound=StrEnum)

TYPE_WORDS: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a number"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
    (date, "a date"),
    (time, "a time"),
)

MOST_DAYS = 36_525
"""A century: more is a slip of the pen, and near the end of what a date can hold."""

SHORT = 60
"""How many letters a value may have to be shown in a message."""


class Reader:
    """Reads values out of one document. What does not fit is noted, and stands in for nothing: `raise_problems` ends
    the reading with one PolicyError that has a line for each.
    """

    def __init__(self, document: Document, path: str) -> None:
        self._document, self._path = document, path
        self._problems: list[tuple[int, str]] = []

    def line(self, place: Place) -> int:
        """The line on which `place` begins."""
        return self._document.line(place)

    def note(self, place: Place, cause: str, way_out: str) -> None:
        """Note what is wrong at `place`, and what to do about it."""
        line = self.line(place)
        where = f"{dotted(place)}: " if place else ""
        self._problems.append((line, f"{self._path}:{line}: {where}{cause}; {way_out}"))

    def raise_problems(self) -> None:
        """PolicyError with every problem, in the order of the file; nothing where there is none."""
        if self._problems:
            raise PolicyError("\n".join(text for _line, text in sorted(self._problems, key=lambda it: it[0])))

    def wrong_type(self, place: Place, value: object, expected: str, example: str) -> None:
        """Note that `value` is not `expected`; `example` shows what would be."""
        self.note(place, f"expected {expected}, found {described(value)}", f"write for instance {example}")

    def text(self, place: Place, value: object, example: str) -> str:
        """A string that is not blank and stands on one line."""
        if not isinstance(value, str):
            self.wrong_type(place, value, "a string", f'{place[-1]} = "{example}"')
        elif not value.strip() or not value.isprintable():
            cause = "is blank" if not value.strip() else "holds a character that cannot be printed"
            self.note(place, cause, f'write for instance {place[-1]} = "{example}"')
        else:
            return value
        return ""

    def texts(self, place: Place, value: object, example: str) -> tuple[str, ...]:
        """A list of strings with at least one item."""
        if not isinstance(value, list):
            self.wrong_type(place, value, "a list of strings", f"{place[-1]} = {example}")
            return ()
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self.wrong_type((*place, index), item, "a string", f"{place[-1]} = {example}")
        if not value:
            self.note(place, "is an empty list", f"leave the key out, or write for instance {place[-1]} = {example}")
        return tuple(item for item in value if isinstance(item, str))

    def patterns(self, place: Place, value: object, example: str) -> tuple[str, ...]:
        """A list of path patterns, at least one of which takes paths in."""
        patterns = self.texts(place, value, example)
        for index, pattern in enumerate(patterns):
            if cause := fault(pattern):
                self.note((*place, index), f'"{pattern}" {cause}', f"write for instance {place[-1]} = {example}")
        if patterns and all(pattern.startswith("!") for pattern in patterns):
            self.note(place, "only takes paths out", f'put a pattern that takes paths in first: "**", {example[1:-1]}')
        return patterns

    def seconds(self, place: Place, value: object) -> float:
        """A positive, finite number of seconds."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.wrong_type(place, value, "a number of seconds", f"{place[-1]} = 60")
        elif not 0 < value < math.inf:
            self.note(place, f"{value} is no length of time", f"write for instance {place[-1]} = 60")
        else:
            return float(value)
        return 1.0

    def days(self, place: Place, value: object) -> int:
        """A positive number of whole days."""
        if isinstance(value, bool) or not isinstance(value, int):
            self.wrong_type(place, value, "a number of days", f"{place[-1]} = 90")
        elif not 0 < value < MOST_DAYS:
            self.note(place, f"{value} is no number of days", f"write for instance {place[-1]} = 90")
        else:
            return value
        return 1

    def day(self, place: Place, value: object) -> date:
        """A date without a time of day."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.wrong_type(place, value, "a date", f"{place[-1]} = 2027-01-31 (without quotes)")
        return date.min

    def choice(self, place: Place, value: object, choices: type[Choice]) -> Choice | None:
        """One word of an enumeration."""
        words = [choice.value for choice in choices]
        if isinstance(value, str) and value in words:
            return choices(value)
        hint = nearest(str(value), words) or (words[-1] if value is False else "")
        cause = f"expected one of {', '.join(words)}, found {described(value)}"
        self.note(place, cause, f'did you mean "{hint}"?' if hint else f'write for instance "{words[0]}"')
        return None

    def table(self, place: Place, value: object, example: str) -> Mapping[str, object]:
        """A table, whatever its keys."""
        if isinstance(value, dict):
            return value
        self.wrong_type(place, value, "a table", example)
        return {}

    def tables(self, place: Place, value: object, example: str) -> list[tuple[Place, Mapping[str, object]]]:
        """The tables of an array, each with its place; an item that is none is noted."""
        if not isinstance(value, list):
            self.wrong_type(place, value, "an array of tables", f"[[{dotted(place)}]]")
            return []
        found = [((*place, index), self.table((*place, index), item, example)) for index, item in enumerate(value)]
        return [(at, table) for (at, table), item in zip(found, value, strict=True) if isinstance(item, dict)]

    def known(self, place: Place, table: Mapping[str, object], keys: Collection[str]) -> None:
        """Note every key of `table` that is not one of `keys`."""
        for key in table:
            if key not in keys:
                self.unknown((*place, key), "unknown key", keys, f"known here: {', '.join(keys)}")

    def unknown(
        self, place: Place, cause: str, words: Collection[str], otherwise: str, *, word: str | None = None
    ) -> None:
        """Note a word (`place`'s last key unless one is given) that is not one of `words`, with the nearest right
        spelling or, without one, `otherwise`.
        """
        hint = nearest(str(place[-1]) if word is None else word, words)
        self.note(place, cause, f"did you mean `{hint}`?" if hint else otherwise)


def dotted(place: Place) -> str:
    """A place as a person writes it: "tool.agentaudit.steps[0].name"."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{_quoted(key)}" for key in place).lstrip(".")


def _quoted(key: str) -> str:
    return key if key.replace("-", "").replace("_", "").isalnum() else f'"{key.encode("unicode_escape").decode()}"'


def nearest(word: str, words: Collection[str]) -> str:
    """The one of `words` that a person most likely meant; empty where none is near."""
    by_form = {_form(it): it for it in words}
    get_close_matches = import_module("difflib").get_close_matches
    return next((by_form[form] for form in get_close_matches(_form(word), by_form, 1)), "")


def _form(word: str) -> str:
    return word.lower().replace("_", "-")


def described(value: object) -> str:
    """A value's type and, where it is short, the value: "an integer (10)"."""
    word = next((word for kind, word in TYPE_WORDS if isinstance(value, kind)), "something else")
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    is_short = len(shown) <= SHORT and not isinstance(value, list | dict)
    return f"{word} ({shown})" if is_short else word
