"""Values that are written out in the source."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence

from pytest_agentaudit.facts.nodes import dotted, given, last, last_part
from pytest_agentaudit.patterns import regex

WIDEST = 4_096
"""Longest string, or widest integer in bits, that folding an operation may build."""

LARGEST_BASE, FARTHEST_EXPONENT = 100, 99
"""Largest power that is computed: tolerances are written `10**-6`."""

CONSTRUCTOR = regex(r"_{0,2}[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
"""Names of classes, by PEP 8."""

CONSTANT = regex(r"_{0,2}[A-Z][A-Z0-9_]*")
"""Names of constants, by PEP 8."""

_BUILDERS = frozenset(
    {
        *("set", "frozenset", "dict", "list", "tuple", "bytes", "bytearray", "str", "int", "float", "complex", "bool"),
        *("range", "slice", "date", "datetime", "time", "timedelta", "array", "asarray", "dedent", "sorted"),
    }
)
_METHODS = frozenset(
    {
        *("join", "strip", "lstrip", "rstrip", "encode", "decode", "format", "replace", "split", "splitlines"),
        *("lower", "upper", "items", "keys", "values", "fromhex"),
    }
)


class Unknown:
    """The type of `UNKNOWN`: the value of an expression that cannot be told from its source."""


UNKNOWN = Unknown()


def pinned(node: ast.expr, literals: frozenset[str] = frozenset()) -> bool:
    """Whether a value is written out: a literal, a display of such, a constant's name, a constructor of literals.

    `literals` are names that are known to stand for one.
    """
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in literals or bool(CONSTANT.fullmatch(name))
        case ast.Attribute(value=ast.Name() | ast.Attribute(), attr=attr):
            return bool(CONSTANT.fullmatch(attr))
        case ast.Call():
            return _pinned_call(node, literals)
        case _:
            parts = _parts(node)
            return parts is not None and all(pinned(part, literals) for part in parts)


def _parts(node: ast.expr) -> Sequence[ast.expr] | None:
    """The expressions that an operation or a display is made of, None for what is neither."""
    match node:
        case ast.UnaryOp(operand=value) | ast.Starred(value=value) | ast.FormattedValue(value=value):
            return [value]
        case ast.BinOp(left=left, right=right) | ast.Subscript(value=left, slice=right):
            return [left, right]
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.JoinedStr(values=parts):
            return parts
        case ast.Dict(keys=keys, values=values):
            return [part for part in (*keys, *values) if part is not None]
        case _:
            return None


def _pinned_call(node: ast.Call, literals: frozenset[str]) -> bool:
    name = last_part(node)
    if name in _METHODS and isinstance(node.func, ast.Attribute):
        known = pinned(node.func.value, literals)
    else:
        known = bool(dotted(node.func)) and (name in _BUILDERS or bool(CONSTRUCTOR.fullmatch(name)))
    return known and all(pinned(part, literals) for part in given(node))


def is_constructor(node: ast.expr) -> bool:
    """Whether a call reads like making an object: its callee is in CapWords."""
    return isinstance(node, ast.Call) and bool(CONSTRUCTOR.fullmatch(last(dotted(node.func))))


def value_of(node: ast.expr, constants: Mapping[str, ast.expr] | None = None) -> object:
    """The value of an expression of immutable literals, or UNKNOWN. `constants` are names that stand for literals."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name) if constants and name in constants:
            return value_of(constants[name])
        case ast.Tuple(elts=parts):
            values = tuple(value_of(part, constants) for part in parts)
            return UNKNOWN if UNKNOWN in values else values
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(op, value_of(operand, constants))
        case ast.BinOp(left=left, op=binary, right=right):
            return _binary(binary, value_of(left, constants), value_of(right, constants))
        case _:
            return UNKNOWN


def _unary(op: ast.unaryop, value: object) -> object:
    if isinstance(op, ast.Not):
        return UNKNOWN if value is UNKNOWN else not value
    if not isinstance(value, int | float):
        return UNKNOWN
    return -value if isinstance(op, ast.USub) else value if isinstance(op, ast.UAdd) else UNKNOWN


_ARITHMETIC: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def _binary(op: ast.operator, left: object, right: object) -> object:
    if isinstance(left, str) and isinstance(right, str) and isinstance(op, ast.Add):
        return left + right if len(left) + len(right) < WIDEST else UNKNOWN
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return UNKNOWN
    if isinstance(op, ast.Pow):
        return float(left) ** right if 0 < left <= LARGEST_BASE and abs(right) <= FARTHEST_EXPONENT else UNKNOWN
    wide = sum(value.bit_length() for value in (left, right) if isinstance(value, int)) > WIDEST
    return _ARITHMETIC[type(op)](left, right) if type(op) in _ARITHMETIC and not wide else UNKNOWN


def number(node: ast.expr | None) -> float | None:
    """A finite number that is written out, else None."""
    value = value_of(node) if node is not None else UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= float("inf"):
        return None
    return float(value) if not isinstance(value, int) or value.bit_length() < WIDEST // 8 else None
