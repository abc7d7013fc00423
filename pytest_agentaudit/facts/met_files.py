"""Files that are read for the sake of another one: what is kept of that stands and falls by them."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.digests import digest

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
"""Names that mark the folder of a project."""


class MetFiles:
    """Reads files of a tree and notes them: `met` are their paths, with the digests of their contents (of nothing,
    where there is no such file).
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._digests: dict[str, bytes] = {}
        self._noted: Mapping[str, bytes] = {}
        self.met: dict[str, bytes] = {}

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        content = self._tree.read(path)
        self.met[path] = digest(content or b"")
        return content

    def so_far(self) -> Mapping[str, bytes]:
        """What was met until now. As long as nothing comes to it, the same value: each of many files has one."""
        if len(self._noted) != len(self.met):
            self._noted = self.met.copy()
        return self._noted

    def layout(self) -> bytes:
        """A digest of all names in the tree by which files are looked up."""
        known = listing(self._tree)
        marked = (f"{it}\0" for it in known.paths if it.endswith(PROJECT_FILES))
        return digest("\n".join([*known.python, *marked]).encode(errors="surrogateescape"))

    def still(self, met: Mapping[str, bytes]) -> bool:
        """Whether the files that were met in an earlier audit are as they were."""
        return all(self._digest(path) == was for path, was in met.items())

    def _digest(self, path: str) -> bytes:
        if path not in self._digests:
            self._digests[path] = self.met[path] if path in self.met else digest(self._tree.read(path) or b"")
        return self._digests[path]
