"""Where a finding shows in a diff: platforms show only what stands on changed lines."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from pytest_agentaudit.model import Location


def anchored(place: Location, changed: Mapping[str, tuple[tuple[int, int], ...]]) -> Location:
    """The part of `place` that stands on changed lines from its first line on; else the changed line nearest to that,
    one within the place before all others. The place itself, where head has no changed line in its file.
    """
    ranges = changed.get(place.path, ())
    if not ranges:
        return place
    for first, last in ranges:
        if first <= place.line <= last:
            return replace(place, end_line=min(place.end_line, last))
    inside = [first for first, _ in ranges if place.line < first <= place.end_line]
    ends = inside or [line for edges in ranges for line in edges]
    line = min(ends, key=lambda it: (abs(it - place.line), it))
    return replace(place, line=line, end_line=line)
