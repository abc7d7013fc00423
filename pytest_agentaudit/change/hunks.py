"""Which lines differ: anchors first (lines that stand once on each side), then a bounded shortest edit between them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise

from pytest_agentaudit.change.model import Hunk

EDIT_LIMIT = 500
"""Edits that the exact search makes in one gap at most: its cost grows with their square."""
STEP_LIMIT = 1_000_000
"""Steps of the exact search in one file, all gaps together (half a second). Gaps left over are one hunk each."""
SLIDE_LIMIT = 200
"""Lines that an insertion or removal is moved at most."""

BLOCK = 128
"""Lines that are compared at once where two texts begin, and end, alike."""

Lines = list[bytes]
Span = tuple[int, int, int, int]


def hunks(old: bytes, new: bytes) -> tuple[Hunk, ...]:
    r"""The runs of lines in which two texts differ, in order; lines end at `\n`.

    Replacing each run of old lines by its run of new lines gives the new text. Where an added or removed run could
    stand at several places, it begins at the outermost line there: a definition, not the end of the one before it.
    """
    if old == new:
        return ()
    if not old or not new:
        return (Hunk(1, len(_split(old)), 1, len(_split(new))),)
    differ = _Differ(_split(old), _split(new))
    return tuple(differ.hunks())


def _split(text: bytes) -> Lines:
    """Lines with their ends: a missing end of the last line is a difference."""
    lines = text.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


class _Differ:
    """Two texts under comparison. A span is (old start, old end, new start, new end), counted from 0, ends excluded."""

    def __init__(self, old: Lines, new: Lines) -> None:
        self.old = old
        self.new = new
        first = _alike(old, new)
        last = _alike(old[first:][::-1], new[first:][::-1])
        self.whole = first, len(old) - last, first, len(new) - last
        names: dict[bytes, int] = {}  # most lines stand around all that differs, and need none
        self.a, self.b = (
            [*[-1] * first, *(names.setdefault(it, len(names)) for it in side[first : len(side) - last]), *[-1] * last]
            for side in (old, new)
        )
        self.steps = STEP_LIMIT + 8 * (len(old) + len(new))

    def hunks(self) -> Iterator[Hunk]:
        spans = _joined(self._spans())
        for a0, a1, b0, b1 in _joined(self._slid(spans)):
            yield Hunk(a0 + 1, a1 - a0, b0 + 1, b1 - b0)

    def _spans(self) -> Iterator[Span]:
        """The spans that differ, in order."""
        waiting = [self.whole]
        while waiting:
            span = self._trimmed(waiting.pop())
            a0, a1, b0, b1 = span
            if a0 == a1 and b0 == b1:
                continue
            self.steps -= a1 - a0 + b1 - b0
            if a0 == a1 or b0 == b1 or self.steps < 0:
                yield span
            elif anchors := self._anchors(span):
                waiting += reversed(_between(span, anchors))
            else:
                yield from self._shortest(span)

    def _trimmed(self, span: Span) -> Span:
        a, b = self.a, self.b
        a0, a1, b0, b1 = span
        while a0 < a1 and b0 < b1 and a[a0] == b[b0]:
            a0, b0 = a0 + 1, b0 + 1
        while a0 < a1 and b0 < b1 and a[a1 - 1] == b[b1 - 1]:
            a1, b1 = a1 - 1, b1 - 1
        return a0, a1, b0, b1

    def _anchors(self, span: Span) -> list[tuple[int, int]]:
        """The longest rising chain of lines that stand exactly once in each side of the span (patience diff)."""
        a0, a1, b0, b1 = span
        count = Counter(self.a[a0:a1])
        there = Counter(self.b[b0:b1])
        place = {line: index for index, line in enumerate(self.b[b0:b1], b0) if there[line] == 1}
        pairs = [(i, place[x]) for i, x in enumerate(self.a[a0:a1], a0) if count[x] == 1 and x in place]
        return _longest_rising(pairs)

    def _shortest(self, span: Span) -> Iterator[Span]:
        """The shortest edit of a span without anchors (Myers 1986), or the whole span where it costs too much."""
        a0, a1, b0, b1 = span
        path = self._search(span)
        if path is None:
            yield span
            return
        i, j = a0, b0
        for x, y in path:
            if (x, y) != (i, j):
                yield i, x, j, y
            i, j = x + 1, y + 1
        if (i, j) != (a1, b1):
            yield i, a1, j, b1

    def _search(self, span: Span) -> list[tuple[int, int]] | None:
        """The matching line pairs of a shortest edit, in order; None where it exceeds the limits."""
        a0, a1, b0, b1 = span
        n, m = a1 - a0, b1 - b0
        a, b = self.a[a0:a1], self.b[b0:b1]
        reach = {1: 0}
        trace: list[dict[int, int]] = []
        for edits in range(min(n + m, EDIT_LIMIT) + 1):
            trace.append(reach.copy())
            for k in range(-edits + 2 * max(0, edits - m), edits - 2 * max(0, edits - n) + 1, 2):
                x = reach[k + 1] if _goes_down(reach, k, edits) else reach[k - 1] + 1
                y = x - k
                while x < n and y < m and a[x] == b[y]:
                    x, y = x + 1, y + 1
                    self.steps -= 1
                reach[k] = x
                if k == n - m and x >= n:
                    return _backtrack(trace, (n, m), (a0, b0))
            self.steps -= 2 * edits + 1
            if self.steps < 0:
                return None
        return None

    def _slid(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The same spans, with each pure insertion or removal moved to where it reads best between its neighbours."""
        spans = [*spans, (len(self.old), len(self.old), len(self.new), len(self.new))]
        floor = 0
        for (a0, a1, b0, b1), ahead in pairwise(spans):
            shift = 0
            if a0 == a1:
                shift = _best_shift(self.new, b0, b1, (b0 - floor, ahead[2] - b1))
            elif b0 == b1:
                shift = _best_shift(self.old, a0, a1, (b0 - floor, ahead[0] - a1))
            floor = b1 + shift
            yield a0 + shift, a1 + shift, b0 + shift, b1 + shift


def _alike(old: Lines, new: Lines) -> int:
    """How many lines two texts begin with alike. Whole blocks are compared at once."""
    most, at = min(len(old), len(new)), 0
    while at + BLOCK <= most and old[at : at + BLOCK] == new[at : at + BLOCK]:
        at += BLOCK
    while at < most and old[at] == new[at]:
        at += 1
    return at


def _between(span: Span, anchors: list[tuple[int, int]]) -> list[Span]:
    """The spans before, between and behind anchors."""
    a0, a1, b0, b1 = span
    starts = [(a0, b0), *((i + 1, j + 1) for i, j in anchors)]
    return [(i, x, j, y) for (i, j), (x, y) in zip(starts, [*anchors, (a1, b1)], strict=True)]


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest chain of pairs that rises on both sides; `pairs` rise on the first."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, second) in enumerate(pairs):
        length = bisect_left(tails, second)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [second]
        ends[length : length + 1] = [index]
    chain = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chain.append(pairs[index])
        index = before[index]
    return chain[::-1]


def _backtrack(trace: list[dict[int, int]], end: tuple[int, int], origin: tuple[int, int]) -> list[tuple[int, int]]:
    """The matching pairs along the path that the search found, in order."""
    x, y = end
    pairs = []
    for edits, reach in reversed(list(enumerate(trace))):
        down = _goes_down(reach, x - y, edits)
        diagonal = x - y + (1 if down else -1)
        previous = reach[diagonal]
        while x > (previous if down else previous + 1):
            x, y = x - 1, y - 1
            pairs.append((origin[0] + x, origin[1] + y))
        x, y = previous, previous - diagonal
    return pairs[::-1]


def _goes_down(reach: dict[int, int], diagonal: int, edits: int) -> bool:
    """Whether the furthest path to a diagonal ends with an added line (else with a removed one)."""
    if abs(diagonal) == edits:
        return diagonal == -edits
    return reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1)


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans, with those that touch made one."""
    last: Span | None = None
    for span in spans:
        if last is not None and last[1] == span[0] and last[3] == span[2]:
            last = last[0], span[1], last[2], span[3]
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _best_shift(lines: Lines, start: int, end: int, room: tuple[int, int]) -> int:
    """How far to move the run [start, end) of one side, at most `room` lines up and down; the edit stays the same."""
    up = down = 0
    while up < min(room[0], SLIDE_LIMIT) and lines[start - up - 1] == lines[end - up - 1]:
        up += 1
    while down < min(room[1], SLIDE_LIMIT) and lines[start + down] == lines[end + down]:
        down += 1
    return min(range(-up, down + 1), key=lambda shift: (*_depth(lines, start + shift, end + shift), -shift))


def _depth(lines: Lines, start: int, end: int) -> tuple[int, int, int]:
    """How badly a run begins at `start`: by its first code line's indent, blank lines first, code right above it."""
    first = next((line for line in islice(lines, start, end) if line.strip()), b"")
    indent = len(first) - len(first.lstrip())
    above = start > 0 and bool(lines[start - 1].strip())
    return indent, int(not lines[start].strip()), int(above)
