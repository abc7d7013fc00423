"""Where the functions around changed lines begin: who runs that line, runs the function.

A change that only takes lines away, or that edits a signature, leaves no changed line that a call would run. The text
alone is read, without a tree: this is done before the tests may start.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_agentaudit.change.model import Hunk

FEW = 3
"""How many lines from a function's first statement on are taken: the statement may be preceded by a comment."""
LONGEST_SIGNATURE = 60
"""Lines of a signature or docstring after which the search is given up."""

_HEAD = re.compile(rb"\s*(?:async\s+)?def\s")
_CLASS = re.compile(rb"\s*class\s")
_DOCSTRING = re.compile(rb"\s*[rRbBuU]{0,2}(\"\"\"|''')")
_OPEN, _CLOSED = b"([{", b")]}"


def entry_ranges(content: bytes, hunks: Sequence[Hunk]) -> Iterator[tuple[int, int]]:
    """The first lines of the body of each function around a hunk's beginning, first and last line included, where they
    are not changed lines themselves.
    """
    lines = content.split(b"\n")
    heads = (_head(lines, number) for hunk in hunks if (number := _beginning(lines, hunk)))
    for head in dict.fromkeys(filter(None, heads)):
        start = _first_statement(lines, head)
        if start and not any(it.new_start <= start < it.new_start + it.new_count for it in hunks):
            yield start, min(start + FEW - 1, len(lines))


def _beginning(lines: Sequence[bytes], hunk: Hunk) -> int:
    """The first line of a hunk that says something, or the line before what was taken away; 0 where there is none."""
    if not hunk.new_count:
        return hunk.new_start
    return next((n for n in range(hunk.new_start, hunk.new_start + hunk.new_count) if lines[n - 1].strip()), 0)


def _head(lines: Sequence[bytes], number: int) -> int:
    """The line of the `def` around line `number`; 0 where there is none."""
    below = _indent(lines, number) + 1
    for above in range(min(number, len(lines)), 0, -1):
        line = lines[above - 1]
        indent = _indent(lines, above)
        if not line.strip() or indent >= below:
            continue
        if _HEAD.match(line):
            return above
        if _CLASS.match(line):
            return 0
        below = indent
    return 0


def _indent(lines: Sequence[bytes], number: int) -> int:
    """How far a line is indented; a closing bracket belongs to what stands further in, an empty line to anything."""
    line = lines[number - 1] if number <= len(lines) else b""
    text = line.lstrip()
    if not text:
        return len(line) + LONGEST_SIGNATURE
    return len(line) - len(text) + (text[:1] in (b")", b"]", b"}"))


def _first_statement(lines: Sequence[bytes], head: int) -> int:
    """The line of the first statement behind the signature and docstring of the function at line `head`, or 0."""
    depth = 0
    end = min(head + LONGEST_SIGNATURE, len(lines))
    for number in range(head, end + 1):
        line = lines[number - 1].partition(b"#")[0].rstrip()
        depth += sum(line.count(bracket) for bracket in _each(_OPEN))
        depth -= sum(line.count(bracket) for bracket in _each(_CLOSED))
        if depth <= 0 and line.endswith(b":"):
            return _behind_docstring(lines, number + 1)
    return 0


def _each(brackets: bytes) -> Iterator[bytes]:
    return (brackets[at : at + 1] for at in range(len(brackets)))


def _behind_docstring(lines: Sequence[bytes], number: int) -> int:
    while number <= len(lines) and not lines[number - 1].strip():
        number += 1
    if number > len(lines) or not (found := _DOCSTRING.match(lines[number - 1])):
        return number if number <= len(lines) else 0
    quotes = found[1]
    rest = lines[number - 1][found.end() :]
    while quotes not in rest:
        number += 1
        if number > len(lines):
            return 0
        rest = lines[number - 1]
    number += 1
    while number <= len(lines) and not lines[number - 1].strip():
        number += 1
    return number if number <= len(lines) else 0
