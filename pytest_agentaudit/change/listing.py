"""The paths of a tree in order: what asks which files stand in a folder need not look through all of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from functools import cached_property
from weakref import WeakKeyDictionary

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, Entry, Tree

ENDINGS = (".py", ".pyi")
NO_FILES = frozenset({SYMLINK, SUBMODULE})
"""Modes of entries that have a path and no text of their own."""


class Listing:
    """All paths of one tree, sorted when somebody asks."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    @cached_property
    def paths(self) -> list[str]:
        """Every path, in order."""
        return sorted(self._entries)

    @cached_property
    def python(self) -> list[str]:
        """The Python files and stubs, in order; no links."""
        entries = self._entries
        return [path for path in self.paths if path.endswith(ENDINGS) and entries[path].mode not in NO_FILES]

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def packages(self, folder: str) -> list[str]:
        """The packages that stand in a folder itself, in order."""
        prefix = f"{folder}/" if folder else ""
        paths, found, at = self.below(folder), list[str](), 0
        while at < len(paths):
            name, inside, _ = paths[at][len(prefix) :].partition("/")
            at = bisect_left(paths, f"{prefix}{name}0", at) if inside else at + 1  # past all that stands below it
            if inside and f"{prefix}{name}/__init__.py" in self._entries:
                found.append(f"{prefix}{name}")
        return sorted(found)

    def modules(self, place: str) -> list[str]:
        """The files of the module or package at `place` ("a/b") below any folder, nearest to the root first."""
        ends = (f"/{place}.py", f"/{place}/__init__.py")
        found = (path for path in self._by_name.get(place.rpartition("/")[2], ()) if f"/{path}".endswith(ends))
        return sorted(found, key=lambda path: (path.count("/"), path))

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        """The Python files by the last name of the modules that they are."""
        found: dict[str, list[str]] = {}
        for path in self.python:
            folder, _, name = path.rpartition("/")
            is_package = name == "__init__.py"
            found.setdefault(folder.rpartition("/")[2] if is_package else name.removesuffix(".py"), []).append(path)
        return found

    def below(self, folder: str) -> list[str]:
        """The paths below a folder, however deep ("": all), in order."""
        return _starting(self.paths, f"{folder}/") if folder else self.paths

    def beside(self, path: str) -> list[str]:
        """The Python files in the folder of `path` itself, in order."""
        folder = path.rpartition("/")[0]
        start = len(folder) + 1 if folder else 0
        around = _starting(self.python, f"{folder}/") if folder else self.python
        return [it for it in around if "/" not in it[start:]]

    def has_folder(self, folder: str) -> bool:
        """Whether anything stands below a folder."""
        first = bisect_left(self.paths, f"{folder}/")
        return first < len(self.paths) and self.paths[first].startswith(f"{folder}/")


def listing(tree: Tree) -> Listing:
    """The listing of a tree, the same one whenever it is asked for."""
    known = _LISTINGS.get(tree)
    if known is None:
        known = _LISTINGS[tree] = Listing(tree.entries())
    return known


def _starting(paths: list[str], prefix: str) -> list[str]:
    """Those of sorted paths that begin so. `prefix` ends with "/"."""
    first = bisect_left(paths, prefix)
    return paths[first : bisect_left(paths, f"{prefix[:-1]}0", first)]  # "0" is what follows "/"


_LISTINGS: WeakKeyDictionary[Tree, Listing] = WeakKeyDictionary()
