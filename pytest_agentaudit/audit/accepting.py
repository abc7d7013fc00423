"""What `agentaudit waive` needs to know of a change: its findings with their fingerprints, and by what they could be
accepted.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from msgspec import Struct

from pytest_agentaudit.audit import Request, open_audit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.policy.load import PATH
from pytest_agentaudit.policy.model import Policy
from pytest_agentaudit.policy.waiver_schema import FINGERPRINT


class Acceptable(Struct, frozen=True):
    """A finding of a static audit. `content` hashes the code that it speaks of, `policy` is the base's that governs it,
    and `policy_path` the file which that has, or would have, from the root of the repository.
    """

    finding: Finding
    content: str
    policy: Policy
    policy_path: str


class Acceptance(Struct, frozen=True):
    """The findings of a change, waived ones too. `root` is the work tree's folder ("" in a bare repository), `signers`
    the content of the base's lists of allowed signers by their path.
    """

    root: str
    day: date
    items: tuple[Acceptable, ...]
    signers: dict[str, bytes]


def acceptable(request: Request, more: Iterable[Finding] = ()) -> Acceptance:
    """Audit without a run, and tell what was found: by that, or (`more`) by a run of the same change before."""
    pipeline = open_audit(request)
    try:
        if pipeline.is_empty:
            raise AuditError("there is no change to find anything in", "name what it is compared with: --base REV")
        pipeline.prepare()
        found, waiving = pipeline.weighed()
        known = {it.fingerprint: it for it in (*more, *found)}
        items = []
        for finding in known.values():
            policy = waiving.old.governing(finding.location.path)
            path = policy.path or PATH
            items.append(Acceptable(finding, waiving.bound.hash(finding), policy, path))
        paths = {it.policy.allowed_signers for it in items} - {""}
        lists = {path: waiving.ruling.read(path) for path in paths}
        signers = {path: content for path, content in lists.items() if content is not None}
        return Acceptance("" if pipeline.is_bare else pipeline.root, waiving.grounds.day, tuple(items), signers)
    finally:
        pipeline.close()


def reported(path: str) -> list[Finding]:
    """The findings of a JSON report, waived ones too: rule, places, level, message and fingerprint. AuditError where it
    is none.
    """
    try:
        document = json.loads(Path(path).read_bytes())
        return [_reported(it) for it in (*document["findings"], *document["waived"])]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        cause = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        way_out = "name a file that --report json:FILE or --agent-audit-report=json:FILE wrote"
        raise AuditError(f"{path} is no JSON report: {cause}", way_out) from error


def _reported(item: Mapping[str, object]) -> Finding:
    related = item["related"]
    if not FINGERPRINT.fullmatch(str(item["fingerprint"])):
        raise ValueError(f"{item['fingerprint']!r} is no fingerprint")
    return Finding(
        rule=str(item["rule"]),
        family=Family(str(item["family"])),
        level=Level(str(item["level"])),
        message=str(item["message"]),
        location=_location(item),
        related=tuple(map(_location, related)) if isinstance(related, list) else (),
        fingerprint=str(item["fingerprint"]),
    )


def _location(item: Mapping[str, object]) -> Location:
    return Location(str(item["path"]), int(str(item["line"])), int(str(item["end_line"])), str(item["symbol"]))


def inner(path: str, policy_path: str) -> str:
    """A repository's path as the policy at `policy_path` writes it."""
    folder = posixpath.dirname(policy_path)
    return path.removeprefix(f"{folder}/") if folder else path
