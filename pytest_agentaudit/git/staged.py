"""The index: what `git commit` would commit now, whatever stands in the work tree beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from pytest_agentaudit.contents import Content, Stored, whole_if_any
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.command import Git
from pytest_agentaudit.git.entries import SUBMODULE, Entry, decode
from pytest_agentaudit.git.objects import Objects
from pytest_agentaudit.git.worktree import Index


class StagedTree:
    """The files of an index, read from the object store."""

    def __init__(self, git: Git, objects: Objects) -> None:
        self._git, self._objects = git, objects

    def entries(self) -> Mapping[str, Entry]:
        """Every path of the index. AuditError where a merge is not settled: nothing could be committed then."""
        return self._entries

    def changed(self, base: str) -> tuple[str, ...]:
        """The paths in which the index differs from a commit, in order."""
        names = self._git.output("diff-index", "--cached", "--name-only", "-z", "--ignore-submodules=none", base)
        return tuple(sorted(decode(name) for name in names.split(b"\0") if name))

    def expect(self, paths: Iterable[str]) -> None:
        """Read many files together, as far as they can be kept."""
        found = (self._entries.get(path) for path in paths)
        self._objects.fetch_blobs([it.oid for it in found if it is not None and it.mode != SUBMODULE])

    def read(self, path: str) -> bytes | None:
        """The bytes at a path (a symlink's target); None where there is no file, or `reason` says why not."""
        return whole_if_any(self.held(path))

    def held(self, path: str) -> Content | None:
        """The same, as it is kept."""
        found = self._entries.get(path)
        return None if found is None or found.mode == SUBMODULE else self._objects.blob(found.oid)

    def hold(self, path: str, content: Stored) -> None:
        """What was read at a path stands in a file now."""
        found = self._entries.get(path)
        if found is not None:
            self._objects.hold(found.oid, content)

    def reason(self, path: str) -> str:
        """Why `read` gave None although the path has an entry."""
        found = self._entries.get(path)
        return "submodule" if found is None or found.mode == SUBMODULE else self._objects.reason(found.oid)

    @cached_property
    def _entries(self) -> dict[str, Entry]:
        index = Index.read(self._git.output("ls-files", "-s", "-v", "-z"))
        for line in index.lines:
            if line.startswith(b"M"):
                path = decode(line.partition(b"\t")[2])
                raise AuditError(f"{path} is unmerged in the index", "settle the merge: git add, or git merge --abort")
        return index.entries
