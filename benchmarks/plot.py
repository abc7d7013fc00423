"""Small charts as SVG: how figures grow, both axes logarithmic, and figures beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

WIDTH, HEIGHT, MARGIN, GAP = 330, 240, 46, 40
ROW, NAMES = 22, 130
INK, GRID, LINE, STRAIGHT = "#6b7280", "#9ca3af55", "#2563eb", "#9ca3af"
Points = Sequence[tuple[float, float]]


def chart(panels: Sequence[tuple[str, Points]], x_title: str) -> str:
    """One panel for each title and its points (all positive), side by side; a dashed line shows what doubles with
    what doubles, from the last point down.
    """
    width = len(panels) * (WIDTH + GAP)
    shapes = "\n".join(
        _panel(title, points, x_title, index * (WIDTH + GAP)) for index, (title, points) in enumerate(panels)
    )
    style = f'font-family="sans-serif" font-size="11" fill="{INK}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" {style}>\n{shapes}\n</svg>\n'


def bars(panels: Sequence[tuple[str, Sequence[tuple[str, float]]]], unit: str) -> str:
    """A panel for each title with its named figures (all positive), the smallest first; ours stand out."""
    rows = max(len(figures) for _, figures in panels)
    width, height = len(panels) * (WIDTH + GAP), MARGIN + rows * ROW
    shapes = "\n".join(
        _bars(title, sorted(figures, key=lambda it: it[1]), unit, index * (WIDTH + GAP))
        for index, (title, figures) in enumerate(panels)
    )
    style = f'font-family="sans-serif" font-size="11" fill="{INK}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {style}>\n{shapes}\n</svg>\n'


def _bars(title: str, figures: Sequence[tuple[str, float]], unit: str, left: float) -> str:
    longest = max(figure for _, figure in figures)
    room = WIDTH - NAMES - MARGIN
    parts = [f'<text x="{left:.1f}" y="14" font-weight="bold">{escape(title)} ({escape(unit)})</text>']
    for index, (name, figure) in enumerate(figures):
        top, length = 26 + index * ROW, max(room * figure / longest, 1)
        colour = LINE if name.startswith("agentaudit") else STRAIGHT
        parts.append(f'<text x="{left + NAMES - 6:.1f}" y="{top + 11}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{left + NAMES:.1f}" y="{top}" width="{length:.1f}" height="14" fill="{colour}"/>')
        parts.append(f'<text x="{left + NAMES + length + 5:.1f}" y="{top + 11}">{figure:.2g}</text>')
    return "\n".join(parts)


class _Axis:
    """Maps values of a range of whole powers of ten to pixels."""

    def __init__(self, values: Sequence[float], first: float, last: float) -> None:
        self._low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        self._high = max(high, self._low + 1)
        self._first, self._last = first, last

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._first + share * (self._last - self._first)

    @property
    def ticks(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def _panel(title: str, points: Points, x_title: str, left: float) -> str:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across = _Axis(xs, left + MARGIN, left + WIDTH)
    up = _Axis(ys, HEIGHT - MARGIN, MARGIN / 2 + 10)
    bottom, top = up(up.ticks[0]), up(up.ticks[-1])
    parts = [f'<text x="{left + MARGIN}" y="14" font-weight="bold">{escape(title)}</text>']
    for tick in across.ticks:
        parts.append(_line((across(tick), bottom), (across(tick), top), GRID))
        parts.append(f'<text x="{across(tick):.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{tick:,g}</text>')
    for tick in up.ticks:
        parts.append(_line((left + MARGIN, up(tick)), (left + WIDTH, up(tick)), GRID))
        parts.append(f'<text x="{left + MARGIN - 6}" y="{up(tick) + 4:.1f}" text-anchor="end">{tick:,g}</text>')
    parts.append(f'<text x="{left + (MARGIN + WIDTH) / 2:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{x_title}</text>')
    least = max(xs[0], up.ticks[0] * xs[-1] / ys[-1])
    parts.append(_line((across(least), up(ys[-1] * least / xs[-1])), (across(xs[-1]), up(ys[-1])), STRAIGHT, "4 4"))
    path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{LINE}"/>' for x, y in points]
    return "\n".join(parts)


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, dashes: str = "none") -> str:
    ends = f'x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-dasharray="{dashes}"/>'
