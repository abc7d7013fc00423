"""INI files as pytest (iniconfig) and the checkers (configparser) read them, with the line of every value.

Both dialects agree on what this module reads; where one of them refuses a file, it is refused here too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from pytest_agentaudit.patterns import regex

_HEADER = regex(r"\[(.+)\]")
_COMMENT = regex(r"[#;].*")
_PAIR = regex(r"([^=:]*?)\s*[=:]\s*(.*)")


class IniError(ValueError):
    """The text is no INI file. `cause` says why in one line, `line` counts from 1."""

    def __init__(self, cause: str, line: int) -> None:
        super().__init__(f"line {line}: {cause}")
        self.cause, self.line = cause, line


class Entry(Struct):
    """One key of a section. `parts` are the lines of its value that are not blank, each with its line number."""

    line: int
    parts: list[tuple[str, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole value, its lines joined by line feeds."""
        return "\n".join(part for part, _line in self.parts)


Ini = Mapping[str, Mapping[str, Entry]]
"""Sections by name, each with its entries by key, in the order of the file."""


def parse(text: str) -> Ini:
    """Read an INI text; IniError where pytest and configparser refuse it."""
    sections: dict[str, dict[str, Entry]] = {}
    section: dict[str, Entry] | None = None
    entry, indent = None, 0
    for line, number in _lines(text.removeprefix("\ufeff")):
        depth = len(line) - len(line.lstrip())
        if entry is not None and depth > indent:
            entry.parts.append((line.strip(), number))
        elif header := _HEADER.fullmatch(_COMMENT.sub("", line).strip()):
            section = _new_section(sections, header[1], number)
            entry = None
        else:
            entry, indent = _new_entry(section, line.strip(), number), depth
    return sections


def _lines(text: str) -> Iterator[tuple[str, int]]:
    """The lines that are neither blank nor comments, with their numbers. The readers of INI files also break lines at
    a lone CR (pytest at FF, VT, NEL and others too), git and people do not: such pieces share one number.
    """
    for number, line in enumerate(text.split("\n"), 1):
        for piece in line.splitlines():
            if piece.strip() and piece.lstrip()[0] not in "#;":
                yield piece.rstrip(), number


def _new_section(sections: dict[str, dict[str, Entry]], name: str, line: int) -> dict[str, Entry]:
    if name in sections:
        raise IniError(f"section [{name}] stands twice", line)
    return sections.setdefault(name, {})


def _new_entry(section: dict[str, Entry] | None, line: str, number: int) -> Entry:
    pair = _PAIR.fullmatch(line)
    if section is None:
        raise IniError("a value stands before the first [section]", number)
    if pair is None or not pair[1]:
        raise IniError(f"neither a [section] nor key = value: {line[:60]}", number)
    if pair[1] in section:
        raise IniError(f"key {pair[1]} stands twice", number)
    section[pair[1]] = Entry(number, [(pair[2], number)] if pair[2] else [])
    return section[pair[1]]
