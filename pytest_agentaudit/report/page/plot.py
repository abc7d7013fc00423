"""The complexity of the functions that the change altered, before and after, as a drawing."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.diffs import Complexity
from pytest_agentaudit.report.page.markup import Markup, element
from pytest_agentaudit.report.page.places import Places
from pytest_agentaudit.report.text import visible

MOST = 12
"""Functions that are drawn, those first whose figure moved most."""
_LEFT, _RIGHT, _WIDTH, _ROW, _TOP = 230, 70, 640, 22, 18
_LONGEST = 32


def complexity(places: Places) -> Iterator[Markup]:
    """The drawing, and what it leaves out."""
    every = sorted(places.diffs.complexity, key=lambda it: (-abs(it.after - (it.before or 0)), it.path, it.line))
    if not every:
        return
    drawn = every[:MOST]
    limit = places.diffs.limit
    top = max([limit, *(max(it.after, it.before or 0) for it in drawn)])
    scale = (_WIDTH - _LEFT - _RIGHT) / (top or 1)
    height = _TOP + _ROW * len(drawn) + 4
    parts = [_row(it, _TOP + _ROW * number + _ROW / 2, scale, places) for number, it in enumerate(drawn)]
    said = "; ".join(f"{visible(it.name)} {_change(it)}" for it in drawn)
    yield element(
        "svg",
        element("title", "Complexity before and after"),
        element("desc", said),
        *(_limit(limit, scale, height) if limit else ()),
        *parts,
        class_="plot",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
    )
    if len(every) > MOST:
        yield element("p", f"and {len(every) - MOST} more functions whose figure moved less", class_="dim")


def _change(it: Complexity) -> str:
    return f"new: {it.after}" if it.before is None else f"{it.before} to {it.after}"


def _limit(limit: float, scale: float, height: float) -> Iterator[Markup]:
    x = _LEFT + limit * scale
    yield element("line", x1=f"{x:.1f}", x2=f"{x:.1f}", y1=_TOP - 4, y2=height, class_="limit")
    yield element("text", f"limit {limit:g}", x=f"{x:.1f}", y=_TOP - 7, text_anchor="middle", class_="small")


def _row(it: Complexity, y: float, scale: float, places: Places) -> Markup:
    before = it.after if it.before is None else it.before
    start, end = (_LEFT + figure * scale for figure in (before, it.after))
    style = "up" if it.after > (it.before or 0) else "down"
    name = it.name if len(it.name) <= _LONGEST else f"...{it.name[3 - _LONGEST :]}"
    anchor = places.anchor(it.path, it.line)
    label = element("text", name, x=_LEFT - 14, y=y + 4, text_anchor="end")
    return element(
        "g",
        element("title", f"{it.path}:{it.line} {it.name}: {_change(it)}"),
        element("a", label, href=f"#{anchor}") if anchor else label,
        element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid"),
        element("line", x1=f"{start:.1f}", x2=f"{end:.1f}", y1=y, y2=y, class_=style),
        element("circle", cx=f"{start:.1f}", cy=y, r=4, class_="before") if it.before is not None else None,
        element("circle", cx=f"{end:.1f}", cy=y, r=5, class_=style),
        element("text", _change(it), x=_WIDTH - _RIGHT + 12, y=y + 4, class_="small"),
    )
