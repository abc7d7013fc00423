"""Goes through a function with what is asked for on the way, and yields the literals that it answers with."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from pytest_agentaudit.facts.asked_literals import NONE, Guards, Names, both, guards, pattern_guards
from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.nodes import below, last_part
from pytest_agentaudit.facts.written import literal, written

MOST_ROWS = 300
"""Rows of a table above which a loop over it is not followed."""


class AnswerPair(Struct, frozen=True):
    """A literal answer, the statement that gives it, and the literals that are asked for before."""

    node: ast.stmt
    asked: tuple[object, ...]
    answer: object


class AnswerWalk(Struct, frozen=True):
    """One walk. `names` stand for literals."""

    names: Names

    def suite(self, body: Iterable[ast.stmt], asked: Guards = NONE) -> Iterator[AnswerPair]:
        """The answers of a suite. After a branch that leaves, the opposite of its condition holds."""
        for node in body:
            yield from self.statement(node, asked)
            if isinstance(node, ast.If) and not node.orelse and _leaves(node.body):
                asked = both(asked, guards(node.test, self.names, negated=True))

    def statement(self, node: ast.stmt, asked: Guards) -> Iterator[AnswerPair]:
        """The answers of one statement."""
        match node:
            case ast.If():
                yield from self.branch(node, asked)
            case ast.Match(cases=cases):
                for case in cases:
                    found = pattern_guards(case.pattern, self.names)
                    found = both(found, guards(case.guard, self.names)) if case.guard else found
                    yield from self.suite(case.body, both(asked, found))
            case ast.Return(value=ast.expr() as value):
                yield from self.answer(node, value, asked)
            case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
                if asked != NONE or _is_lookup(value):
                    yield from self.answer(node, value, asked)
            case ast.For(target=target, iter=listed, body=body):
                yield from self.loop(target, listed, body, asked)
                yield from self.suite(node.orelse, asked)
            case ast.AsyncFor() | ast.While() | ast.With() | ast.AsyncWith() | ast.Try():
                for suite in (node.body, getattr(node, "orelse", []), getattr(node, "finalbody", [])):
                    yield from self.suite(suite, asked)

    def branch(self, node: ast.If, asked: Guards) -> Iterator[AnswerPair]:
        """The answers of both suites, and of what the condition binds on its way."""
        for it in below(node.test):
            if isinstance(it, ast.NamedExpr):
                yield from self.answer(node, it.value, asked)
        yield from self.suite(node.body, both(asked, guards(node.test, self.names)))
        yield from self.suite(node.orelse, both(asked, guards(node.test, self.names, negated=True)))

    def loop(self, target: ast.expr, listed: ast.expr, body: Sequence[ast.stmt], asked: Guards) -> Iterator[AnswerPair]:
        """The answers of a loop, for each row where it runs over written-out ones."""
        rows = _rows(target, listed, self.names)
        for row in rows:
            yield from self._with(row).suite(body, asked)
        if not rows:
            yield from self.suite(body, asked)

    def _with(self, row: dict[str, ast.expr]) -> AnswerWalk:
        return AnswerWalk(ChainMap(row, dict(self.names)))

    def answer(self, node: ast.stmt, value: ast.expr, asked: Guards) -> Iterator[AnswerPair]:
        """What a returned or bound expression gives for literals."""
        match value:
            case ast.IfExp(test=test, body=body, orelse=orelse):
                yield from self.answer(node, body, both(asked, guards(test, self.names)))
                yield from self.answer(node, orelse, both(asked, guards(test, self.names, negated=True)))
            case ast.BoolOp(values=values):
                for part in values:
                    yield from self.answer(node, part, asked)
            case ast.Subscript(value=table, slice=key):
                yield from self._table(node, table, key)
            case ast.Call(args=[_, *rest]) if _is_lookup(value):
                yield from self._looked_up(node, value, asked)
                for part in rest:
                    yield from self.answer(node, part, asked)
            case ast.Compare(ops=[ast.In()]):
                members = guards(value, self.names)
                yield from (AnswerPair(node, one, answer=True) for one in members if one and len(members) > 1)
            case _:
                known = written(value, self.names) if asked != NONE else UNKNOWN
                if known is not UNKNOWN:
                    yield from (AnswerPair(node, one, known) for one in asked if one)

    def _looked_up(self, node: ast.stmt, call: ast.Call, asked: Guards) -> Iterator[AnswerPair]:
        """What `table.get(x)`, or `next` of a generator over a table, gives for single literals."""
        match call:
            case ast.Call(func=ast.Attribute(value=table), args=[key, *_]):
                yield from self._table(node, table, key)
            case ast.Call(args=[ast.GeneratorExp(elt=elt, generators=[one]), *_]):
                for row in _rows(one.target, one.iter, self.names):
                    walk = self._with(row)
                    yield from walk.answer(node, elt, both(asked, *(guards(it, walk.names) for it in one.ifs)))

    def _table(self, node: ast.stmt, table: ast.expr, key: ast.expr) -> Iterator[AnswerPair]:
        entries = written(table, self.names)
        if isinstance(entries, dict) and len(entries) > 1 and written(key, self.names) is UNKNOWN:
            yield from (AnswerPair(node, (asked,), answer) for asked, answer in entries.items())


def _is_lookup(value: ast.expr) -> bool:
    """Whether something is looked up in a table."""
    return isinstance(value, ast.Subscript) or (isinstance(value, ast.Call) and last_part(value) in {"get", "next"})


def _rows(target: ast.expr, listed: ast.expr, names: Names) -> list[dict[str, ast.expr]]:
    """What a loop over written-out rows binds, row by row."""
    if isinstance(listed, ast.Call) and last_part(listed) == "items" and isinstance(listed.func, ast.Attribute):
        entries = written(listed.func.value, names)
        values: object = list(entries.items()) if isinstance(entries, dict) else UNKNOWN
    else:
        values = written(listed, names)
    if not isinstance(values, list) or not isinstance(target, ast.Tuple):
        return []
    bound = [it.id for it in target.elts if isinstance(it, ast.Name)]
    rows = [it for it in values[:MOST_ROWS] if isinstance(it, list | tuple) and len(it) == len(bound)]
    return [{name: literal(value) for name, value in zip(bound, row, strict=True)} for row in rows]


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Return | ast.Raise | ast.Continue | ast.Break)
