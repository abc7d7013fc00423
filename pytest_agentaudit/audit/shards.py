"""The audit of what several runs showed together, as if it had been one."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_agentaudit.audit import Pipeline, Request, open_audit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Evidence, Verdict
from pytest_agentaudit.proof import Proofs
from pytest_agentaudit.shard import Subject


def judge(request: Request, subject: Subject, evidence: Evidence, proofs: Proofs) -> Verdict:
    """The verdict on what the shards judged; AuditError where that is not what `request` finds.

    Where the request names no head, that is the work tree, or else the commit that the shards had checked out: the work
    tree may hold the shards' files by now.
    """
    pipeline = _open(request, subject)
    try:
        pipeline.prepare()
        return pipeline.finish(evidence, proofs)
    finally:
        pipeline.close()


def _open(request: Request, subject: Subject) -> Pipeline:
    heads = (None, subject.commit) if request.head is None else (request.head,)
    problems: list[AuditError] = []
    for head in heads:
        try:
            pipeline = open_audit(replace(request, head=head))
        except AuditError as error:
            problems.append(error)
            continue
        problem = _difference(pipeline, subject)
        if problem is None:
            return pipeline
        problems.append(problem)
        pipeline.close()
    raise problems[0]


def _difference(pipeline: Pipeline, subject: Subject) -> AuditError | None:
    """Why this is not what the shards judged."""
    here = pipeline.subject()
    if here.base != subject.base:
        return AuditError(
            f"the shards were compared with {subject.base[:7]}, and here the base is {here.base[:7]} "
            f"({pipeline.change.base_origin})",
            f"if that base is right, name it: --base {subject.base}",
        )
    if differing := here.differs_in(subject):
        return AuditError(
            f"the shards judged another head than this one: {differing[0]!r} differs",
            f"check out what they had, or name it: --head {subject.commit}",
        )
    if here.policy != subject.policy:
        return AuditError("the shards were judged by another policy", "install the same rule packages in all jobs")
    return None
