"""The change under audit: two trees and the files in which they differ."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_agentaudit.change.base import Base, discover
from pytest_agentaudit.change.model import (
    SUBMODULE,
    SYMLINK,
    Change,
    Entry,
    FilePair,
    FileRole,
    Hunk,
    MemoryTree,
    Passed,
    Past,
    Side,
    Tree,
)
from pytest_agentaudit.change.past import GitPast
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.store import Store

if TYPE_CHECKING:
    from pytest_agentaudit.git.staged import StagedTree

__all__ = [
    "SUBMODULE",
    "SYMLINK",
    "Base",
    "Change",
    "Entry",
    "FilePair",
    "FileRole",
    "Hunk",
    "MemoryTree",
    "Passed",
    "Side",
    "Tree",
    "build",
    "candidates_of",
    "discover",
    "from_trees",
]

STAGED = "what is staged"
UNDONE = "differs from the base in the index or in HEAD, but not in the work tree"


def candidates_of(repo: Repository, base: str, head: str | None, staged: StagedTree | None = None) -> tuple[str, ...]:
    """The paths that may differ between the base and what `build` takes for the head."""
    return staged.changed(base) if staged else repo.changed(base, head)


def build(
    repo: Repository,
    base: Base,
    head: str | None,
    policy: Policy,
    *,
    staged: StagedTree | None = None,
    candidates: Collection[str] | None = None,
    kept: Callable[[], Store] | None = None,
) -> Change:
    """The change from `base` to the commit `head` (a full name), or where it is None to `staged`, or to the work tree.

    Roles are the base's. `candidates` are the paths that may differ, where they are known; `kept` opens what earlier
    audits kept, where that may count.
    """
    old = repo.tree(base.sha)
    new: Tree = staged or (repo.work_tree() if head is None else repo.tree(head))
    if candidates is None:
        candidates = candidates_of(repo, base.sha, head, staged)
    pairs, passed = _compared(old, new, policy, candidates, kept)
    unwatched: tuple[str, ...] = ()
    if head is None and not staged:
        passed = (*passed, *_unseen(repo, old, candidates))
        unwatched = tuple(sorted(repo.work_tree().unwatched()))
    messages = repo.messages(base.sha, head or repo.resolve("HEAD"))
    doubts = tuple(filter(None, (base.doubt, *repo.rewritten())))
    origin = f"{base.origin}; {STAGED}" if staged else base.origin
    past = GitPast(repo, base.sha)
    return Change(base.sha, head or "", pairs, old, new, origin, messages, _ordered(passed), unwatched, doubts, past)


def from_trees(
    old: Tree,
    new: Tree,
    policy: Policy | None = None,
    *,
    base: str = "",
    head: str = "",
    messages: Iterable[str] = (),
    past: Past | None = None,
) -> Change:
    """The change between any two trees."""
    pairs, passed = _compared(old, new, policy or Policy(), None, None)
    return Change(base, head, pairs, old, new, messages=tuple(messages), passed=passed, past=past)


def _compared(
    old: Tree, new: Tree, policy: Policy, candidates: Iterable[str] | None, kept: Callable[[], Store] | None
) -> tuple[tuple[FilePair, ...], tuple[Passed, ...]]:
    """The pairs, with the base's roles. What reads files is not even imported where no path differs."""
    if candidates is not None and not candidates:
        return (), ()
    roles = import_module(f"{__name__}.roles").RoleMap.derive(old, policy)
    hunks = import_module(f"{__name__}.kept_hunks")
    hunks_of = hunks.KeptHunks(kept) if kept else hunks.all_hunks
    pairs, passed = import_module(f"{__name__}.tree").compare(old, new, roles.role, candidates, hunks_of)
    return pairs, passed


def _unseen(repo: Repository, old: Tree, candidates: Iterable[str]) -> list[Passed]:
    """What an audit of the work tree leaves out: changes in HEAD or the index only, folders that git keeps apart."""
    tree = repo.work_tree()
    after = tree.entries()
    undone = [Passed(path, UNDONE) for path in candidates if old.entries().get(path) == after.get(path)]
    return [*undone, *(Passed(path, reason) for path, reason in tree.named().items())]


def _ordered(passed: Iterable[Passed]) -> tuple[Passed, ...]:
    return tuple(sorted(passed, key=lambda item: item.path))
