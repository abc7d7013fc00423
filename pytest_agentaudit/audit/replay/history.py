"""The changes of a repository's history: what was once merged or committed as one."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from pytest_agentaudit.audit.authors import Author, AuthorKind, author_of
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository

BY = ("merge", "commit")
"""What counts as one change: what the main line took in at once, or each commit that is no merge."""

MESSAGES = 100
"""How many commits of one merge are asked who made them."""


class PastChange(Struct, frozen=True):
    """A change that was made: the commit that brought it, what it is compared with, when and by whom."""

    sha: str
    base: str
    day: str
    title: str
    author: Author

    @property
    def month(self) -> str:
        """Year and month."""
        return self.day[:7]


def past_changes(repo: Repository, span: str, *, last: int, by: str) -> tuple[PastChange, ...]:
    """The changes in `span` ("A..B", a revision, or "" for HEAD), newest first, `last` of them at most (0: all).

    A commit without a parent brought no change that could be judged. AuditError where a revision is not known.
    """
    first, head = _ends(repo, span)
    found = repo.history(first, head, along=by == "merge", most=last)
    changes = (_change(repo, sha) for sha in found)
    return tuple(it for it in changes if it.base)


def _ends(repo: Repository, span: str) -> tuple[str, str]:
    if "..." in span:
        raise AuditError(f"{span!r} has three dots, and history is told by two", "write A..B")
    first, dots, last = span.partition("..")
    if not dots:
        return "", repo.resolve(first or "HEAD")
    return repo.resolve(first or "HEAD"), repo.resolve(last or "HEAD")


def _change(repo: Repository, sha: str) -> PastChange:
    commit = repo.commit(sha)
    base = commit.parents[0] if commit.parents else ""
    day = datetime.fromtimestamp(commit.time, UTC).strftime("%Y-%m-%d")
    title = next((line for line in commit.message.split("\n") if line.strip()), "")
    return PastChange(sha, base, day, title.strip(), _author(repo, sha, base))


def _author(repo: Repository, sha: str, base: str) -> Author:
    """Who made the change: of a merge, whoever made most of its commits says it; an agent counts before people."""
    commit = repo.commit(sha)
    said = author_of(commit.author, commit.message)
    if len(commit.parents) <= 1 or said.kind is AuthorKind.AGENT or not repo.exists(base):
        return said
    inner = repo.history(base, sha, along=False, most=MESSAGES)
    authors = [author_of(it.author, it.message) for it in map(repo.commit, inner)]
    agents = [it for it in authors if it.kind is AuthorKind.AGENT]
    if agents:
        return agents[0]
    return authors[0] if authors and all(it == authors[0] for it in authors) else said
