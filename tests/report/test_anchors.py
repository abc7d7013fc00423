"""Where a finding shows in a diff."""

from __future__ import annotations

import pytest

from pytest_agentaudit.model import Location
from pytest_agentaudit.report.anchors import anchored

CHANGED = {"a.py": ((10, 12), (20, 20), (40, 49))}


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ((11, 11), (11, 11)),
        ((10, 12), (10, 12)),
        ((11, 30), (11, 12)),
        ((1, 1), (10, 10)),
        ((14, 14), (12, 12)),
        ((18, 18), (20, 20)),
        ((16, 16), (12, 12)),
        ((13, 25), (20, 20)),
        ((99, 120), (49, 49)),
    ],
)
def test_a_place_shows_on_changed_lines(place: tuple[int, int], shown: tuple[int, int]) -> None:
    found = anchored(Location("a.py", *place, "f"), CHANGED)
    assert (found.line, found.end_line) == shown
    assert (found.path, found.symbol) == ("a.py", "f")


def test_a_file_without_changed_lines_keeps_its_place() -> None:
    assert anchored(Location("gone.py", 3, 9), CHANGED) == Location("gone.py", 3, 9)
    assert anchored(Location("a.py", 3, 9), {"a.py": ()}) == Location("a.py", 3, 9)
