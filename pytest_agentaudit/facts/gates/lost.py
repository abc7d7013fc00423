"""Checks that a change takes out of CI and tasks, or whose failure it lets pass; workflows that start less often."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_agentaudit.facts.gates.model import UPLOADS, Check, Less, LessOften, LostCheck, Run
from pytest_agentaudit.facts.gates.places import Places
from pytest_agentaudit.facts.gates.runs import Enforced, commented, paired
from pytest_agentaudit.facts.gates.workflows import Job, Trigger, Workflow

REPLACES: Mapping[str, frozenset[str]] = {
    "ruff": frozenset({"flake8", "pylint", "pyflakes", "pycodestyle", "pydocstyle", "isort", "bandit", "black"}),
    "ruff format": frozenset({"black", "yapf", "autopep8", "isort", "docformatter"}),
    "pytest": frozenset({"unittest", "nose2", "py.test", "trial", "stestr", "coverage run"}),
    "detect-secrets": frozenset({"gitleaks", "trufflehog"}),
    "gitleaks": frozenset({"detect-secrets", "detect-secrets-hook", "trufflehog"}),
    "pip-audit": frozenset({"safety", "osv-scanner"}),
}
"""What a tool takes the place of, beside those of its own kind."""


def lost_checks(
    old: Sequence[Run], new: Sequence[Run], texts: Mapping[str, str], places: Places, enforced: Enforced
) -> Iterator[LostCheck]:
    """What of the base's checks no longer counts. `texts` are the head's texts of the changed files."""
    pairs, gone, fresh = paired([it for it in old if not it.command.excuse], new)
    appeared = [it for it in fresh if not it.command.excuse]
    for was, now in pairs:
        if now.command.excuse:
            still, aside = _elsewhere(was, enforced)
            yield LostCheck(
                was,
                now,
                now.path,
                now.command.line,
                now.command.excuse,
                still=still,
                aside=aside,
                last=_is_last(was, enforced),
            )
    for was in gone:
        if not was.in_ci and places.went_along(was.path, was.command.line):
            continue
        path, line = places.head(was.path, was.command.line)
        instead = next((it for it in appeared if _replaces(it, was)), None)
        still, aside = _elsewhere(was, enforced)
        comment = commented(texts.get(path, ""), was.command)
        yield LostCheck(
            was,
            None,
            path,
            comment or line,
            comment=comment,
            still=still,
            aside=aside,
            instead=_shown(instead) if instead else "",
            last=_is_last(was, enforced),
        )


def _shown(run: Run) -> str:
    return f"`{run.command.tool}` in {run.path}"


def _replaces(new: Run, old: Run) -> bool:
    """Whether a new command may ask what a lost one asked."""
    if old.in_ci and not new.in_ci and new.command.check is not Check.RUNNER and not new.path.startswith(".pre-commit"):
        return False
    one, other = new.command, old.command
    same_kind = one.check is other.check and not (one.tool in UPLOADS and other.tool not in UPLOADS)
    runner = Check.RUNNER in (one.check, other.check) and one.tool not in UPLOADS
    return same_kind or runner or other.tool in REPLACES.get(one.tool, ())


def _elsewhere(run: Run, enforced: Enforced) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where head still minds the tool: in CI, and in tasks or hooks."""
    found = enforced.of(run.command.tool)
    in_ci = tuple(f"{it.path}:{it.command.line}" for it in found if it.in_ci)
    aside = tuple(f"{it.path}:{it.command.line}" for it in found if not it.in_ci)
    return in_ci, aside


def _is_last(run: Run, enforced: Enforced) -> bool:
    """Whether head's CI minds no check of this kind any more, and starts no runner that may."""
    kinds = {run.command.check, Check.RUNNER}
    others = (it for it in enforced.everything() if it.in_ci and not it.command.excuse)
    return not any(it.command.check in kinds and it.command.tool not in UPLOADS for it in others)


def less_often(old: Workflow, new: Workflow, places: Places) -> Iterator[LessOften]:
    """How one workflow, on both sides, asks less. One that runs no check is none of ours."""
    if not any(job.commands for job in old.jobs) or not new.readable:
        return
    yield from _triggers(old, new, places)
    jobs = {job.name: job for job in new.jobs}
    for job in old.jobs:
        now = jobs.get(job.name)
        if now:
            yield from _versions(job, now, new.path)
            yield from _needs(job, now, old, new, places)


def _triggers(old: Workflow, new: Workflow, places: Places) -> Iterator[LessOften]:
    before, after = {it.event: it for it in old.triggers}, {it.event: it for it in new.triggers}
    automatic = {"push", "pull_request", "pull_request_target", "merge_group", "trigger", "pr", "workflow_run"}
    if not before or not after:
        return
    gone = [it for it in before if it in automatic and it not in after]
    if gone and not (automatic | {"workflow_call", "schedule"}) & set(after):
        path, line = places.head(old.path, before[gone[0]].line)
        yield LessOften(Less.NEVER, path, line, ", ".join(gone), ", ".join(before), ", ".join(after))
        return
    requests = {"pull_request", "pull_request_target", "pr"}
    if requests & set(gone) and not requests & set(after) and "workflow_call" not in after:
        event = next(it for it in gone if it in requests)
        path, line = places.head(old.path, before[event].line)
        yield LessOften(Less.REQUESTS, path, line, event, ", ".join(before), ", ".join(after))
    for event, was in before.items():
        if event in after:
            yield from _filters(was, after[event], new.path)


def _filters(was: Trigger, now: Trigger, path: str) -> Iterator[LessOften]:
    olds, news = was.filters.get("branches", ()), now.filters.get("branches", ())
    if news and not {"*", "**"} & set(news) and (not olds or set(news) < set(olds)):
        yield LessOften(Less.BRANCHES, path, now.line, was.event, ", ".join(olds) or "all", ", ".join(news))
    for key in ("paths", "paths-ignore"):
        olds, news = was.filters.get(key, ()), now.filters.get(key, ())
        narrower = (not olds or set(news) < set(olds)) if key == "paths" else set(news) > set(olds)
        if news and narrower:
            yield LessOften(Less.PATHS, path, now.line, key, ", ".join(olds) or "all", ", ".join(news))


def _versions(was: Job, now: Job, path: str) -> Iterator[LessOften]:
    for key, values in was.versions.items():
        left = now.versions.get(key)
        if not left or any("$" in it for it in left):
            continue
        gone = [it for it in values if it not in left]
        if gone and len(left) < len(values):
            oldest = not _lacks_newest(gone, left)
            yield LessOften(
                Less.VERSIONS, path, now.matrix_line or now.line, key, ", ".join(values), ", ".join(left), oldest
            )


def _lacks_newest(gone: Iterable[str], left: Iterable[str]) -> bool:
    """Whether a released version went that is newer than one that stays: old ones go when their time is over."""
    kept = [found for it in left if (found := _version(it))]
    return bool(kept) and any(_version(it) > min(kept) for it in gone)


def _version(text: str) -> tuple[int, ...]:
    """A plain version ("3.12"); empty for previews, other interpreters, systems and names."""
    found = re.fullmatch(r"(\d{1,4})\.(\d{1,4})", text.strip())
    return tuple(map(int, found.groups())) if found else ()


def _needs(was: Job, now: Job, old: Workflow, new: Workflow, places: Places) -> Iterator[LessOften]:
    """Jobs that no longer wait for a job with checks which is still there."""
    checking = {job.name for job in old.jobs if job.commands} & {job.name for job in new.jobs if job.commands}
    gone = [it for it in was.needs if it in checking and it not in now.needs]
    if gone and not _waits(now, gone, new):
        path, line = places.head(old.path, was.needs_line or was.line)
        yield LessOften(Less.NEEDS, path, line, now.name, ", ".join(was.needs), ", ".join(now.needs) or "none")


def _waits(job: Job, wanted: Sequence[str], workflow: Workflow) -> bool:
    """Whether a job still waits for all of these, by way of others."""
    jobs = {it.name: it for it in workflow.jobs}
    seen: set[str] = set()
    stack = list(job.needs)
    while stack:
        name = stack.pop()
        if name not in seen and name in jobs:
            seen.add(name)
            stack += jobs[name].needs
    return set(wanted) <= seen
