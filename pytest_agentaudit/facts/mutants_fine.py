"""Edits of one place of a function, on its changed lines: what a careful reader might try."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_agentaudit.facts.mutable import Edit, Function, Source
from pytest_agentaudit.facts.mutants_whole import LARGEST
from pytest_agentaudit.facts.nodes import children
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.mutant import Operator

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: (r"is\s+not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: (r"not\s+in", "in"),
}
"""How an operator is written (a regular expression), and what stands in its place."""
_NEW_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_RANKS = tuple(Operator)


def fine_edits(head: Source, function: Function, lines: frozenset[int], most: int) -> tuple[tuple[Operator, Edit], ...]:
    """At most one edit for each of these lines, and at most `most`, in the order of the source."""
    if function.name == "__repr__":
        return ()
    by_line: dict[int, tuple[Operator, Edit]] = {}
    for node in _mutable(function):
        if isinstance(node, ast.expr | ast.stmt) and node.lineno in lines:
            for operator, edit in _edits(head, node):
                known = by_line.setdefault(node.lineno, (operator, edit))
                if _RANKS.index(operator) < _RANKS.index(known[0]):
                    by_line[node.lineno] = operator, edit
    chosen = sorted(by_line.values(), key=lambda it: _RANKS.index(it[0]))[: max(most, 0)]
    return tuple(sorted(chosen, key=lambda it: it[1][0]))


def _mutable(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function's own code: no logging, no messages of exceptions, no heads of loops, no annotations."""
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, _NEW_SCOPE) or (isinstance(node, ast.Call) and is_log(node)) or _tells(node):
            continue
        yield node
        stack.extend(reversed(_below(node)))


def _tells(node: ast.AST) -> bool:
    """Whether a statement does nothing but tell somebody something."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and is_log(node.value)


def _below(node: ast.AST) -> list[ast.AST]:
    match node:
        case ast.Raise():
            return []
        case ast.For() | ast.AsyncFor() | ast.While():
            return [*node.body, *node.orelse]
        case ast.AnnAssign():
            return [node.value] if node.value else []
        case _:
            return children(node)


def _edits(head: Source, node: ast.expr | ast.stmt) -> Iterator[tuple[Operator, Edit]]:
    """What may be done to a node itself."""
    start, end = head.start(node), head.end(node)
    match node:
        case ast.Compare(ops=[operator], comparators=[right]):
            yield from _comparison(head, node.left, operator, right)
        case ast.If(test=test) | ast.IfExp(test=test) if not _is_negation(test):
            yield Operator.CONDITION, (head.start(test), head.end(test), f"not ({head.piece(test)})")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            gap = re.match(r"not\s*(?=[^\s#\\])", head.text[start : head.end(operand)])
            if gap:
                yield Operator.NOT, (start, start + gap.end(), "")
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield Operator.RETURN, (head.start(value), head.end(value), "None")
        case ast.Constant(value=bool(value)):
            yield Operator.BOOL, (start, end, str(not value))
        case ast.Constant(value=int(value)) if abs(value) < LARGEST:
            yield Operator.INT, (start, end, str(value + 1))
        case _ if isinstance(node, ast.stmt) and _is_effect(node):
            yield Operator.DELETE, (start, end, "pass")


def _comparison(head: Source, left: ast.expr, operator: ast.cmpop, right: ast.expr) -> Iterator[tuple[Operator, Edit]]:
    pattern, other = _COMPARISONS[type(operator)]
    begin, between = head.end(left), head.text[head.end(left) : head.start(right)]
    found = re.fullmatch(rf"([\s)]*)({pattern})[\s(]*", between)
    if found:
        yield Operator.COMPARISON, (begin + found.start(2), begin + found.end(2), other)


def _is_negation(test: ast.expr) -> bool:
    """Whether a condition is mutated as a comparison, or loses its `not`."""
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _is_effect(node: ast.stmt) -> bool:
    """Whether a statement's effect is no name that the statements after it need."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.AugAssign() | ast.Raise() | ast.Delete():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(it, ast.Attribute | ast.Subscript) for it in targets)
        case _:
            return False
