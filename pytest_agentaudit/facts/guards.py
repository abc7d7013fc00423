"""Which literals a condition asks for: `n == 97`, `a[0] == 1 and k == 10`, `text in ("x y", "z")`, `not n != 97`."""

from __future__ import annotations

import ast
from collections.abc import Mapping

from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.nodes import last_part
from pytest_agentaudit.facts.written import written

Guards = tuple[tuple[object, ...], ...]
"""Alternatives, each with the literals that must all be met."""

NONE: Guards = ((),)
"""No literal is asked for."""

MOST_ALTERNATIVES = 64
_EQUALITIES = frozenset(
    {"array_equal", "array_equiv", "allclose", "isclose", "eq", "equals", "equal", "compare_digest"}
)
_TEXT_TESTS = frozenset({"startswith", "endswith", "fullmatch", "match", "search"})
Names = Mapping[str, ast.expr]


def guards(test: ast.expr, names: Names, *, negated: bool = False) -> Guards:
    """What must be met for a condition to hold (`negated`: not to hold)."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return guards(operand, names, negated=not negated)
        case ast.BoolOp(op=op, values=values):
            every = isinstance(op, ast.And) is not negated
            parts = [guards(it, names, negated=negated) for it in values]
            return both(*parts) if every else either(*parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(left, op, right, names, negated=negated)
        case ast.Call() if not negated:
            return _called(test, names)
        case ast.NamedExpr(value=value):
            return guards(value, names, negated=negated)
    return NONE


def both(*parts: Guards) -> Guards:
    """All of them must be met."""
    found: Guards = NONE
    for part in parts:
        found = tuple((*one, *other) for one in found for other in part)[:MOST_ALTERNATIVES]
    return found


def either(*parts: Guards) -> Guards:
    """One of them must be met; nothing is asked for where a part asks for nothing."""
    if any(() in part for part in parts):
        return NONE
    return tuple(one for part in parts for one in part)[:MOST_ALTERNATIVES]


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, names: Names, *, negated: bool) -> Guards:
    one, other = written(left, names), written(right, names)
    if (one is UNKNOWN) is (other is UNKNOWN):
        return NONE
    value = other if one is UNKNOWN else one
    match op:
        case ast.Eq() | ast.Is() if not negated:
            return ((value,),)
        case ast.NotEq() | ast.IsNot() if negated:
            return ((value,),)
        case ast.In() if not negated:
            return _inside(value, is_container=one is UNKNOWN)
        case ast.NotIn() if negated:
            return _inside(value, is_container=one is UNKNOWN)
    return NONE


def _inside(value: object, *, is_container: bool) -> Guards:
    if not is_container:
        return ((value,),)
    if isinstance(value, list | tuple | set | frozenset | dict):
        return tuple((it,) for it in value)[:MOST_ALTERNATIVES] or NONE
    return NONE


def _called(call: ast.Call, names: Names) -> Guards:
    name = last_part(call)
    if name in _EQUALITIES or name in _TEXT_TESTS:
        values = [value for it in call.args if (value := written(it, names)) is not UNKNOWN]
        return ((values[0],),) if len(values) == 1 else NONE
    return NONE


def pattern_guards(pattern: ast.pattern, names: Names) -> Guards:
    """What a `case` asks for."""
    match pattern:
        case ast.MatchValue(value=value):
            known = written(value, names)
            return NONE if known is UNKNOWN else ((known,),)
        case ast.MatchOr(patterns=patterns):
            return either(*(pattern_guards(it, names) for it in patterns))
        case ast.MatchSequence(patterns=patterns):
            return both(*(pattern_guards(it, names) for it in patterns))
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return pattern_guards(inner, names)
    return NONE
