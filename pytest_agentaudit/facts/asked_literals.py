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
_NEXT_BUT_ONE = 2
_EQUALITIES = frozenset(
    {"array_equal", "array_equiv", "allclose", "isclose", "eq", "equals", "equal", "compare_digest", "__eq__"}
)
_TEXT_TESTS = frozenset({"startswith", "endswith", "fullmatch", "match", "search"})
Names = Mapping[str, ast.expr]


def guards(test: ast.expr, names: Names, *, negated: bool = False) -> Guards:
    """What must be met for a condition to hold (`negated`: not to hold)."""
    found = NONE
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            found = guards(operand, names, negated=not negated)
        case ast.BoolOp(op=op, values=values):
            every = isinstance(op, ast.And) is not negated
            parts = [guards(it, names, negated=negated) for it in values]
            found = both(*parts) if every else either(*parts)
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            found = _compared(left, op, right, names, negated=negated)
        case ast.Compare(left=low, ops=[ast.Lt() | ast.LtE(), ast.Lt() | ast.LtE()], comparators=[_, high]):
            found = NONE if negated else _between(low, high, names)
        case ast.BinOp(op=ast.Sub() | ast.BitXor()) if negated:
            found = _compared(test, ast.Eq(), ast.Constant(0), names, negated=False)
        case ast.Call() if not negated:
            found = _called(test, names)
        case ast.NamedExpr(value=value):
            found = guards(value, names, negated=negated)
    return found


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
    value = _moved(left if one is UNKNOWN else right, value, names)
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


def _moved(node: ast.expr, value: object, names: Names) -> object:
    """What is asked for by `n - 97 == 0` and `n ^ 97 == 0`."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub | ast.BitXor) and value == 0:
        known = [it for it in (written(node.left, names), written(node.right, names)) if it is not UNKNOWN]
        return known[0] if len(known) == 1 else value
    return value


def _between(low: ast.expr, high: ast.expr, names: Names) -> Guards:
    """The one whole number between two bounds."""
    least, most = written(low, names), written(high, names)
    if isinstance(least, int) and isinstance(most, int) and 0 <= most - least <= _NEXT_BUT_ONE:
        return ((least + (most > least),),)
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
