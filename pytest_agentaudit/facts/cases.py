"""Parametrised cases: how many a test has, what they are, and which marks single ones carry."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod

from msgspec import Struct

from pytest_agentaudit.facts.literals import number, pinned
from pytest_agentaudit.facts.nodes import argument, dotted, keyword, last, normal, resolve, text_of

MOST_ROWS = 256
"""Rows above which the cases of stacked parametrize marks are counted but not written out."""


class Cases(Struct, frozen=True):
    """`count` is None where a list is computed. `marked` are (row, its marks), `pinned` the written-out arguments."""

    count: int | None = 1
    rows: tuple[str, ...] = ()
    marked: tuple[tuple[str, tuple[ast.expr, ...]], ...] = ()
    pinned: frozenset[str] = frozenset()
    values: tuple[ast.expr, ...] = ()


def cases(marks: Iterable[ast.expr], imports: Mapping[str, str], constants: Mapping[str, ast.expr]) -> Cases:
    """The cases that a test's marks make. `constants` are the module's names of lists."""
    tables = [table for mark in marks if isinstance(mark, ast.Call) for table in mark_tables(mark, imports, constants)]
    if not tables:
        return Cases()
    known = [table.rows for table in tables if table.rows is not None]
    count = prod(len(rows) for rows in known) if len(known) == len(tables) else None
    crossed = count is not None and 0 < count <= MOST_ROWS
    rows = (
        [" | ".join(row) for row in product(*([it.source for it in rows] for rows in known))]
        if crossed
        else [it.source for rows in known for it in rows]
    )
    return Cases(
        count=count,
        rows=tuple(rows),
        marked=tuple((it.source, it.marks) for rows in known for it in rows if it.marks),
        pinned=frozenset(name for table in tables for name in table.pinned()),
        values=tuple(value for rows in known for it in rows for value in it.values),
    )


class Row(Struct, frozen=True):
    """One case: its values, its own marks, its normalised source."""

    values: tuple[ast.expr, ...]
    marks: tuple[ast.expr, ...]
    source: str


class MarkTable(Struct, frozen=True):
    """The cases of one mark; `rows` is None where they are computed."""

    names: tuple[str, ...]
    rows: tuple[Row, ...] | None

    def pinned(self) -> Iterator[str]:
        """The arguments whose value is written out in every row."""
        for at, name in enumerate(self.names):
            if self.rows and all(len(row.values) == len(self.names) and pinned(row.values[at]) for row in self.rows):
                yield name


def mark_tables(mark: ast.Call, imports: Mapping[str, str], constants: Mapping[str, ast.expr]) -> Iterator[MarkTable]:
    """The cases that one mark makes: none, where it parametrises nothing."""
    name = resolve(dotted(mark.func), imports)
    if name == "pytest.mark.parametrize":
        names = _names(argument(mark, 0, "argnames"))
        listed = argument(mark, 1, "argvalues")
    elif last(name) == "expand" and "parameterized" in name:
        names, listed = (), argument(mark, 0, "input")
    else:
        return
    yield MarkTable(names, rows_of(listed, constants, len(names)))


def _names(node: ast.expr | None) -> tuple[str, ...]:
    if isinstance(node, ast.Tuple | ast.List):
        return tuple(text_of(part) for part in node.elts)
    return tuple(part.strip() for part in text_of(node).split(",") if part.strip())


def rows_of(node: ast.expr | None, constants: Mapping[str, ast.expr], width: int) -> tuple[Row, ...] | None:
    """The rows of a list of cases, each with `width` values where it is spread; None where the list is computed."""
    match node:
        case ast.Name(id=name) if name in constants:
            return rows_of(constants[name], {}, width)
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return (
                None if any(isinstance(part, ast.Starred) for part in parts) else tuple(_row(it, width) for it in parts)
            )
        case ast.Call(func=ast.Name(id="range"), args=[stop]):
            count = number(stop)
            known = count is not None and 0 <= count <= MOST_ROWS
            return tuple(_row(ast.Constant(at), width) for at in range(int(count or 0))) if known else None
        case _:
            return None


def _row(node: ast.expr, width: int) -> Row:
    """One case; a `pytest.param` without its id and marks."""
    if isinstance(node, ast.Call) and last(dotted(node.func)) == "param":
        marks = keyword(node, "marks")
        listed = tuple(marks.elts) if isinstance(marks, ast.List | ast.Tuple) else (marks,) if marks is not None else ()
        values = tuple(node.args)
        whole = values[0] if len(values) == 1 else ast.Tuple(list(values), ast.Load())
        return Row(values, listed, normal(whole))
    spread = width > 1 and isinstance(node, ast.Tuple | ast.List)
    return Row(tuple(node.elts) if spread and isinstance(node, ast.Tuple | ast.List) else (node,), (), normal(node))
