"""The static audit over a repository's history, change by change: what it would have said all along."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from pytest_agentaudit.audit.replay.history import BY, past_changes
from pytest_agentaudit.audit.replay.record import Record, row
from pytest_agentaudit.audit.replay.summary import document
from pytest_agentaudit.audit.replay.worker import judge_all
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository

__all__ = ["BY", "ReplayRequest", "replay"]


def _no_report(_done: int, _total: int) -> None:
    """Report nothing."""


class ReplayRequest(Struct, frozen=True):
    """Which history to replay. `span` is "A..B", a revision, or "" for HEAD; `last` limits it to so many changes (0:
    no limit); `by` is one of BY; `jobs` the number of processes (0: one for each processor); `resume` a file that
    keeps what was found, or "". `progress` is told how many changes are done, and of how many.
    """

    repo: str
    span: str = ""
    last: int = 0
    by: str = "merge"
    jobs: int = 0
    resume: str = ""
    progress: Callable[[int, int], None] = _no_report


def replay(request: ReplayRequest) -> dict[str, Any]:
    """The JSON document of a replay (see report/replay.schema.json).

    AuditError where the history cannot be read, or where not one of its changes can be judged.
    """
    repo = Repository.open(request.repo)
    try:
        changes = past_changes(repo, request.span, last=request.last, by=request.by)
    finally:
        repo.close()
    if not changes:
        raise AuditError(
            f"there is no change in {request.span or 'HEAD'}", "name a range that has commits: A..B, or --last N"
        )
    record = Record(request.resume)
    left = [it for it in changes if it.sha not in record.rows]
    request.progress(len(changes) - len(left), len(changes))
    for done, judged in enumerate(judge_all(repo.root, left, request.jobs), len(changes) - len(left) + 1):
        record.add(row(judged))
        request.progress(done, len(changes))
    rows = [record.rows[it.sha] for it in changes]
    if not any(it["verdict"] for it in rows):
        raise AuditError(f"none of {len(rows)} changes could be judged: {rows[0]['problem']}")
    return document(rows, root=repo.root, span=request.span or "HEAD", by=request.by)
