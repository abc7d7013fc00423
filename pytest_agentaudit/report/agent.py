"""The report for a coding agent: plain text, one line a finding, one next step each, short enough to be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from pytest_agentaudit.model import Finding, StepResult, Verdict
from pytest_agentaudit.report.nothing import SHORT, agent_lines
from pytest_agentaudit.report.summary import bearing, counts, is_empty, not_judged_groups, waived
from pytest_agentaudit.report.text import counted, folded, named, print_text, visible

MOST_FINDINGS = 30
"""More than that is not acted on in one turn."""
MOST_CHARACTERS = 8_000
"""About 2,000 tokens."""

_LINE_LIMIT = 700
_TAIL = 1_000  # kept free for what follows the findings


def render(verdict: Verdict, stream: TextIO, *, full_report: str = "", rerun: str = "") -> None:
    """Write the report: the verdict first and last, the worst findings in between, in the verdict's order.

    `full_report` is the path of the JSON report, `rerun` the command that audits again; either may be empty.
    """
    print_text("".join(f"{line}\n" for line in _report(verdict, full_report, rerun)), stream)


def _report(verdict: Verdict, full_report: str, rerun: str) -> Iterator[str]:
    if is_empty(verdict):
        yield from agent_lines(verdict.base, verdict.promise.value, rerun)
        return
    outcome = f"agent-audit: {verdict.result.value.upper()} {counts(verdict)}"
    full = f" full: {visible(full_report)}" if full_report else ""
    yield f"{outcome}. base {verdict.base[:SHORT]}.{full}"
    shown = list(_fitting(verdict.findings))
    yield from shown
    left = len(verdict.findings) - len(shown)
    if left:
        yield f"{counted(left, 'more finding')} left out.{full}"
    yield from _tail(verdict)
    yield f"{outcome} ({verdict.promise.value})" + (f". rerun: {rerun}" if rerun else "")


def _fitting(findings: tuple[Finding, ...]) -> Iterator[str]:
    """The lines of the worst findings that fit, in the order of the verdict."""
    worst = sorted(range(len(findings)), key=lambda index: (findings[index].level.rank, index))[:MOST_FINDINGS]
    lines: dict[int, str] = {}
    room = MOST_CHARACTERS - _TAIL
    for index in worst:
        line = _finding(findings[index])
        room -= len(line) + 1
        if room < 0:
            break
        lines[index] = line
    return (lines[index] for index in sorted(lines))


def _finding(finding: Finding) -> str:
    place = f"{named(finding.location.path)}:{finding.location.line}"
    parts = [f"{place} {finding.level.value} {finding.rule} {_sentence(finding.message)}"]
    if "base" in finding.evidence and "head" in finding.evidence:
        parts.append(f'"{folded(finding.evidence["base"])}" -> "{folded(finding.evidence["head"])}".')
    parts += (_sentence(finding.evidence[key]) for key in ("proof", "waiver") if key in finding.evidence)
    if finding.related:
        parts.append(f"also in {counted(len(finding.related), 'other place')}.")
    tail = f" next: {_sentence(finding.fix)}" if finding.fix else ""
    if finding.not_a_fix:
        tail += f" not a fix: {_sentence(finding.not_a_fix)}"
    return _cut(" ".join(parts), _LINE_LIMIT - min(len(tail), _LINE_LIMIT // 2)) + _cut(tail, _LINE_LIMIT // 2)


def _sentence(text: str) -> str:
    line = folded(text)
    return line if line.endswith((".", "!", "?")) else f"{line}."


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _tail(verdict: Verdict) -> Iterator[str]:
    for step in verdict.steps:
        if step.result is not StepResult.PASSED:
            yield _cut(f"step {step.name}: {step.result.value}: {folded(step.reason)}", _TAIL // 5)
    if why := bearing(verdict):
        yield _cut(why, _TAIL // 3)
    if verdict.not_judged:
        yield _cut(f"not judged: {len(verdict.not_judged)}: {'; '.join(not_judged_groups(verdict))}", _TAIL // 3)
    if verdict.off:
        said = ", ".join(f"{rule} {number}" for rule, number in verdict.off.items())
        yield _cut(f"off by policy: {said}", _TAIL // 5)
    if verdict.waived:
        yield _cut(f"waived: {len(verdict.waived)}: {' | '.join(waived(verdict))}", _TAIL)
