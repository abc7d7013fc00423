"""Files by the text of their path. pathlib, which says all this better, takes 3 ms to load, a fiftieth of an audit that
an earlier one left little to do.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def as_path(*parts: str) -> Path:
    """The path for whatever few audits do."""
    found: Path = import_module("pathlib").Path(*parts)
    return found


def from_home(place: str) -> str:
    """The path with a home folder in the place of `~`; "" where there is none."""
    found = os.path.expanduser(place)
    return "" if found.startswith("~") else found


def is_file(place: str) -> bool:
    """Whether a plain file stands there, links followed; a place that cannot be looked at counts as none."""
    return os.path.isfile(place)


def is_folder(place: str) -> bool:
    """Whether a folder stands there, links followed; a place that cannot be looked at counts as none."""
    return os.path.isdir(place)


def exists(place: str) -> bool:
    """Whether anything stands there, links followed."""
    return os.path.exists(place)


def content(place: str, most: int = -1) -> bytes:
    """What a file holds, or its first bytes. OSError where it cannot be read."""
    with open(place, "rb") as file:
        return file.read(most)


def names_in(folder: str) -> list[str]:
    """What stands in a folder, in no order. OSError where it cannot be listed."""
    return os.listdir(folder)


def make_folder(place: str) -> None:
    """Have a folder there, and all above it. OSError where that cannot be done."""
    os.makedirs(place, exist_ok=True)


def stem(path: str) -> str:
    """A file's name without its last ending; a name that begins with its only dot has none."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def suffix(path: str) -> str:
    """The last ending of a file's name with its dot, or ""."""
    return path.rpartition("/")[2].removeprefix(stem(path))


def folders_of(path: str) -> list[str]:
    """The folders that a file of a repository is in, the innermost first, "" for the root."""
    found = []
    while path:
        path = path.rpartition("/")[0]
        found.append(path)
    return found
