"""Git's objects, trees and history: the only room that runs git."""

from __future__ import annotations

from pytest_agentaudit.git.entries import SUBMODULE, SYMLINK, Entry
from pytest_agentaudit.git.repository import FETCH_MORE, Repository
from pytest_agentaudit.git.trees import GitTree
from pytest_agentaudit.git.worktree import WorkTree

__all__ = ["FETCH_MORE", "SUBMODULE", "SYMLINK", "Entry", "GitTree", "Repository", "WorkTree"]
