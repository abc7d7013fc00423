"""Which revision a change is compared with: one asked for, the policy's, the CI system's, or the upstream's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.bases import (
    EVENT,
    MAIN_BRANCHES,
    OTHER_SYSTEMS,
    REMOTE,
    TARGET_BRANCH,
    label,
    nothing_committed,
)
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import FETCH_MORE, Repository
from pytest_agentaudit.lazy_json import loads
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.places import as_path

EVENT_LIMIT = 25 * 1024 * 1024
"""Bytes of an event file at most: GitHub caps a payload at 25 MB."""
_BRANCH = regex(r"(?!-)[\w./-]+", re.ASCII)


class Base(Struct, frozen=True):
    """The base of the change: the commit's full name, and how it was found in words that fit behind it in brackets.

    `doubt` says why the name may not mean what everybody else has under it, or is empty.
    """

    sha: str
    origin: str
    doubt: str = ""


class _Named(Struct, frozen=True):
    """A revision that somebody named, and who did."""

    rev: str
    by: str

    @property
    def label(self) -> str:
        """The revision as people write it; a full object name by its first digits."""
        if re.fullmatch("[0-9a-f]{40,64}", self.rev):
            return self.rev[:7]
        return label(self.rev)


CUT_OFF = "this clone is shallow and holds no default branch, so what was committed on this one cannot be told"


def discover(
    repo: Repository, *, option: str = "", policy_base: str = "", environ: Mapping[str, str], head: str = "HEAD"
) -> Base:
    """The merge base of `head` with the first revision that is named: by the option, the policy, the CI system's
    variables, or the upstream's default branch. Without any of these, or without commits since, it is `head` itself:
    then the change is what is not committed.

    A revision that is named but missing is an AuditError: a weaker one would hide a part of the change.
    """
    tip = repo.resolve(head)
    named = next(_named(repo, option, policy_base, environ, tip), None)
    if named is None:
        return Base(tip, nothing_committed(head, ""), CUT_OFF if repo.shallow else "")
    sha = _resolved(repo, named)
    found = repo.merge_base(sha, tip)
    if found is None:
        raise _no_merge_base(repo, named)
    doubt = _doubt(repo, named, sha)
    if found == tip:
        return Base(tip, nothing_committed(head, named.label), doubt)
    return Base(found, f"merge base with {named.label}" + (f", {named.by}" if named.by else ""), doubt)


def _doubt(repo: Repository, named: _Named, sha: str) -> str:
    """A local branch that is ahead of its upstream: what was committed there is no part of the change."""
    branch = named.rev.removeprefix("refs/heads/")
    local, remote = f"refs/heads/{branch}", f"{REMOTE}{branch}"
    if not (_BRANCH.fullmatch(branch) and repo.exists(local) and repo.exists(remote)):
        return ""
    theirs = repo.resolve(remote)
    if repo.resolve(local) != sha or theirs == sha or repo.merge_base(sha, theirs) != theirs:
        return ""
    return (
        f"the base is the local branch {branch}, which has commits that {remote.removeprefix('refs/remotes/')} has not"
    )


def _named(repo: Repository, option: str, policy_base: str, environ: Mapping[str, str], tip: str) -> Iterator[_Named]:
    """Every revision that is named, the most telling first."""
    if option:
        yield _Named(option, "")
    if policy_base:
        yield _Named(policy_base, "from the policy")
    yield from _github(repo, environ, tip)
    yield from _other_systems(environ)
    yield from _upstream(repo)


def _github(repo: Repository, environ: Mapping[str, str], tip: str) -> Iterator[_Named]:
    event = _event(environ.get(EVENT, ""))
    merged = environ.get("GITHUB_REF", "").startswith("refs/pull/") and environ.get("GITHUB_SHA") == tip
    parents = repo.commit(tip).parents
    if "pull_request" in event and merged and len(parents) == len(("base", "head")):
        # The commit that GitHub made to test the request: its first parent is the base it was merged into.
        yield _Named(parents[0], "first parent of GitHub's merge commit")
    for keys in (("pull_request", "base", "sha"), ("merge_group", "base_sha")):
        if rev := _text(event, *keys):
            yield _Named(rev, "from GitHub's event")
    if branch := environ.get(TARGET_BRANCH):
        yield _Named(REMOTE + branch, f"from {TARGET_BRANCH}")
    before = _text(event, "before")
    if before.strip("0"):
        yield _Named(before, "before the push")


def _other_systems(environ: Mapping[str, str]) -> Iterator[_Named]:
    """GitLab, Azure Pipelines, Bitbucket and Jenkins. A push that made a branch has only zeros before it."""
    for name, prefix in OTHER_SYSTEMS:
        value = environ.get(name, "").removeprefix("refs/heads/")
        if value.strip("0"):
            yield _Named(prefix + value, f"from {name}")


def _upstream(repo: Repository) -> Iterator[_Named]:
    if (default := repo.symbolic(f"{REMOTE}HEAD")) and repo.exists(default):
        yield _Named(default, "")
    for ref in MAIN_BRANCHES:
        if repo.exists(ref):
            yield _Named(ref, "")


def _resolved(repo: Repository, named: _Named) -> str:
    """The named commit; where the clone lacks it, AuditError with who named it and the way out."""
    try:
        return repo.resolve(named.rev)
    except AuditError as error:
        if repo.shallow:
            raise _no_merge_base(repo, named) from error
        by = f" ({named.by})" if named.by else ""
        raise AuditError(
            f"the base{by}: {error.message}", f"fetch it (git fetch origin), or {error.way_out}"
        ) from error


def _no_merge_base(repo: Repository, named: _Named) -> AuditError:
    if repo.shallow:
        return AuditError(f"this clone is shallow and has no merge base with {named.label}", FETCH_MORE)
    return AuditError(
        f"the change and {named.label} have no commit in common",
        "name another base (--agent-audit-base=REV, or --base REV), or fetch its history: git fetch origin",
    )


def _event(path: str) -> Mapping[str, object]:
    """GitHub's event, or nothing where there is none."""
    if not path:
        return {}
    try:
        with as_path(path).open("rb") as file:
            event = loads(file.read(EVENT_LIMIT))
    except (OSError, ValueError) as error:
        raise AuditError(f"{EVENT} names a file that cannot be read: {error}") from error
    return event if isinstance(event, dict) else {}


def _text(event: Mapping[str, object], *keys: str) -> str:
    """The text under nested keys, or "" where there is none."""
    value: object = event
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
