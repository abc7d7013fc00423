"""Stretches of lines: where a statement begins, and whether lines lie in one."""

from __future__ import annotations

import ast
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def meets(ordered: Sequence[int], first: int, end: int) -> bool:
    """Whether one of the lines, which are in order, lies from `first` to `end`."""
    return bisect_left(ordered, first) < bisect_right(ordered, end)


def may_meet(ordered: Sequence[int] | None, first: int, end: int) -> bool:
    """The same, where all lines may count (None)."""
    return ordered is None or meets(ordered, first, end)


def first_line(node: ast.stmt) -> int:
    """The line on which a statement begins, its decorators included."""
    marks: Sequence[ast.expr] = getattr(node, "decorator_list", ())
    return min([node.lineno, *(it.lineno for it in marks)]) if marks else node.lineno


def touches(ordered: Sequence[int], node: ast.stmt) -> bool:
    """Whether one of the lines, which are in order, lies in a statement, its decorators included."""
    return meets(ordered, first_line(node), node.end_lineno or node.lineno)
