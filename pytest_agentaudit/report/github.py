"""The report for GitHub Actions: workflow commands that become annotations of the run and of the diff.

A runner shows ten annotations of each kind a step and drops the others without a word, so the last one counts those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TextIO

from msgspec import Struct

from pytest_agentaudit.model import Finding, Level, Location, Result, Verdict
from pytest_agentaudit.report.summary import open_questions, summary, waived
from pytest_agentaudit.report.text import counted, named, print_text, visible, visible_lines

MOST = 10
"""Annotations of one kind that a runner takes from a step."""
MOST_CHARACTERS = 4_000
"""Of a message; a runner cuts it at 4,096."""

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "notice"}


class _Annotation(Struct, frozen=True):
    """What one command says; without a place it belongs to the run."""

    level: Level
    title: str
    message: str
    place: Location | None = None


def render(verdict: Verdict, stream: TextIO) -> None:
    """Write one command a line, the gravest first; nothing where there is nothing to say."""
    annotations = [*_of_the_run(verdict), *map(_of_a_finding, verdict.findings), *_waived(verdict)]
    for level in Level:
        of_level = [it for it in annotations if it.level is level]
        print_text("".join(f"{_command(it)}\n" for it in _fitting(level, of_level)), stream)


def _of_the_run(verdict: Verdict) -> Iterator[_Annotation]:
    """Whether the policy applies, and what was not judged: an error where there is no verdict, or where that is why the
    audit failed.
    """
    if verdict.bearing.why:
        yield _Annotation(Level.NOTE, "agent audit", verdict.bearing.why)
    if not verdict.not_judged:
        return
    said = open_questions(verdict)
    if not verdict.base:
        yield _Annotation(Level.ERROR, "agent audit: could not audit", "\n".join(said))
        return
    failed = verdict.result is Result.FAILED and not verdict.count(Level.ERROR)
    level = Level.ERROR if failed else Level.NOTE
    yield _Annotation(level, "agent audit: not judged", "\n".join([summary(verdict), *said]))


def _of_a_finding(finding: Finding) -> _Annotation:
    advice = {"fix": finding.fix, "not a fix": finding.not_a_fix}
    lines = [finding.message, *(f"{label}: {text}" for label, text in advice.items() if text)]
    return _Annotation(finding.level, visible(finding.rule), "\n".join(lines), finding.location)


def _waived(verdict: Verdict) -> Iterator[_Annotation]:
    """The waived findings, each with who answers for it."""
    for finding, text in zip(verdict.waived, waived(verdict), strict=True):
        yield _Annotation(Level.NOTE, "agent audit: waived", text, finding.location)


def _fitting(level: Level, annotations: list[_Annotation]) -> Iterable[_Annotation]:
    """As many as the runner takes; where some are left out, the last one says how many."""
    if len(annotations) <= MOST:
        return annotations
    left = len(annotations) - MOST + 1
    more = f"{counted(left, f'more {level.value}')}: the summary of the job, or another report, has them all"
    return [*annotations[: MOST - 1], _Annotation(level, "agent audit", more)]


def _command(annotation: _Annotation) -> str:
    properties = {"title": annotation.title}
    if place := annotation.place:
        properties = {"file": named(place.path), "line": str(place.line), "endLine": str(place.end_line), **properties}
    said = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[annotation.level]} {said}::{_data(_cut(visible_lines(annotation.message)))}"


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 3]}..."


def _data(text: str) -> str:
    """The text as a command carries it: the runner ends a command at a line end, and reads percent escapes."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
