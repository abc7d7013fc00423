"""A commit's files in a fresh folder, written from checked objects: no checkout, no filter, no hook, no attribute."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.entries import EXECUTABLE, SUBMODULE, SYMLINK, Entry
from pytest_agentaudit.git.trees import GitTree

BLOCK = 200
"""Files that are read together."""
UNSAFE = frozenset({"", ".", "..", ".git"})


class Export(Struct):
    """A commit laid out in `root`. `left_out` maps paths that could not be written to the reason."""

    root: Path
    left_out: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, tree: GitTree, root: Path) -> Export:
        """Write every file of the tree below `root`, which is made. AuditError for one that no checkout could hold."""
        export = cls(root)
        root.mkdir(parents=True)
        entries = sorted(tree.entries().items())
        for first in range(0, len(entries), BLOCK):
            block = entries[first : first + BLOCK]
            tree.expect(path for path, _ in block)
            for path, entry in block:
                export._write(tree, path, entry)
        return export

    def _write(self, tree: GitTree, path: str, entry: Entry) -> None:
        if UNSAFE.intersection(path.lower().split("/")) or "\0" in path:
            raise AuditError(
                f"the commit has a file that no checkout would write: {path!r}", "take it out of the commit"
            )
        place = self.root / path
        self._make_room(place)
        if entry.mode == SUBMODULE:
            place.mkdir(exist_ok=True)
            self.left_out[path] = "a submodule: its files are no part of this repository"
            return
        content = tree.read(path)
        if content is None:
            self.left_out[path] = tree.reason(path)
            return
        if entry.mode == SYMLINK:
            place.symlink_to(os.fsdecode(content))
        else:
            place.write_bytes(content)
            place.chmod(0o755 if entry.mode == EXECUTABLE else 0o644)

    def _make_room(self, place: Path) -> None:
        """Folders for `place`, none of them through a link: what stands in the way goes."""
        for folder in reversed(place.relative_to(self.root).parents):
            here = self.root / folder
            if here.is_symlink() or (here.exists() and not here.is_dir()):
                here.unlink()
            here.mkdir(exist_ok=True)
        if place.is_symlink() or place.is_file():
            place.unlink()


def modules(paths: Iterable[str], entries: Mapping[str, Entry]) -> dict[str, str]:
    """The dotted names of Python files, by their paths: up to the first folder that is no package."""
    found = {}
    for path in paths:
        if not path.endswith(".py"):
            continue
        parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
        folders, names = parts[:-1], parts[-1:]
        while folders and "/".join([*folders, "__init__.py"]) in entries:
            names.insert(0, folders.pop())
        if all(name.isidentifier() for name in names):
            found[path] = ".".join(names)
    return found
