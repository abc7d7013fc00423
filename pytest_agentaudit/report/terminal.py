"""The report for a person at a terminal: one block a finding, file by file, and a closing line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from msgspec import Struct

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Finding, Level, Location, StepReport, StepResult, Verdict
from pytest_agentaudit.report.nothing import NARROWEST, WIDEST, ruler, terminal_lines
from pytest_agentaudit.report.summary import base_line, bearing, by_agent, is_empty, not_judged_groups, summary, waived
from pytest_agentaudit.report.text import chopped, listed, named, print_text, visible, wrapped

_COLOURS = {Level.ERROR: "31;1", Level.WARNING: "33;1", Level.NOTE: "36;1"}
_PLACE = "1"
_CODE_KEYS = ("base", "head")


class _Page(Struct, frozen=True):
    """How the page is laid out: its columns, and whether level and place are coloured."""

    width: int
    colour: bool

    def paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def ruler(self, title: str) -> str:
        """The title between `=`, as pytest draws its sections."""
        return ruler(title, self.width)

    def prose(self, text: str, *, label: str = "") -> Iterator[str]:
        """A paragraph, two columns in; what goes on after its first line stands four columns in."""
        yield from wrapped(f"{label}{text}", self.width, first="  ", rest="    " if label else "  ")


def render(verdict: Verdict, stream: TextIO, *, colour: bool = False, width: int = 80) -> None:
    """Write the report. `colour` adds ANSI colours to level and place; `width` is the terminal's, in columns."""
    page = _Page(min(max(width, NARROWEST), WIDEST), colour)
    _write(_report(verdict, page), stream)


def render_summary(verdict: Verdict, stream: TextIO, *, colour: bool = False, width: int = 80) -> None:
    """Write the closing line alone."""
    _write(iter([_Page(min(max(width, NARROWEST), WIDEST), colour).ruler(summary(verdict))]), stream)


def could_not_audit(error: AuditError, stream: TextIO, *, width: int = 80) -> None:
    """Write why there is no verdict, and the way out."""
    page = _Page(min(max(width, NARROWEST), WIDEST), colour=False)
    lines = [page.ruler(f"agent audit: could not audit: {visible(error.message)}")]
    if error.way_out:
        lines += wrapped(error.way_out, page.width, first="  ", rest="  ")
    _write(iter(lines), stream)


def _write(lines: Iterator[str], stream: TextIO) -> None:
    print_text("".join(f"{line}\n" for line in lines), stream)


def _report(verdict: Verdict, page: _Page) -> Iterator[str]:
    if is_empty(verdict):
        yield from terminal_lines(verdict.base, visible(verdict.base_origin), verdict.promise.value, page.width)
        return
    if verdict.findings or verdict.waived:
        yield page.ruler("agent audit")
        yield from wrapped(base_line(verdict), page.width, rest="  ")
        yield ""
    for finding in verdict.findings:
        yield from _finding(finding, page)
        yield ""
    yield from _steps(verdict, page)
    yield from _remarks(verdict, page)
    yield page.ruler(summary(verdict))


def _finding(finding: Finding, page: _Page) -> Iterator[str]:
    place = page.paint(f"{_place(finding.location)}:", _PLACE)
    level = page.paint(finding.level.value, _COLOURS[finding.level])
    yield f"{place} {level}  {finding.rule}"
    yield from page.prose(finding.message)
    yield from _evidence(finding, page)
    if finding.related:
        yield from page.prose(listed([_place(location) for location in finding.related], most=5), label="also: ")
    if finding.fix:
        yield from page.prose(finding.fix, label="fix: ")
    if finding.not_a_fix:
        yield from page.prose(finding.not_a_fix, label="not a fix: ")


def _place(location: Location) -> str:
    return f"{named(location.path)}:{location.line}"


def _evidence(finding: Finding, page: _Page) -> Iterator[str]:
    """Code as it stands, in columns; the other keys as prose in the order of the finding."""
    for key, value in finding.evidence.items():
        if key == "source":
            for line in value.split("\n"):
                number, _, code = line.strip().partition("  ")
                yield from chopped(code, page.width, first=f"  {number:>5}  ", rest=" " * 11, most=2)
        elif key in _CODE_KEYS:
            for row, line in enumerate(value.split("\n")):
                label = "" if row else key
                yield from chopped(line.rstrip(), page.width, first=f"     {label:4}  ", rest=" " * 11)
        else:
            yield from page.prose(value, label=f"{visible(key)}: ")


def _steps(verdict: Verdict, page: _Page) -> Iterator[str]:
    """All steps in one paragraph, with the reason of those that did not pass; nothing where all passed."""
    if any(step.result is not StepResult.PASSED for step in verdict.steps):
        yield from wrapped(", ".join(map(_step, verdict.steps)), page.width, first="steps: ", rest="  ")


def _step(step: StepReport) -> str:
    why = f" ({step.reason})" if step.reason and step.result is not StepResult.PASSED else ""
    return f"{step.name} {step.result.value}{why}"


def _remarks(verdict: Verdict, page: _Page) -> Iterator[str]:
    """Whose the findings are, and what was left out of them: not judged, waived, switched off."""
    if agents := by_agent(verdict):
        yield from wrapped(agents, page.width, rest="  ")
    if why := bearing(verdict):
        yield from wrapped(why, page.width, rest="  ")
    for text in not_judged_groups(verdict):
        yield from wrapped(text, page.width, first="not judged: ", rest="  ")
    if verdict.waived:
        text = "; ".join(waived(verdict))
        yield from wrapped(f"{len(verdict.waived)} ({text})", page.width, first="waived: ", rest="  ")
    if verdict.off:
        said = [f"{rule} {number}" for rule, number in verdict.off.items()]
        yield from wrapped(", ".join(said), page.width, first="off by policy: ", rest="  ")
