"""Git's notes: a text for each commit, kept in a tree of its own."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.git.trees import GitTree

AI = "refs/notes/ai"
"""Who wrote which line, as git-ai keeps it."""
TRACES = "refs/notes/agent-trace"
"""Who wrote which line, as agent-trace keeps it."""
MOST_BYTES = 1 << 20
"""Of one note; a longer one is not read."""
_FANNED = 3
"""How many folders of two digits git puts around the notes of a repository with very many."""


class Notes:
    """The notes under one ref. A clone may have none: they are fetched by name only."""

    def __init__(self, repo: Repository, ref: str) -> None:
        self._tree: GitTree | None = repo.tree(repo.resolve(ref)) if repo.exists(ref) else None

    def __bool__(self) -> bool:
        return self._tree is not None

    def read(self, commit: str) -> bytes | None:
        """The note on a commit, cut off after MOST_BYTES and one; None where there is none."""
        if self._tree is None:
            return None
        found = (self._tree.read(place) for place in _places(commit))
        return next((text[: MOST_BYTES + 1] for text in found if text is not None), None)


def _places(commit: str) -> Iterator[str]:
    for depth in range(_FANNED + 1):
        folders = [commit[2 * at : 2 * at + 2] for at in range(depth)]
        yield "/".join([*folders, commit[2 * depth :]])
