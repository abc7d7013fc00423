"""What every format for readers says in the same words: counts, what was not judged, the one-line summary."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Finding, Level, NotJudged, Result, Verdict
from pytest_agentaudit.report.nothing import SHORT, nothing
from pytest_agentaudit.report.text import counted, folded, listed, named, visible


def scope(verdict: Verdict) -> str:
    """What was looked at: "4 files, 87 changed lines"."""
    return f"{counted(verdict.stats.files, 'file')}, {counted(verdict.stats.lines, 'changed line')}"


def counts(verdict: Verdict) -> str:
    """Findings by level, worst first: "2 errors, 1 warning"; "no finding" where there is none."""
    levels = [(level, verdict.count(level)) for level in Level]
    return ", ".join(counted(number, level.value) for level, number in levels if number) or "no finding"


def summary(verdict: Verdict) -> str:
    """The closing line without its ruler: counts, scope where nothing was found, promise, result, seconds."""
    said = counts(verdict)
    if is_empty(verdict):
        said = nothing(verdict.base)
    elif not verdict.findings:
        said += f" in {scope(verdict)}"
        if verdict.stats.tests:
            said += f", {counted(verdict.stats.tests, 'test')}"
    if verdict.waived:
        said += f", {len(verdict.waived)} waived"
    if verdict.not_judged:
        said += f", {len(verdict.not_judged)} not judged"
    said += f" ({verdict.promise.value})"
    if verdict.findings or verdict.result is not Result.PASSED:
        said += f" - {verdict.result.value}"
    seconds = sum(verdict.stats.seconds.values())
    return f"agent audit: {said}, {seconds:.1f} s" if seconds else f"agent audit: {said}"


def is_empty(verdict: Verdict) -> bool:
    """Whether there was no change to look at: that is not the same as a change without findings."""
    return not (verdict.stats.files or verdict.findings or verdict.waived or verdict.not_judged)


def base_line(verdict: Verdict) -> str:
    """Which revisions were compared: "base 3f2a91c (merge base with origin/main), 4 files, 87 changed lines"."""
    origin = f" ({visible(verdict.base_origin)})" if verdict.base_origin else ""
    head = f", head {verdict.head[:SHORT]}" if verdict.head else ""
    return f"base {verdict.base[:SHORT]}{origin}{head}, {scope(verdict)}"


def waived(verdict: Verdict) -> Iterator[str]:
    """Each waived finding with who answers for it: "stub src/a.py:3: reason (owner, until 2027-01-31)"."""
    for finding in verdict.waived:
        place = f"{finding.rule} {named(finding.location.path)}:{finding.location.line}"
        if finding.related:
            place += f" and {counted(len(finding.related), 'other place')}"
        yield f"{place}: {answer}" if (answer := answered_for(finding)) else place


def answered_for(finding: Finding) -> str:
    """Why a waived finding is accepted, who answers for it, and until when; empty where no waiver says so."""
    waiver = finding.waiver
    if waiver is None:
        return ""
    grant = f", {visible(waiver.grant)}" if waiver.grant else ""
    return f"{folded(waiver.reason)}, {folded(waiver.owner)}, until {waiver.expires}{grant}"


def by_agent(verdict: Verdict) -> str:
    """How many findings are the work of which coding agent, as commits say; empty where none says so."""
    said = ", ".join(f"{visible(name)} {number}" for name, number in verdict.change.agents.items())
    return f"by agent, as commits say: {said}" if said else ""


def bearing(verdict: Verdict) -> str:
    """Whether the policy applies to this change, where it does not apply to all; empty where it does."""
    return visible(verdict.bearing.why)


def not_judged_groups(verdict: Verdict) -> Iterator[str]:
    """One text for each reason: "src/a.py, src/b.py and 3 more (partial run: -k; untested-change)"."""
    groups: dict[str, list[NotJudged]] = {}
    for item in verdict.not_judged:
        groups.setdefault(item.reason, []).append(item)
    for reason, items in groups.items():
        paths = list(dict.fromkeys(named(item.path) for item in items if item.path))
        rules = list(dict.fromkeys(item.rule for item in items if item.rule))
        what = listed(paths) or listed(rules) or "the change"
        by_rule = f"; {listed(rules)}" if paths and rules else ""
        yield f"{what} ({visible(reason)}{by_rule})"


def open_questions(verdict: Verdict) -> list[str]:
    """What was not judged, a text for each reason; where there is no verdict at all, why."""
    if verdict.base:
        return [f"not judged: {text}" for text in not_judged_groups(verdict)]
    return [visible(item.reason) for item in verdict.not_judged]
