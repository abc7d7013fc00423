"""What a comment on a request remembers: the findings of its audit, in a mark that its reader does not see.

Whoever may edit the comment may edit that too, so it decides nothing: it tells what is new and what is gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from pytest_agentaudit.model import Finding, NotJudged, Verdict

MARK = "<!-- agentaudit "
"""How a comment of ours begins: by this a CI step finds the one to replace."""
MOST_CHARACTERS = 16_000
"""Of the mark; what it has no room for, it counts."""

_END = " -->"


Count = Annotated[int, Meta(ge=0)]


class Remembered(Struct, frozen=True, array_like=True):
    """One finding as far as a later comment needs it."""

    fingerprint: str
    rule: str
    path: str
    line: Count


class State(Struct, frozen=True):
    """The findings of one audit; `left` counts those that the mark had no room for."""

    findings: tuple[Remembered, ...] = ()
    left: Count = 0


def mark(verdict: Verdict, before: State | None = None) -> str:
    """The comment's first line. An audit without a verdict hands on what the comment before knew."""
    known = before if before and not verdict.base else State(tuple(map(_remembered, verdict.findings)))
    return f"{MARK}{_encoded(_fitting(known))}{_END}"


def _fitting(state: State) -> State:
    kept: list[Remembered] = []
    room = MOST_CHARACTERS
    for item in state.findings:
        room -= len(_encoded(item)) + 1
        if room < 0:
            break
        kept.append(item)
    return State(tuple(kept), state.left + len(state.findings) - len(kept))


def read(comment: str) -> State | None:
    """What a comment remembers; None where it is none of ours, or was spoilt."""
    first, _, _ = comment.lstrip("\ufeff\r\n\t ").partition("\n")
    first = first.rstrip()
    if not (first.startswith(MARK) and first.endswith(_END)):
        return None
    try:
        return msgspec.json.decode(first.removeprefix(MARK).removesuffix(_END), type=State)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None


def is_new(finding: Finding, before: State) -> bool:
    """Whether the comment before did not know it."""
    return not before.left and _short(finding) not in {it.fingerprint for it in before.findings}


def gone(verdict: Verdict, before: State) -> Iterator[tuple[Remembered, str]]:
    """What the comment before knew and this verdict has not, each with the reason: an absence is a fix only where the
    rule looked.
    """
    present = {_short(finding) for finding in verdict.findings}
    waived = {_short(finding) for finding in verdict.waived}
    for item in before.findings:
        if item.fingerprint in waived:
            yield item, "waived"
        elif item.fingerprint not in present:
            yield item, _why(item, verdict)


def _why(item: Remembered, verdict: Verdict) -> str:
    if item.rule in verdict.off:
        return "off by policy"
    return "not judged" if any(_covers(it, item) for it in verdict.not_judged) else "fixed"


def _covers(question: NotJudged, item: Remembered) -> bool:
    return question.rule in {"", item.rule} and question.path in {"", item.path}


def _remembered(finding: Finding) -> Remembered:
    place = finding.location
    return Remembered(_short(finding), _sound(finding.rule), _sound(place.path), place.line)


def _sound(text: str) -> str:
    """The text without half surrogate pairs, which are no JSON."""
    return text.encode("utf-8", "backslashreplace").decode()


def _short(finding: Finding) -> str:
    return finding.fingerprint[:16]


def _encoded(value: object) -> str:
    """JSON that cannot end an HTML comment: hyphens and angle brackets as escapes, as JSON permits in its strings.

    No number here is negative, so each of them stands in a string.
    """
    text = msgspec.json.encode(value).decode()
    return "".join(char if " " <= char <= "~" and char not in "-<>" else _escape(char) for char in text)


def _escape(char: str) -> str:
    """The character as JSON escapes it: one or two UTF-16 units."""
    units = char.encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
