"""The complexity of the functions that the change altered, before and after, as a drawing.

Each function is an item with a drawing of its own that stretches with the page; its dots are lines of no length, which
stay round, and its words are text of the page, which stays readable.
"""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.diffs import Complexity
from pytest_agentaudit.report.page.markup import Markup, element
from pytest_agentaudit.report.page.places import Places
from pytest_agentaudit.report.text import named, visible

MOST = 12
"""Functions that are drawn, those first whose figure moved most."""
_ROOM = 96
"""Of the 100 units of a drawing's width, those between its margins."""


def complexity(places: Places) -> Iterator[Markup]:
    """The drawing, and what it leaves out."""
    every = sorted(places.diffs.complexity, key=lambda it: (-abs(it.after - (it.before or 0)), it.path, it.line))
    if not every:
        return
    drawn = every[:MOST]
    limit = places.diffs.limit
    scale = _ROOM / max([limit, 1, *(max(it.after, it.before or 0) for it in drawn)])
    yield element("ul", *(_item(it, scale, limit, places) for it in drawn), class_="plot")
    said = [f"dashed: the limit of {limit:g}"] if limit else []
    said += [f"{len(every) - MOST} more functions are not drawn"] if len(every) > MOST else []
    yield element("p", "; ".join(said), class_="dim") if said else Markup("")


def _item(it: Complexity, scale: float, limit: float, places: Places) -> Markup:
    anchor = places.anchor(it.path, it.line)
    name = element("span", visible(it.name), title=f"{named(it.path)}:{it.line} {it.name}")
    label = element("a", name, href=f"#{anchor}") if anchor else name
    said = f"new: {it.after}" if it.before is None else f"{it.before} to {it.after}"
    return element("li", label, _drawing(it, scale, limit), element("span", said, class_="dim"))


def _drawing(it: Complexity, scale: float, limit: float) -> Markup:
    rises = it.after > (it.before or 0)
    style = ("over" if limit and it.after > limit else "up") if rises else "down"
    before = it.after if it.before is None else it.before
    start, end = (2 + figure * scale for figure in (before, it.after))
    at_limit = 2 + limit * scale
    return element(
        "svg",
        _line(2, 98, "grid"),
        element("line", x1=f"{at_limit:.1f}", x2=f"{at_limit:.1f}", y1=0, y2=10, class_="limit") if limit else None,
        _line(start, end, style),
        _line(start, start, "dot before") if it.before is not None else None,
        _line(end, end, f"dot {style}"),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def _line(start: float, end: float, style: str) -> Markup:
    return element("line", x1=f"{start:.1f}", x2=f"{end:.1f}", y1=5, y2=5, class_=style)
