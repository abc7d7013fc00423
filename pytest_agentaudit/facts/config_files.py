"""Settings files of one tree: read once, with lines; what cannot be read is named, never raised."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TypeVar

from msgspec import Struct

from pytest_agentaudit.change.model import SYMLINK, Tree
from pytest_agentaudit.facts import ini
from pytest_agentaudit.facts.model import Problem
from pytest_agentaudit.toml import Document, Place, TomlError, leaves, parse

Parsed = TypeVar("Parsed")

LINKS = 8
"""How many symbolic links are followed to a settings file."""


class Raw(Struct, frozen=True):
    """A value as a file holds it. `key` is the way to it below the tool's own table or section; `parts` are the lines
    of a text, or the items of a list, each with its line.
    """

    key: tuple[str, ...]
    value: object
    path: str
    line: int
    parts: tuple[tuple[str, int], ...] = ()


class ConfigFiles:
    """The settings files that a tool finds when it starts in `folder` ("" is the repository's root)."""

    def __init__(self, tree: Tree, folder: str = "") -> None:
        self._tree = tree
        self._toml: dict[str, Document | None] = {}
        self._ini: dict[str, ini.Ini | None] = {}
        self._broken: set[str] = set()
        self.problems: dict[str, Problem] = {}
        parts = [part for part in folder.split("/") if part]
        self.folders = tuple("".join(f"{part}/" for part in parts[:count]) for count in range(len(parts), -1, -1))

    def paths(self, *names: str) -> Iterator[str]:
        """Where files of these names may stand: nearest folder first, in each folder in the order of the names."""
        return (f"{folder}{name}" for folder in self.folders for name in names)

    def is_broken(self, path: str) -> bool:
        """Whether the file exists and its tool could not read it."""
        return path in self._broken

    def toml(self, path: str) -> Document | None:
        """The TOML file, or None where there is none or it is broken."""
        if path not in self._toml:
            self._toml[path] = self._try(path, parse)
        return self._toml[path]

    def ini(self, path: str) -> ini.Ini | None:
        """The INI file, or None where there is none or it is broken."""
        if path not in self._ini:
            self._ini[path] = self._try(path, ini.parse)
        return self._ini[path]

    def text(self, path: str) -> str:
        """A file that a settings file names, "" where there is none."""
        return (self._content(path) or b"").decode("utf-8", "replace")

    def report(self, path: str, cause: str, line: int) -> None:
        """Note why a file, or a value in it, cannot be used. The first cause counts."""
        self.problems.setdefault(path, Problem(cause, line))

    def _try(self, path: str, reader: Callable[[str], Parsed]) -> Parsed | None:
        content = self._content(path)
        if content is None:
            return None
        try:
            return reader(content.decode())
        except UnicodeDecodeError as error:
            self.report(path, f"byte {error.start} is not UTF-8", content.count(b"\n", 0, error.start) + 1)
        except (TomlError, ini.IniError) as error:
            self.report(path, error.cause, error.line or 1)
        self._broken.add(path)
        return None

    def _content(self, path: str) -> bytes | None:
        """The file's bytes; a symbolic link's target is its content, so it is followed inside the tree."""
        for _ in range(LINKS):
            content = self._tree.read(path)
            if content is None or b"\n" in content:
                return content
            entry = self._tree.entries().get(path)
            if entry is None or entry.mode != SYMLINK:
                return content
            target = content.decode("utf-8", "surrogateescape")
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if path.startswith(("/", "../")):
                return None
        return None


def table_values(document: Document, path: str, place: Place) -> list[Raw] | None:
    """The values below a TOML table, or None where the document has no such table. Inner tables become longer keys."""
    table: object = document.values
    for key in place:
        table = table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return None
    return [
        Raw(
            key=tuple(str(part) for part in inner),
            value=tuple(value) if isinstance(value, list) else value,
            path=path,
            line=document.line((*place, *inner)),
            parts=tuple(
                (item, document.line((*place, *inner, index)))
                for index, item in enumerate(value if isinstance(value, list) else [value])
                if isinstance(item, str)
            ),
        )
        for inner, value in leaves(table)
    ]


def section_values(file: ini.Ini, path: str, section: str, *, inherit: bool = True) -> list[Raw] | None:
    """The values of an INI section, or None where the file has no such section. configparser's sections `inherit` from
    [DEFAULT] and fold the case of keys; pytest's do not.
    """
    if section not in file:
        return None
    entries = {**file.get("DEFAULT", {}), **file[section]} if inherit else file[section]
    return [
        Raw((key.lower() if inherit else key,), entry.text, path, entry.line, tuple(entry.parts))
        for key, entry in entries.items()
    ]
