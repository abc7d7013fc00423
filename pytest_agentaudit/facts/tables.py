"""The cases that a test runs through, as rows: of parametrize marks, of a fixture's `params`, of asserting loops."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.cases import MOST_ROWS, Row, mark_tables, rows_of
from pytest_agentaudit.facts.model import CaseTable
from pytest_agentaudit.facts.modules import Module, is_fixture
from pytest_agentaudit.facts.nodes import below, dotted, keyword, names_in, normal

_LOOPS = (ast.For, ast.AsyncFor)
_VIEWS = frozenset({"enumerate", "sorted", "list", "tuple", "reversed", "iter", "set"})
"""Built-in functions that hand on what they are given, item by item."""


def case_tables(
    function: Function,
    nodes: Iterable[ast.AST],
    marks: Iterable[ast.expr],
    module: Module,
    asserting: Collection[int],
) -> Iterator[CaseTable]:
    """The tables of a test or fixture. `nodes` is all that its body holds, `asserting` are the lines of its demands: a
    loop without one sets up.
    """
    for mark in marks:
        if isinstance(mark, ast.Call):
            yield from _of_mark(mark, module)
    loops = [it for it in nodes if isinstance(it, _LOOPS)]
    if loops:
        known = {**module.constants, **_locals(function)}
        for loop in loops:
            if _holds_any(loop, asserting):
                yield from _of_loop(loop, known)


def has_computed_cases(function: Function, asserting: Collection[int]) -> bool:
    """Whether a loop that asserts goes over what a call gives, in this function: nobody has written its cases out."""
    nodes = below(function)
    loops = [it for it in nodes if isinstance(it, _LOOPS) and _holds_any(it, asserting)]
    if not loops:
        return False
    made = {
        name.id
        for it in nodes
        if isinstance(it, ast.Assign) and any(isinstance(one, ast.Call) for one in below(it.value))
        for name in it.targets
        if isinstance(name, ast.Name)
    }
    return any(not made.isdisjoint(names_in(it.iter)) for it in loops)


def _holds_any(loop: ast.For | ast.AsyncFor, lines: Collection[int]) -> bool:
    around = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
    return any(line in around for line in lines)


def listing_names(node: ast.AST) -> Iterator[str]:
    """The names that a mark or a loop may take its cases from."""
    for it in below(node):
        match it:
            case ast.Call(args=[_, ast.Name(id=name), *_]):
                yield name
            case ast.keyword(arg="argvalues" | "params", value=ast.Name(id=name)):
                yield name
            case ast.For(iter=head) | ast.AsyncFor(iter=head):
                yield from names_in(head)


def _of_mark(mark: ast.Call, module: Module) -> Iterator[CaseTable]:
    for table in mark_tables(mark, module.imports, module.constants):
        if table.rows is not None and len(table.rows) <= MOST_ROWS:
            yield _table(mark.lineno, table.names, table.rows)
    params = keyword(mark, "params")
    if params is not None and is_fixture(mark, module.imports):
        rows = rows_of(params, module.constants, 1)
        if rows is not None and len(rows) <= MOST_ROWS:
            yield _table(mark.lineno, ("params",), rows)


def _table(line: int, names: tuple[str, ...], rows: Iterable[Row]) -> CaseTable:
    found = tuple(rows)
    cells = tuple(tuple(normal(value) for value in row.values) for row in found)
    return CaseTable(line, names, cells, tuple(row.source for row in found))


def _of_loop(loop: ast.For | ast.AsyncFor, known: Mapping[str, ast.expr]) -> Iterator[CaseTable]:
    """A loop over a literal collection, a name of one, or the items of a dictionary."""
    listed = loop.iter
    while isinstance(listed, ast.Call) and dotted(listed.func) in _VIEWS and listed.args:
        listed = listed.args[0]
    match listed:
        case ast.Call(func=ast.Attribute(value=owner, attr="items" | "keys" | "values")):
            listed = owner
    if isinstance(listed, ast.Name):
        listed = known.get(listed.id, listed)
    if isinstance(listed, ast.Dict):
        pairs = [(key, value) for key, value in zip(listed.keys, listed.values, strict=True) if key is not None]
        listed = ast.List([ast.Tuple([key, value], ast.Load()) for key, value in pairs], ast.Load())
    listed = _unpacked(listed, known)
    names = tuple(names_in(loop.target))
    rows = rows_of(listed, {}, max(len(names), 2)) if isinstance(listed, ast.List | ast.Tuple | ast.Set) else None
    if rows and len(rows) <= MOST_ROWS:
        yield _table(loop.lineno, names, rows)


def _unpacked(listed: ast.expr, known: Mapping[str, ast.expr]) -> ast.expr:
    """A display with the items of the displays that it unpacks; what is not known can only be more."""
    if not isinstance(listed, ast.List | ast.Tuple | ast.Set):
        return listed
    items: list[ast.expr] = []
    for it in listed.elts:
        inner = it.value if isinstance(it, ast.Starred) else None
        inner = known.get(inner.id) if isinstance(inner, ast.Name) else inner
        if inner is None and not isinstance(it, ast.Starred):
            items.append(it)
        elif isinstance(inner, ast.List | ast.Tuple | ast.Set):
            items.extend(inner.elts)
    return ast.List(items, ast.Load())


def _locals(function: Function) -> dict[str, ast.expr]:
    """The names that a function binds once, to a display."""
    bound: Counter[str] = Counter()
    found: dict[str, ast.expr] = {}
    for node in below(function):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                bound[name] += 1
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Tuple() | ast.Dict() | ast.Set()):
                found[name] = node.value
    return {name: value for name, value in found.items() if bound[name] == 1}
