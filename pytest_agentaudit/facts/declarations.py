"""Declared dependencies as plain values, and which files declare them. Light: what reads them is loaded when asked."""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.patterns import regex

NAMES = frozenset({"pyproject.toml", "Pipfile", "pixi.toml", "setup.cfg", "tox.ini", "setup.py", "noxfile.py"})
"""Files that declare dependencies among other things."""

FOLDERS = frozenset({"requirements", "reqs", "requires", "deps", "dependencies"})
"""Folders of requirements files."""

ANY_LIST = "a list"
"""Where a requirement stands that was found in a list of code: only a version says that it is one."""

_REQUIREMENTS = regex(r"(?:.*[-_.])?(?:requirements?|reqs|constraints?)(?:[-_.].*)?\.(?:txt|in|pip)", re.IGNORECASE)
_ENVIRONMENT = regex(r"(?:.*[-_.])?(?:environment|conda|env)(?:[-_.].*)?\.ya?ml")


def is_manifest(path: str) -> bool:
    """Whether a file of this path declares dependencies."""
    folder, _, name = path.rpartition("/")
    if name in NAMES:
        return True
    if name.endswith((".txt", ".in", ".pip")):
        return folder.rpartition("/")[2] in FOLDERS or _REQUIREMENTS.fullmatch(name) is not None
    return name.endswith((".yml", ".yaml")) and _ENVIRONMENT.fullmatch(name) is not None


class Purpose(StrEnum):
    """Who gets a dependency."""

    RUNTIME = "run time"  # whoever installs the project
    EXTRA = "extra"  # whoever asks for an extra
    DEVELOPMENT = "development"
    BUILD = "build"


class Requirement(Struct, frozen=True):
    """A declared dependency. `name` is normalised, `specifier` in the form of PEP 440, `where` the table or list that
    holds it ("project.dependencies"), `text` the requirement as written. `url` is empty for one from an index. `locked`
    holds where a resolver wrote the file: its versions are results, not demands.
    """

    name: str
    specifier: str
    purpose: Purpose
    path: str
    line: int
    where: str
    text: str
    marker: str = ""
    url: str = ""
    hashes: int = 0
    comment: str = ""
    locked: bool = False


class Option(Struct, frozen=True):
    """A line of a requirements file that says where packages come from."""

    path: str
    line: int
    text: str


class Manifest(Struct, frozen=True):
    """What one file declares. `folder` is the folder whose code it speaks for ("" is the whole repository)."""

    path: str
    folder: str
    requirements: tuple[Requirement, ...] = ()
    options: tuple[Option, ...] = ()
    names: tuple[str, ...] = ()
