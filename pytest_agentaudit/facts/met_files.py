"""Files that are read for the sake of another one: what is kept of that stands and falls by them."""

from __future__ import annotations

import msgspec

from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.digests import digest

PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
"""Names that mark the folder of a project."""


class MetFiles:
    """Reads files of a tree and notes them, with the digests of their contents (of nothing, where there is no file)."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._met: dict[str, bytes] = {}
        self._digests: dict[str, bytes] = {}
        self._noted: tuple[int, bytes | None] = (-1, None)
        self._still: dict[bytes, bool] = {}

    def read(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        content = self._tree.read(path)
        self._met[path] = digest(content or b"")
        return content

    def so_far(self) -> bytes | None:
        """What was met until now, as it is kept; None where an odd name cannot be. As long as nothing comes to it, the
        same value: each of many files has one.
        """
        if self._noted[0] != len(self._met):
            try:
                self._noted = len(self._met), msgspec.msgpack.encode(self._met)
            except UnicodeEncodeError:
                self._noted = len(self._met), None
        return self._noted[1]

    def layout(self) -> bytes:
        """A digest of all names in the tree by which files are looked up."""
        known = listing(self._tree)
        marked = (f"{it}\0" for it in known.paths if it.endswith(PROJECT_FILES))
        return digest("\n".join([*known.python, *marked]).encode(errors="surrogateescape"))

    def still(self, met: bytes) -> bool:
        """Whether the files that were met in an earlier audit are as they were."""
        if met not in self._still:
            self._still[met] = self._are_same(met)
        return self._still[met]

    def _are_same(self, met: bytes) -> bool:
        try:
            noted = msgspec.msgpack.decode(met, type=dict[str, bytes])
        except msgspec.MsgspecError:
            return False
        return all(self._digest(path) == was for path, was in noted.items())

    def _digest(self, path: str) -> bytes:
        if path not in self._digests:
            self._digests[path] = self._met[path] if path in self._met else digest(self._tree.read(path) or b"")
        return self._digests[path]
