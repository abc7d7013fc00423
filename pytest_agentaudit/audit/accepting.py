"""What `agentaudit waive` needs to know of a change: its findings with their fingerprints, and by what they could be
accepted.
"""

from __future__ import annotations

import posixpath
from datetime import date

from msgspec import Struct

from pytest_agentaudit.audit import Request, open_audit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Finding
from pytest_agentaudit.policy.load import PATH
from pytest_agentaudit.policy.model import Policy


class Acceptable(Struct, frozen=True):
    """A finding of a static audit. `content` hashes the code that it speaks of, `policy` is the base's that governs it,
    and `policy_path` the file which that has, or would have, from the root of the repository.
    """

    finding: Finding
    content: str
    policy: Policy
    policy_path: str


class Acceptance(Struct, frozen=True):
    """The findings of a change, waived ones too. `root` is the work tree's or the bare repository's folder, `signers`
    the content of the base's lists of allowed signers by their path.
    """

    root: str
    day: date
    items: tuple[Acceptable, ...]
    signers: dict[str, bytes]


def acceptable(request: Request) -> Acceptance:
    """Audit without a run, and tell what was found."""
    pipeline = open_audit(request)
    try:
        if pipeline.is_empty:
            raise AuditError("there is no change to find anything in", "name what it is compared with: --base REV")
        pipeline.prepare()
        found, waiving = pipeline.weighed()
        items = []
        for finding in found:
            policy = waiving.old.governing(finding.location.path)
            path = policy.path or PATH
            items.append(Acceptable(finding, waiving.bound.hash(finding), policy, path))
        paths = {it.policy.allowed_signers for it in items} - {""}
        lists = {path: waiving.change.old.read(path) for path in paths}
        signers = {path: content for path, content in lists.items() if content is not None}
        return Acceptance(pipeline.root, waiving.grounds.day, tuple(items), signers)
    finally:
        pipeline.close()


def inner(path: str, policy_path: str) -> str:
    """A repository's path as the policy at `policy_path` writes it."""
    folder = posixpath.dirname(policy_path)
    return path.removeprefix(f"{folder}/") if folder else path
