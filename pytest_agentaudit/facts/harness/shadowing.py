"""New files that take the place of a module which Python or pytest would have imported from elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.change.model import Change, FilePair, FileRole
from pytest_agentaudit.facts.import_roots import PLACES, TEST_FILE, import_roots, project_folders
from pytest_agentaudit.facts.model import Setting

TOOLS = frozenset(
    {
        *(
            "pytest",
            "_pytest",
            "pluggy",
            "iniconfig",
            "py",
            "coverage",
            "pytest_cov",
            "xdist",
            "hypothesis",
            "unittest",
        ),
        *("pytest_agentaudit", "libcst", "radon", "pathspec", "doctest", "mock", "pytest_asyncio", "anyio"),
    }
)
"""What runs, measures or audits tests."""

STARTERS = frozenset({"sitecustomize", "usercustomize"})
"""Modules that every interpreter imports when it starts."""

_EARLY = frozenset(
    {
        *sys.builtin_module_names,
        *("abc", "codecs", "encodings", "genericpath", "io", "ntpath", "os", "posixpath", "runpy", "site", "stat"),
        *("zipimport", "importlib", "__future__", "antigravity", "this", "idlelib", "test", "turtledemo", "lib2to3"),
        *("__main__", "turtle", "tkinter", "distutils", "setup", "_aix_support"),
    }
)
"""Modules that are imported before any folder of a project is searched, and those that no test run imports."""

_MEASURES = frozenset(
    {b"import coverage", b"coverage.process_startup()", b"try:", b"except ImportError:", b"pass", b""}
)
"""The lines of a start-up file that only measures coverage in child processes (coverage.py's manual)."""
_MAX_PATH_FILE = 4_096


class Shadow(StrEnum):
    """What a new file stands in for."""

    TOOL = "tool"
    STANDARD = "standard library"
    STARTER = "start-up file"
    PATH_FILE = "path file"
    METADATA = "metadata"
    PRODUCT = "product"


class Shadowing(Struct, frozen=True):
    """A new file at an import root. `name` is the module (or distribution) that it stands in for. `aside` is true for a
    start-up file elsewhere: PYTHONPATH makes any folder a root.
    """

    path: str
    kind: Shadow
    name: str
    aside: bool = False


def shadowing(change: Change, settings: Mapping[str, Setting]) -> Iterator[Shadowing]:
    """The new files that shadow something, each module or folder once."""
    if not any(_is_candidate(pair) for pair in change.pairs):
        return
    entries = change.new.entries()
    roots = import_roots(change, settings)
    homes = [f"{folder}{place}" for folder in project_folders(change) for place in PLACES]
    old = {
        "/".join(path.split("/")[:depth]) for path in change.old.entries() for depth in range(1, path.count("/") + 2)
    }
    seen: set[str] = set()
    for pair in change.pairs:
        if pair.new is None or (pair.old is not None and pair.old.path == pair.new.path):
            continue
        root = next((it for it in sorted(roots, key=len, reverse=True) if pair.path.startswith(it)), None)
        if root is None:
            continue
        first, _, rest = pair.path[len(root) :].partition("/")
        place = f"{root}{first}"
        known = place in old or place in seen
        found = None if known else _shadow(pair, first, rest) or _starter(pair, entries)
        found = found if found or known or rest else _of_product(pair, first, entries, homes)
        if found is not None:
            seen.add(place)
            yield found


def _shadow(pair: FilePair, first: str, rest: str) -> Shadowing | None:
    """What a new file, or folder of files, at an import root stands in for."""
    if first.endswith((".dist-info", ".egg-info")):
        return Shadowing(pair.path, Shadow.METADATA, first.partition(".")[0].partition("-")[0])
    if not rest and first.endswith(".pth"):
        return Shadowing(pair.path, Shadow.PATH_FILE, first) if _holds_code(pair.side.content) else None
    if not (first.endswith(".py") if not rest else rest == "__init__.py"):
        return None
    name = first.removesuffix(".py")
    kind = None
    if name in STARTERS:
        kind = None if _only_measures(pair.side.content) else Shadow.STARTER
    elif name in TOOLS:
        kind = Shadow.TOOL
    elif name in sys.stdlib_module_names and name not in _EARLY:
        kind = Shadow.STANDARD
    return Shadowing(pair.path, kind, name) if kind else None


def _of_product(pair: FilePair, first: str, entries: Mapping[str, object], homes: Sequence[str]) -> Shadowing | None:
    """A module beside the tests that has the name of one of the product's: their folder comes first on the path. Test
    files of one name are nobody's import, and pytest complains of them by itself.
    """
    name = first.removesuffix(".py")
    if pair.role is not FileRole.TEST or not first.endswith(".py") or TEST_FILE.fullmatch(first):
        return None
    others = (f"{other}{name}{end}" for other in homes for end in (".py", "/__init__.py"))
    real = next((it for it in others if it in entries and it != pair.path), "")
    return Shadowing(pair.path, Shadow.PRODUCT, real) if real else None


def _starter(pair: FilePair, entries: Mapping[str, object]) -> Shadowing | None:
    """A start-up file in a folder that is no package: PYTHONPATH may name it."""
    folder, _, name = pair.path.rpartition("/")
    module = name.removesuffix(".py")
    if module not in STARTERS or f"{folder}/__init__.py" in entries or _only_measures(pair.side.content):
        return None
    return Shadowing(pair.path, Shadow.STARTER, module, aside=True)


def _holds_code(content: bytes) -> bool:
    """Whether a path file is a text with a line of code; weights of a model have the same suffix."""
    return len(content) <= _MAX_PATH_FILE and b"\0" not in content and b"import" in content


def _only_measures(content: bytes) -> bool:
    return {line.partition(b"#")[0].strip() for line in content.split(b"\n")} <= _MEASURES


def _is_candidate(pair: FilePair) -> bool:
    """Whether a file is new and one of the names on its path could shadow something: a cheap question first."""
    if pair.new is None or (pair.old is not None and pair.old.path == pair.new.path):
        return False
    parts = pair.new.path.split("/")
    if parts[-1].endswith(".pth") or any(part.endswith((".dist-info", ".egg-info")) for part in parts):
        return True
    name = parts[-1].removesuffix(".py")
    if name == "__init__" and len(parts) > 1:
        name = parts[-2]
    return name in TOOLS or name in STARTERS or name in sys.stdlib_module_names or pair.role is FileRole.TEST
