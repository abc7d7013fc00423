"""The report as Markdown: a comment on a pull or merge request, and the summary page of a CI job.

The comment is one that stays: a CI step writes each new report over the one before. Its first line is a mark that
readers do not see (see `comment_state`), so that the next report can say what is new, still open and gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from pytest_agentaudit.model import Finding, Level, Location, StepResult, Verdict
from pytest_agentaudit.report import comment_state
from pytest_agentaudit.report.comment_state import State
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.links import link
from pytest_agentaudit.report.markdown_text import code, cut, fenced, prose
from pytest_agentaudit.report.nothing import NAME_A_BASE, nothing
from pytest_agentaudit.report.summary import (
    answered_for,
    base_line,
    bearing,
    by_agent,
    counts,
    is_empty,
    not_judged_groups,
    open_questions,
)
from pytest_agentaudit.report.text import counted, print_text

MOST_OF_A_COMMENT = 65_536
"""GitHub takes no longer comment. Its unit is the character; counting bytes errs on the safe side."""
MOST_OF_A_SUMMARY = 1024 * 1024
"""Bytes that GitHub takes of one step's summary."""
MOST_ROWS = 100

_MESSAGE, _TEXT, _CODE_BLOCK = 300, 1_000, 2_000  # characters
_SHARE = 20  # the part of the page that each list after the details may have
_COUNTS = 500  # bytes for what says how much was left out
_PAIR = ("base", "head")


def render(verdict: Verdict, stream: TextIO, hosting: Hosting | None = None, previous: str = "") -> None:
    """Write the comment. `previous` is the comment before, or empty."""
    before = comment_state.read(previous)
    mark = comment_state.mark(verdict, before)
    page = _Page(verdict, hosting or Hosting(), before)
    print_text(f"{mark}\n{page.text(MOST_OF_A_COMMENT - len(mark) - 1)}", stream)


def render_summary(verdict: Verdict, stream: TextIO, hosting: Hosting | None = None, previous: str = "") -> None:
    """Write what is to be appended to a job's summary, which holds `previous`; nothing where it is full."""
    room = MOST_OF_A_SUMMARY - len(previous.encode("utf-8", "surrogateescape"))
    text = _Page(verdict, hosting or Hosting(), None).text(room - 1)
    if len(text.encode()) < room:
        print_text(f"{text}\n", stream)


class _Page:
    """The page of one verdict, without the mark."""

    def __init__(self, verdict: Verdict, hosting: Hosting, before: State | None) -> None:
        self.verdict, self.hosting, self.before = verdict, hosting, before

    def text(self, room: int) -> str:
        """The page, its details and then its rows left out from `room` bytes on, and counted."""
        worst = sorted(self.verdict.findings, key=lambda it: it.level.rank)
        head, tail = [*self._head()], [*self._tail(room // _SHARE)]
        room -= _size(head) + _size(tail) + _COUNTS
        rows = _fitting([self._row(finding) for finding in worst][:MOST_ROWS], room // 2)
        room -= _size(rows)
        blocks = _fitting(("\n".join(self._details(finding)) for finding in worst), room)
        lines = [*head, *self._table(rows), *self._folded(blocks), *tail]
        return "".join(f"{line}\n" for line in lines)

    def _head(self) -> Iterator[str]:
        verdict = self.verdict
        if is_empty(verdict):
            yield f"### Agent audit: {verdict.result.value}"
            yield from ("", f"Agent audit: {prose(nothing(verdict.base))}. Next: {prose(NAME_A_BASE)}", "")
            return
        if not verdict.base:
            yield from ("### Agent audit: could not audit", "")
            yield from (f"{prose(cut(text, _TEXT))}\n" for text in open_questions(verdict)[:3])
            return
        yield from (f"### Agent audit: {verdict.result.value}", "")
        said = [counts(verdict)]
        said += [f"{len(verdict.waived)} waived"] if verdict.waived else []
        said += [f"{len(verdict.not_judged)} not judged"] if verdict.not_judged else []
        yield from (f"**{', '.join(said)}** ({verdict.promise.value}).{self._changes()}", "")
        yield from (f"Compared: {prose(cut(base_line(verdict), _TEXT))}.", "")
        if agents := by_agent(verdict):
            yield from (f"Findings {prose(cut(agents, _TEXT))}.", "")
        if why := bearing(verdict):
            yield from (f"{prose(cut(why[0].upper() + why[1:], _TEXT))}.", "")

    def _changes(self) -> str:
        """What became of the comment before, in counts."""
        if self.before is None:
            return ""
        new = sum(comment_state.is_new(finding, self.before) for finding in self.verdict.findings)
        reasons = Counter(reason for _, reason in comment_state.gone(self.verdict, self.before))
        open_ones = len(self.verdict.findings) - new
        said = [f"{new} new", f"{open_ones} still open", *(f"{number} {reason}" for reason, number in reasons.items())]
        return f" Since the report before: {', '.join(said)}."

    def _table(self, rows: Sequence[str]) -> Iterator[str]:
        if not rows:
            return
        yield "| Level | Place | Rule | What |" + (" Since |" if self.before else "")
        yield "|---|---|---|---|" + ("---|" if self.before else "")
        yield from rows
        yield ""
        if left := len(self.verdict.findings) - len(rows):
            yield from (
                f"{counted(left, 'more finding')} left out here for want of room: another format has them all.",
                "",
            )

    def _row(self, finding: Finding) -> str:
        level = f"**{finding.level.value}**" if finding.level is Level.ERROR else finding.level.value
        what = prose(cut(finding.message, _MESSAGE))
        row = f"| {level} | {self._place(finding.location)} | {code(finding.rule)} | {what} |"
        if self.before is None:
            return row
        return f"{row} {'new' if comment_state.is_new(finding, self.before) else 'open'} |"

    def _place(self, place: Location) -> str:
        text = code(f"{place.path}:{place.line}")
        known = place.path in self.verdict.change.lines
        address = link(self.hosting, self.verdict.head, place.path, place.line) if known else ""
        return f"[{text}]({address})" if address else text

    def _folded(self, blocks: Sequence[str]) -> Iterator[str]:
        if blocks:
            of = "" if len(blocks) == len(self.verdict.findings) else f" of {len(self.verdict.findings)}"
            yield f"<details><summary>Evidence and next steps: {counted(len(blocks), 'finding')}{of}</summary>"
            yield from ("", *blocks, "</details>", "")

    def _details(self, finding: Finding) -> Iterator[str]:
        place = code(f"{finding.location.path}:{finding.location.line}")
        yield from (f"**{finding.level.value}** {code(finding.rule)} {place}", "")
        yield from (prose(cut(finding.message, _TEXT)), "")
        yield from _evidence(finding)
        if finding.related:
            places = ", ".join(code(f"{it.path}:{it.line}") for it in finding.related[:5])
            more = len(finding.related) - 5
            yield from (f"Also: {places}{f' and {more} more' if more > 0 else ''}", "")
        for label, text in (("Fix", finding.fix), ("Not a fix", finding.not_a_fix)):
            if text:
                yield from (f"{label}: {prose(cut(text, _TEXT))}", "")

    def _tail(self, room: int) -> Iterator[str]:
        """What is not among the findings, each kind in a list of at most `room` bytes."""
        lists = {
            "Gone since the report before": self._gone(),
            "Steps": self._steps(),
            "Not judged": [prose(cut(text, _MESSAGE)) for text in not_judged_groups(self.verdict) if self.verdict.base],
            "Waived": [
                f"{code(it.rule)} {self._place(it.location)} {prose(cut(answered_for(it), _TEXT))}".rstrip()
                for it in self.verdict.waived
            ],
            "Off by policy": [f"{code(rule)} {number}" for rule, number in self.verdict.off.items()],
        }
        for title, items in lists.items():
            if items:
                kept = _fitting([f"- {item}" for item in items], room)
                more = [f"- and {len(items) - len(kept)} more"] if len(kept) < len(items) else []
                yield f"<details><summary>{title}: {len(items)}</summary>"
                yield from ("", *kept, *more, "", "</details>", "")

    def _gone(self) -> list[str]:
        found = comment_state.gone(self.verdict, self.before) if self.before else ()
        return [f"{reason}: {code(it.rule)} {code(cut(f'{it.path}:{it.line}', _MESSAGE))}" for it, reason in found]

    def _steps(self) -> list[str]:
        steps = self.verdict.steps
        if all(step.result is StepResult.PASSED for step in steps):
            return []
        return [f"{code(step.name)} {step.result.value}: {prose(cut(step.reason, _MESSAGE))}" for step in steps]


def _evidence(finding: Finding) -> Iterator[str]:
    """Code as blocks, both wordings as a diff; what a run showed as text."""
    evidence = finding.evidence
    if any(key in evidence for key in _PAIR):
        signs = zip("-+", (evidence.get(key, "") for key in _PAIR), strict=True)
        rows = [f"{sign} {line}" for sign, wording in signs if wording for line in wording.split("\n")]
        yield from (*fenced(cut("\n".join(rows), _CODE_BLOCK), "diff"), "")
    elif source := evidence.get("source"):
        yield from (*fenced(cut(source, _CODE_BLOCK)), "")
    for key, text in evidence.items():
        if key not in {*_PAIR, "source"}:
            yield from (f"{prose(key)}: {prose(cut(text, _TEXT))}", "")


def _fitting(texts: Iterable[str], room: int) -> list[str]:
    """The first texts that have room together, in bytes."""
    kept: list[str] = []
    for text in texts:
        room -= _size([text])
        if room < 0:
            break
        kept.append(text)
    return kept


def _size(lines: Sequence[str]) -> int:
    return sum(len(line.encode()) + 1 for line in lines)
