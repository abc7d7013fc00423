"""The demands of a test file that compare a call's result with a literal, row by row."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from pytest_agentaudit.change.model import Side
from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.nodes import argument, below, dotted, given, last, last_part, text_of
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.telling import atoms, derived, spelled
from pytest_agentaudit.facts.tested_answers import TestedAnswer
from pytest_agentaudit.facts.written import written

MOST_ROWS = 3_000
"""Rows of cases of one test above which no more are read."""

MOST_DEMANDS = 20_000
"""Demands of one test, rows multiplied out, above which no more are read."""

LARGEST = 1_000_000
"""Bytes of a test file above which it is not read."""

_EQUALS = frozenset(
    {
        "assertEqual",
        "assertEquals",
        "assertIs",
        "assertListEqual",
        "assertDictEqual",
        "assertTupleEqual",
        "assertSetEqual",
    }
    | {"assertAlmostEqual", "assertSequenceEqual", "assertCountEqual", "assertMultiLineEqual", "assert_equal"}
    | {"assert_array_equal", "assert_allclose", "assert_almost_equal", "assert_that", "eq_"}
)
_WRAPPERS = frozenset({"approx", "list", "tuple", "set", "sorted", "str", "int", "float", "dict", "frozenset"})
Row = Mapping[str, ast.expr]


def answers_of_tests(side: Side) -> Iterator[TestedAnswer]:
    """All such demands of a test file; none where it cannot be read."""
    if len(side.content) > LARGEST:
        return
    tree = parse(scan(side.content).text).tree
    if tree is None:
        return
    module = {
        node.targets[0].id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _Test(side.path, node, module).demands()


class _Test:
    """One function of a test file."""

    def __init__(self, path: str, function: Function, module: Mapping[str, ast.expr]) -> None:
        self.path, self.function, self.module = path, function, module
        self.nodes = below(function)
        self.bound: dict[str, ast.expr] = {}
        for node in self.nodes:
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                self.bound.setdefault(node.targets[0].id, node.value)

    def demands(self) -> Iterator[TestedAnswer]:
        """Each comparison of a result with a literal, once for each row of cases."""
        asserting = [it for it in self.nodes if isinstance(it, ast.Assert | ast.Call)]
        compared = [(node.lineno, pair) for node in asserting for pair in _pairs(node)]
        if not compared:
            return
        rows = self._rows() or [{}]
        found = (it for line, (one, other) in compared for row in rows for it in self._demand(line, one, other, row))
        yield from islice(found, MOST_DEMANDS)

    def _demand(self, line: int, one: ast.expr, other: ast.expr, row: Row) -> Iterator[TestedAnswer]:
        names = {**self.module, **self.bound, **row}
        for result, expectation in ((one, other), (other, one)):
            expected = _value(expectation, names)
            if expected is UNKNOWN:
                continue
            calls = self._calls(result)
            if calls:
                literals = frozenset(it for call in calls for it in self._given(call, names))
                called = frozenset(map(last_part, calls))
                yield TestedAnswer(self.path, line, called, literals, spelled(expected))
                yield from self._around(line, called, expected, row)
                return

    def _around(self, line: int, called: frozenset[str], expected: object, row: Row) -> Iterator[TestedAnswer]:
        """The same demand with all that the test names: what is tested may have been given its input before."""
        of_row = (value for node in row.values() if (value := _value(node, {})) is not UNKNOWN)
        given = self._everything[1].union(spelled(it) for value in of_row for it in atoms(value))
        yield TestedAnswer(self.path, line, called | self._everything[0], given, spelled(expected), direct=False)

    @cached_property
    def _everything(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names of all that the test calls, and the literals that it gives to it."""
        calls = [it for it in self.nodes if isinstance(it, ast.Call)][:_MOST_CALLS]
        names = {**self.module, **self.bound}
        return frozenset(map(last_part, calls)), frozenset(it for call in calls for it in self._given(call, names))

    def _calls(self, node: ast.expr, seen: frozenset[str] = frozenset()) -> list[ast.Call]:
        """The calls that a result comes from, names followed to what they were bound to."""
        nodes = below(node)
        found = [it for it in nodes if isinstance(it, ast.Call) and last_part(it) not in _WRAPPERS]
        names = {it.id for it in nodes if isinstance(it, ast.Name) and it.id in self.bound} - seen
        for name in sorted(names) if len(seen) < _DEEPEST else ():
            found += self._calls(self.bound[name], seen | names)
        return found

    def _given(self, call: ast.Call, names: Row) -> Iterator[str]:
        for node in given(call):
            value = _value(node, names)
            if value is not UNKNOWN:
                yield from map(spelled, atoms(value))
                yield from map(spelled, derived(value))
                continue
            for it in below(node):
                if isinstance(it, ast.Constant | ast.Name | ast.List | ast.Tuple | ast.Dict | ast.UnaryOp):
                    inner = _value(it, names)
                    if inner is not UNKNOWN:
                        yield from map(spelled, atoms(inner))
                        yield from map(spelled, derived(inner))

    def _rows(self) -> list[Row]:
        """What parametrize marks and loops over written-out rows bind, row by row."""
        tables = [
            it for mark in self.function.decorator_list if isinstance(mark, ast.Call) for it in self._marked(mark)
        ]
        for node in self.nodes:
            if isinstance(node, ast.For):
                names = [it.id for it in below(node.target) if isinstance(it, ast.Name)]
                tables += [(names, self._listed(node.iter))]
        return [row for names, listed in tables for row in _spread(names, listed)][:MOST_ROWS]

    def _marked(self, mark: ast.Call) -> Iterator[tuple[list[str], Sequence[ast.expr]]]:
        if last(dotted(mark.func)) != "parametrize":
            return
        names = argument(mark, 0, "argnames")
        if isinstance(names, ast.List | ast.Tuple):
            listed = [text_of(it) for it in names.elts]
        else:
            listed = [it.strip() for it in text_of(names).split(",")]
        yield listed, self._listed(argument(mark, 1, "argvalues"))

    def _listed(self, node: ast.expr | None) -> Sequence[ast.expr]:
        if isinstance(node, ast.Name):
            node = self.bound.get(node.id) or self.module.get(node.id)
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                return parts
            case ast.Dict(keys=keys, values=values):
                return [
                    ast.Tuple([key, it], ast.Load()) for key, it in zip(keys, values, strict=True) if key is not None
                ]
            case ast.Call(func=ast.Attribute(value=inner, attr="items")):
                return self._listed(inner)
        return []


_DEEPEST = 6
_MOST_CALLS = 60


def _spread(names: Sequence[str], listed: Sequence[ast.expr]) -> Iterator[Row]:
    """Rows as names and values; a row that does not fit gives nothing."""
    for node in listed:
        values: Sequence[ast.expr] = [node]
        if isinstance(node, ast.Call) and last(dotted(node.func)) == "param":
            values = node.args
        elif len(names) > 1 and isinstance(node, ast.Tuple | ast.List):
            values = node.elts
        if len(values) == len(names):
            yield dict(zip(names, values, strict=True))


def _pairs(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """The two sides of an equality that is asserted."""
    match node:
        case ast.Assert(test=test):
            for part in _conjuncts(test):
                match part:
                    case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() | ast.In()], comparators=[right]):
                        yield left, right
                    case ast.UnaryOp(op=ast.Not(), operand=operand):
                        yield operand, ast.Constant(value=False)
                    case ast.Call():
                        yield part, ast.Constant(value=True)
        case ast.Call(args=[one, other, *_]) if last_part(node) in _EQUALS:
            yield one, other


def _conjuncts(test: ast.expr) -> Sequence[ast.expr]:
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]


def _value(node: ast.expr, names: Row) -> object:
    """A written-out value, names put in; `pytest.approx(x)` is x."""
    if isinstance(node, ast.Call) and last_part(node) in _WRAPPERS and node.args:
        return _value(node.args[0], names)
    return written(node, names)
