"""What git knows of the commits before the base."""

from __future__ import annotations

from msgspec import Struct

from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository


class GitPast(Struct, frozen=True):
    """The history of a repository up to a commit, as far as the clone has it."""

    repo: Repository
    base: str

    def when_touched(self, path: str) -> Tree | None:
        """The tree of the last commit that touched `path`; None where there is none, or git cannot say."""
        try:
            commit = self.repo.last_to_touch(self.base, path)
            return self.repo.tree(commit) if commit else None
        except AuditError:
            return None
