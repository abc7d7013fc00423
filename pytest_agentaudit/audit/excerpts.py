"""The rows of a changed file that a reader gets to see: its hunks, some lines around them, and what findings name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate, takewhile

from msgspec import Struct

from pytest_agentaudit.change.model import FilePair, Hunk, Side
from pytest_agentaudit.diffs import Excerpt

CONTEXT = 3
"""Unchanged lines before and behind a hunk, and around a line that a finding names."""
LONGEST = 600
"""Characters of a line that are shown."""
MOST_OF_FILE = 300_000
"""Characters of one file."""
ROW = 100
"""Characters that a page needs for a row beside its text."""
NO_LINE_FEED = "\\no line feed at the end"


class _Lines(Struct, frozen=True):
    """A side's lines as texts. `ends` is true where the last one ends with a line feed."""

    texts: tuple[str, ...]
    ends: bool

    @classmethod
    def of(cls, side: Side | None) -> _Lines:
        *lines, last = (side.content if side else b"").decode("utf-8", "surrogateescape").split("\n")
        return cls((*lines, *([last] if last else [])), not last)

    def row(self, sign: str, number: int) -> Iterator[str]:
        """A line as a row, and what is to be said of its end."""
        text = self.texts[number - 1]
        rest = len(text) - LONGEST
        yield sign + (f"{text[:LONGEST]}... and {rest} more characters" if rest > 0 else text)
        if number == len(self.texts) and not self.ends and sign != " ":
            yield NO_LINE_FEED


def excerpts(pair: FilePair, wanted: Collection[int]) -> tuple[Excerpt, ...]:
    """The excerpts of a file, in order. `wanted` are lines of head that are to be seen even where nothing changed."""
    old, new = _Lines.of(pair.old), _Lines.of(pair.new)
    near = _near(pair.hunks, wanted)
    return tuple(Excerpt(*start, rows) for start, rows in _runs(pair.hunks, old, new, near))


def cost(made: Iterable[Excerpt]) -> int:
    """How many characters of a page excerpts need, about."""
    return sum(ROW + len(row) for it in made for row in it.rows)


def cut(made: tuple[Excerpt, ...], most: int) -> tuple[tuple[Excerpt, ...], int]:
    """As many rows of the excerpts as `most` characters have room for, and how many changed lines that leaves out."""
    kept: list[Excerpt] = []
    lost = 0
    for it in made:
        fitting = _fitting(it.rows, most)
        part = Excerpt(it.old_start, it.new_start, it.rows[:fitting])
        lost += sum(row[0] in "+-" for row in it.rows[fitting:])
        most = most - cost([part]) if part.rows == it.rows else 0
        kept += [part] if part.rows else []
    return tuple(kept), lost


def _fitting(rows: Iterable[str], room: int) -> int:
    """How many of the first rows have room together."""
    return sum(1 for _ in takewhile(lambda end: end <= room, accumulate(ROW + len(row) for row in rows)))


def _near(hunks: tuple[Hunk, ...], wanted: Collection[int]) -> set[int]:
    """The lines of head, changed or not, that are close enough to be seen. A single line between two of them is one."""
    around = [(number, number + 1) for number in wanted]
    around += [(it.new_start, it.new_start + it.new_count) for it in hunks]
    near = {line for start, end in around for line in range(start - CONTEXT, end + CONTEXT)}
    return near | {line + 1 for line in near if line + 2 in near}


def _runs(
    hunks: tuple[Hunk, ...], old: _Lines, new: _Lines, near: set[int]
) -> Iterator[tuple[tuple[int, int], tuple[str, ...]]]:
    """Rows without a gap, with the numbers of their first old and new line."""
    rows: list[str] = []
    start = at = (1, 1)
    for hunk in (*hunks, Hunk(len(old.texts) + 1, 0, len(new.texts) + 1, 0)):
        for step in range(hunk.new_start - at[1]):
            number = at[1] + step
            if number in near:
                start = start if rows else (at[0] + step, number)
                rows += new.row(" ", number)
            elif rows:
                yield start, tuple(rows)
                rows = []
        at = hunk.old_start, hunk.new_start
        start = start if rows else at
        for step in range(hunk.old_count):
            rows += old.row("-", at[0] + step)
        for step in range(hunk.new_count):
            rows += new.row("+", at[1] + step)
        at = at[0] + hunk.old_count, at[1] + hunk.new_count
    if rows:
        yield start, tuple(rows)
