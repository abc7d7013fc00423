"""What an audit judges, in digests: shards of one run have it in common."""

from __future__ import annotations

import hashlib
import json

from pytest_agentaudit.change.model import Change, Side
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.shard import Subject
from pytest_agentaudit.wire import to_plain


def subject(change: Change, policy: Policy, commit: str) -> Subject:
    """The change from its base to what head holds, at the checked-out `commit`, under the base's policy."""
    gone = {pair.old.path: "" for pair in change.pairs if pair.old}
    passed = {it.path: _digest(it.reason.encode(errors="surrogateescape")) for it in change.passed}
    held = {pair.new.path: _of(pair.new) for pair in change.pairs if pair.new}
    return Subject(change.base, commit, {**gone, **passed, **held}, digest_of(policy))


def digest_of(policy: Policy) -> str:
    """A digest of all that a policy says."""
    return _digest(json.dumps(to_plain(policy), sort_keys=True, default=str).encode())


def _of(side: Side) -> str:
    return _digest(f"{side.mode:o} ".encode() + side.content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
