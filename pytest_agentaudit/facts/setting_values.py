"""Values of settings files in one form, whatever file they come from: text, boolean, number, or a tuple of texts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.config_files import ConfigFiles, Raw

WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
"""How INI files spell a boolean."""


class Kind(StrEnum):
    """How a tool reads the text of a setting."""

    AS_IS = "as it is"
    ARGS = "words, quoted as in a shell"
    LINES = "one item a line"
    LIST = "items between commas or line ends"
    CODES = "items between commas or white space"
    BOOL = "boolean"
    NUMBER = "number"


def converted(raw: Raw, kind: Kind, files: ConfigFiles) -> object:
    """The value of `raw` as its tool understands it. One that the tool would refuse is reported and stays text."""
    if kind is Kind.ARGS:
        return tuple(word.text for word in words(raw, files))
    if kind in (Kind.LINES, Kind.LIST, Kind.CODES):
        return _items(raw.value, kind)
    if kind is Kind.BOOL and isinstance(raw.value, str):
        return WORDS.get(raw.value.lower(), raw.value)
    if kind is Kind.NUMBER and isinstance(raw.value, str):
        return _number(raw.value)
    return raw.value


def words(raw: Raw, files: ConfigFiles) -> tuple[Word, ...]:
    """The arguments in a value, each with its line: the items of a list, or a text split as a shell would."""
    if not isinstance(raw.value, str):
        return tuple(Word(text, line) for text, line in raw.parts)
    try:
        whole = shlex.split(raw.value)
    except ValueError as error:
        files.report(raw.path, f"{raw.key[-1]}: {error}", raw.line)
        return tuple(Word(text, raw.line) for text in raw.value.split())
    by_line = [Word(text, line) for part, line in raw.parts for text in _split(part)]
    if [word.text for word in by_line] == whole:
        return tuple(by_line)
    return tuple(Word(text, raw.line) for text in whole)


def kind_of(kinds: Mapping[str, Kind], key: str) -> Kind:
    """The kind that `kinds` gives to a key, AS_IS where it names none."""
    return kinds.get(key, Kind.AS_IS)


def _split(line: str) -> list[str]:
    """The words of one line; none where a quotation goes on in the next one."""
    try:
        return shlex.split(line)
    except ValueError:
        return []


def _items(value: object, kind: Kind) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    separator = {Kind.LINES: r"\n", Kind.LIST: r"[,\n]", Kind.CODES: r"[,\s]"}[kind]
    return tuple(item.strip() for item in re.split(separator, str(value)) if item.strip())


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def is_blanket_filter(text: str) -> bool:
    """Whether a filter of pytest's or Python's spelling ("action:message:category:module:line") ignores everything."""
    action, *limits = text.split(":")
    return action.strip() in {"i", "ignore"} and not any(it.strip() not in {"", "Warning"} for it in limits)


class Word(Struct, frozen=True):
    """One argument and the line on which it stands. As an option's value it may be empty."""

    text: str
    line: int
