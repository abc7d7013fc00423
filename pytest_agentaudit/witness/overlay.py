"""Other code in the place of a work tree's files, for one process: nothing is written, and nothing is moved.

Every import of Python source asks `SourceFileLoader` for the bytes of a path, whoever found it: that is where another
content is served, and where no compiled file may stand in for it. What is found where there shall be nothing, what is
not found where there shall be something, and what pytest's own loader would read past the loader, a finder in front of
all others sets right. What is no source is served to whoever opens it to read.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

SOURCE = ".py"


class Overlay(MetaPathFinder):
    """Serves `files` (absolute path -> content, None: not there) to all imports once it is installed."""

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self._files = {os.path.realpath(path): content for path, content in files.items()}
        self._names = {os.path.basename(path) for path in self._files}
        self.served: dict[str, None] = {}
        there = (path for path, content in self._files.items() if content is not None)
        self.added = tuple(path for path in there if not Path(path).exists())
        """The files that stand in the overlay alone."""

    def install(self, folder: str = "") -> None:
        """Serve from now on; imports alone, without a `folder` to write copies of other files to. There is no way back:
        the process is there for this alone.
        """
        _patch(self)
        if folder and any(not path.endswith(SOURCE) for path in self._files):
            _patch_open(self, folder)
        if self.added:
            _patch_stat(self.added)
        self.to_front()

    def to_front(self) -> None:
        """Stand before all other finders: pytest puts its own first when it starts."""
        sys.meta_path[:] = [self, *(finder for finder in sys.meta_path if finder is not self)]

    def holds(self, path: str) -> bool:
        """Whether another content, or nothing, stands in the place of this file. Every import asks it several times."""
        is_named = os.path.basename(path) in self._names or os.path.islink(path)
        return is_named and os.path.realpath(path) in self._files

    def read(self, path: str) -> bytes:
        """The content in the place of a file that `holds`; FileNotFoundError where there is none."""
        real = os.path.realpath(path)
        content = self._files[real]
        if content is None:
            raise FileNotFoundError(path)
        self.served[real] = None
        return content

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the other finders find, unless the overlay says otherwise."""
        found = self._found_by_others(fullname, path, target)
        origin = found.origin if found else None
        if found is None or not origin or not self.holds(origin):
            return found or self._added(fullname, path)
        if self._files[os.path.realpath(origin)] is None:
            raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
        if not isinstance(found.loader, SourceFileLoader):
            found.loader = SourceFileLoader(fullname, origin)
        return found

    def _found_by_others(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find = getattr(finder, "find_spec", None)
            if finder is not self and find is not None and (spec := find(fullname, path, target)) is not None:
                return spec if isinstance(spec, ModuleSpec) else None
        return None

    def _added(self, fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """A module that stands in the overlay alone."""
        for candidate in _candidates(fullname, path):
            if self._files.get(os.path.realpath(candidate)) is not None:
                return spec_from_file_location(fullname, candidate)
        return None


def _candidates(fullname: str, path: Sequence[str] | None) -> Iterator[str]:
    name = fullname.rpartition(".")[2]
    for folder in sys.path if path is None else path:
        yield f"{folder}/{name}/__init__.py"
        yield f"{folder}/{name}.py"


def _patch(overlay: Overlay) -> None:
    """Let the loader of source files, and all loaders built on it, read from the overlay first."""
    read, stats = SourceFileLoader.get_data, SourceFileLoader.path_stats

    def get_data(self: SourceFileLoader, path: str) -> bytes:
        return overlay.read(path) if overlay.holds(path) else read(self, path)

    def path_stats(self: SourceFileLoader, path: str) -> Mapping[str, object]:
        if overlay.holds(path):
            raise OSError(f"{path} is another file's place")  # so no compiled file is read or written
        return stats(self, path)

    for function in (get_data, path_stats):
        setattr(SourceFileLoader, function.__name__, function)


def _patch_open(overlay: Overlay, folder: str) -> None:
    """Let `open` give the overlay's content of files that are no source, as copies in `folder`."""
    original = io.open
    copies: dict[str, str] = {}

    def opened(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, str | os.PathLike) and not set(mode) & set("wax+"):
            path = os.path.realpath(file)
            if not path.endswith(SOURCE) and overlay.holds(path):
                if path not in copies:
                    copies[path] = f"{folder}/{len(copies)}{Path(path).suffix}"
                    with original(copies[path], "wb") as copy:
                        copy.write(overlay.read(path))
                file = copies[path]
        return original(file, mode, *args, **kwargs)

    for module in (builtins, io):
        vars(module)["open"] = opened


def _patch_stat(added: Sequence[str]) -> None:
    """Let the files of these paths be there for whoever asks the system: they look like this one."""
    original, paths = os.stat, frozenset(added)

    def stat(path: Any, *args: Any, **kwargs: Any) -> os.stat_result:
        try:
            return original(path, *args, **kwargs)
        except FileNotFoundError:
            if isinstance(path, str | os.PathLike) and os.path.realpath(path) in paths:
                return original(__file__)
            raise

    for able in (os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks):
        able.add(stat)
    setattr(os, stat.__name__, stat)
