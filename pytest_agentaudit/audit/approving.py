"""What reviews and commits say of who approved a change, and of who made it."""

from __future__ import annotations

from pathlib import Path

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.policy.approvals import Authors, Reviews, people_of, read_reviews


def reviews(approvals: str, repo: Repository, head: str | None) -> Reviews:
    """The reviews in the file `approvals`. AuditError where it is a part of the change, or head is no commit."""
    if head is None:
        raise AuditError("approvals are for a commit, and the work tree is none", "name the commit: --head REV")
    path, root = Path(approvals).resolve(), Path(repo.root).resolve()
    if path.is_relative_to(root) and repo.tree(head).read(path.relative_to(root).as_posix()) is not None:
        way_out = "let a CI step fetch it from the platform, into a folder outside of the repository"
        raise AuditError(f"the approvals in {approvals} are a file of the change itself", way_out)
    return read_reviews(str(path))


def authors(repo: Repository, change: Change, pusher: str) -> Authors:
    """Who made the commits of a change, and who pushed it (a login, or "")."""
    commits = repo.commits(change.base, change.head)
    people = {sha: people_of(it.author, it.committer, it.message) for sha, it in commits.items()}
    return Authors(people, pusher)
