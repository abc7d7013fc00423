"""The words, signs and colours by which a line's evidence is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from pytest_agentaudit.diffs import FileDiff, Mark, Runners
from pytest_agentaudit.report.page.markup import Markup, element
from pytest_agentaudit.report.text import counted


class Look(Struct, frozen=True):
    """How a mark is told: by its CSS class, a sign that needs no colour, and in words."""

    style: str
    sign: str
    words: str


LOOKS: Mapping[Mark, Look] = MappingProxyType(
    {
        Mark.NOTICED: Look("m1", "✓", "run, and noticed by an assertion"),
        Mark.RUN: Look("m2", "●", "run by tests"),
        Mark.AT_IMPORT: Look("m3", "◌", "run on import only"),
        Mark.UNRUN: Look("m4", "✗", "not run"),
        Mark.UNMEASURED: Look("m5", "?", "unmeasured"),
    }
)
SILENCED = Look("sil", "⊘", "silenced by a comment")


def spoken(line: int, mark: Mark | None, runners: Runners | None, *, silenced: bool) -> str:
    """A line's evidence for those who do not see it."""
    said = [LOOKS[mark].words] if mark else []
    if runners:
        said.append(counted(runners.count, "test"))
    return f"line {line}: {', '.join([*said, *([SILENCED.words] if silenced else [])])}"


def tally(files: Iterable[FileDiff]) -> Counter[Mark]:
    """How many changed lines have which mark."""
    return Counter(mark for file in files for mark in file.marks.values())


def bar(counts: Mapping[Mark, int]) -> Markup | None:
    """The shares of the marks as a bar; none where nothing is marked."""
    total = sum(counts.values())
    if not total:
        return None
    drawn, at = [], 0.0
    for mark, look in LOOKS.items():
        width = 100 * counts.get(mark, 0) / total
        if width:
            drawn.append(element("rect", x=f"{at:.2f}", width=f"{width:.2f}", height=8, class_=look.style))
            at += width
    said = ", ".join(f"{counts[mark]} {look.words}" for mark, look in LOOKS.items() if counts.get(mark))
    box = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none"}
    return element("svg", element("title", said), *drawn, class_="bar", role="img", aria_label=said, **box)


def legend(counts: Mapping[Mark, int], silenced: int) -> Markup:
    """What the signs mean, with how many lines have each."""
    looks = [(look, counts.get(mark, 0)) for mark, look in LOOKS.items()] + [(SILENCED, silenced)]
    items = (
        element("li", element("i", look.sign, class_=look.style, aria_hidden="true"), f"{number} {look.words}")
        for look, number in looks
        if number
    )
    return element("ul", *items, class_="legend")
