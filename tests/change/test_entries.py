"""Where functions around changed lines begin."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change.entries import FEW, entry_ranges
from pytest_agentaudit.change.model import Hunk

PLAIN = "class Box:\n    def open(self):\n        lid = self.lid\n        return lid\n"
SIGNATURE = (
    'def pay(\n    amount,\n    tip=None,  # (none\n) -> int:\n    """Pay.\n\n    All.\n    """\n\n    return amount\n'
)


def starts(text: str, *hunks: tuple[int, int]) -> list[int]:
    made = [Hunk(start, 0, start, count) for start, count in hunks]
    return [start for start, _ in entry_ranges(text.encode(), made)]


@pytest.mark.parametrize(
    ("text", "hunk", "expected"),
    [
        pytest.param(PLAIN, (4, 1), [3], id="a line of the body"),
        pytest.param(PLAIN, (3, 0), [3], id="a line taken away"),
        pytest.param(PLAIN, (3, 1), [], id="the first statement is a changed line itself"),
        pytest.param(PLAIN, (1, 1), [], id="a class is no function"),
        pytest.param(SIGNATURE, (3, 1), [10], id="a default, behind a docstring"),
        pytest.param(SIGNATURE, (4, 1), [10], id="the end of a signature"),
        pytest.param("def f():\n    '''One line.'''\n    return 1\n", (1, 1), [3], id="a docstring on one line"),
        pytest.param("def f():\n    if x:\n        y()\n    z()\n", (3, 1), [2], id="inside of a branch"),
        pytest.param("def f():\n    a()\n\n\ndef g():\n    b()\n", (3, 4), [], id="a new function, blank lines first"),
        pytest.param("def f():\n    a()\n\nx = 1\n", (4, 1), [], id="behind a function"),
        pytest.param("async def f(x):\n\n    a()\n    b()\n", (4, 1), [3], id="a coroutine, and a blank line"),
        pytest.param("def f(x): return x\ny = 1\n", (1, 1), [], id="all on one line"),
        pytest.param("def f(", (1, 0), [], id="a signature without an end"),
        pytest.param('def f():\n    """Without', (2, 0), [], id="a docstring without an end"),
        pytest.param("", (0, 0), [], id="nothing"),
    ],
)
def test_where_a_function_begins(text: str, hunk: tuple[int, int], expected: list[int]) -> None:
    assert starts(text, hunk) == expected


def test_two_hunks_of_a_function_have_one_beginning() -> None:
    text = "def f():\n    a()\n    b()\n    c()\n    d()\n"
    assert list(entry_ranges(text.encode(), [Hunk(3, 0, 3, 0), Hunk(5, 1, 5, 1)])) == [(2, 2 + FEW - 1)]
