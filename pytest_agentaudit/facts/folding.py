"""Conditions that are decided before the code under test is asked."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from pytest_agentaudit.facts.kinds.tests import ALWAYS_TRUE, ITSELF, TUPLE
from pytest_agentaudit.facts.literals import UNKNOWN, value_of
from pytest_agentaudit.facts.nodes import below, unparsed

Constants = Mapping[str, ast.expr]
"""Names that stand for one immutable literal."""


_REFLEXIVE = (ast.Eq, ast.LtE, ast.GtE, ast.Is)
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def truth(node: ast.expr, constants: Constants) -> bool | None:
    """Whether an expression is true (or false) whatever the program does; None where that depends."""
    value = value_of(node, constants)
    if value is not UNKNOWN:
        return bool(value)
    return _operation(node, constants) if isinstance(node, _OPERATIONS) else _display(node)


_OPERATIONS = (ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.NamedExpr, ast.Call)


def _operation(node: ast.expr, constants: Constants) -> bool | None:
    decided: bool | None = None
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            inner = truth(operand, constants)
            decided = None if inner is None else not inner
        case ast.BoolOp(op=op, values=parts):
            decided = _bool_op(op, parts, constants)
        case ast.Compare():
            decided = _compare(node, constants)
        case ast.IfExp():
            decided = _if_expression(node, constants)
        case ast.NamedExpr(value=part) | ast.Call(func=ast.Name(id="bool"), args=[part], keywords=[]):
            decided = truth(part, constants)
        case ast.Call():
            decided = _call(node)
    return decided


def _display(node: ast.expr) -> bool | None:
    match node:
        case ast.Lambda() | ast.GeneratorExp():
            return True
        case ast.ListComp(generators=loops) | ast.SetComp(generators=loops):
            written = all(not loop.ifs and not loop.is_async and _display(loop.iter) for loop in loops)
            return True if written and not any(isinstance(loop.iter, ast.GeneratorExp) for loop in loops) else None
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            starred = any(isinstance(part, ast.Starred) for part in parts)
            return None if starred or _hashes(node) else bool(parts)
        case ast.Dict(keys=keys):
            return bool(keys) if None not in keys else None
        case ast.JoinedStr(values=parts) if any(isinstance(part, ast.Constant) and part.value for part in parts):
            return True
        case _:
            return None


def _hashes(node: ast.expr) -> bool:
    """Whether a display asks whether several values can be hashed: only a set of names does."""
    match node:
        case ast.Set(elts=[_, _, *_] as parts):
            return all(isinstance(it, ast.Name | ast.Attribute) for it in parts)
        case _:
            return False


def _call(node: ast.Call) -> bool | None:
    match node:
        case ast.Call(func=ast.Name(id="isinstance" | "issubclass"), args=[_, ast.Name(id="object")]):
            return True
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Constant(value=value), ast.Name(id=name)]):
            return True if type(value).__name__ == name else None
        case ast.Call(func=ast.Name(id="all" | "any" as word), args=[values], keywords=[]):
            return _quantified(values, every=word == "all")
        case _:
            return None


def _quantified(values: ast.expr, *, every: bool) -> bool | None:
    """`all` or `any` over what is written out: nothing at all, or parts that decide it."""
    match values:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            truths = [truth(part, {}) for part in parts if not isinstance(part, ast.Starred)]
            if (not every) in truths:
                return not every
            return every if len(truths) == len(parts) and all(value is every for value in truths) else None
        case ast.GeneratorExp(generators=loops) | ast.ListComp(generators=loops) | ast.SetComp(generators=loops):
            nothing = any(truth(loop.iter, {}) is False and _display(loop.iter) is False for loop in loops)
            return every if nothing else None
        case _:
            return None


def _if_expression(node: ast.IfExp, constants: Constants) -> bool | None:
    test = truth(node.test, constants)
    if test is not None:
        return truth(node.body if test else node.orelse, constants)
    body, other = truth(node.body, constants), truth(node.orelse, constants)
    return body if body == other else None


def _bool_op(op: ast.boolop, parts: Iterable[ast.expr], constants: Constants) -> bool | None:
    parts = list(parts)
    deciding = isinstance(op, ast.Or)
    truths = [truth(part, constants) for part in parts]
    if deciding in truths:
        return deciding
    if all(value is (not deciding) for value in truths):
        return not deciding
    return deciding if _has_complements(parts) else None


def _has_complements(parts: Iterable[ast.expr]) -> bool:
    """Whether `p` and `not p` both stand among the parts, where asking twice gives the same answer."""
    pure = [part for part in parts if _is_pure(part)]
    sources = {unparsed(part) for part in pure}
    return any(unparsed(opposite) in sources for part in pure for opposite in _opposites(part))


def _opposites(node: ast.expr) -> Iterable[ast.expr]:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield ast.Compare(left, [_OPPOSITE[type(op)]()], [right])


def _is_pure(node: ast.expr) -> bool:
    return not any(isinstance(part, ast.Call | ast.Await | ast.Yield | ast.NamedExpr) for part in below(node))


def _compare(node: ast.Compare, constants: Constants) -> bool | None:
    results: list[bool | None] = []
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        results.append(_pair(left, op, right, constants))
        left = right
    if False in results:
        return False
    return True if all(results) else None


def _pair(left: ast.expr, op: ast.cmpop, right: ast.expr, constants: Constants) -> bool | None:
    values = value_of(left, constants), value_of(right, constants)
    if UNKNOWN not in values:
        return _compared(op, *values)
    if isinstance(op, ast.IsNot) and values[1] is None and _display(left) is not None:
        return True
    itself = _is_itself(left, op, right) or _holds_itself(left, op, right)
    return True if itself or _never_negative(left, op, right) else None


def _compared(op: ast.cmpop, left: object, right: object) -> bool | None:
    """What comparing two known values gives, None where Python refuses."""
    match op:
        case ast.Eq():
            return left == right
        case ast.NotEq():
            return left != right
        case ast.Is() | ast.IsNot():
            same = left is right if left is None or isinstance(left, bool) else left == right
            return same is isinstance(op, ast.Is)
        case ast.In() | ast.NotIn():
            inside = _inside(left, right)
            return None if inside is None else inside is isinstance(op, ast.In)
        case _:
            return _ordered(op, left, right)


def _inside(left: object, right: object) -> bool | None:
    if isinstance(right, str):
        return left in right if isinstance(left, str) else None
    return left in right if isinstance(right, tuple) else None


def _ordered(op: ast.cmpop, left: object, right: object) -> bool | None:
    """An order of two numbers."""
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return None
    signs = (left > right) - (left < right)
    match op:
        case ast.Lt():
            return signs < 0
        case ast.LtE():
            return signs <= 0
        case ast.Gt():
            return signs > 0
        case _:
            return signs >= 0


def _is_itself(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    """The same name on both sides; for `==` also the same item (an attribute may be a property)."""
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        return isinstance(op, _REFLEXIVE) and left.id == right.id
    plain = isinstance(op, ast.Eq) and _is_place(left) and _is_place(right)
    return plain and unparsed(left) == unparsed(right)


def _is_place(node: ast.expr) -> bool:
    """An item of a name under a written-out key."""
    return isinstance(node, ast.Subscript) and all(
        isinstance(it, ast.Subscript | ast.Name | ast.Constant) for it in below(node)
    )


def _holds_itself(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    """`x in [x]`: a name among the values that are written out with it."""
    if not isinstance(op, ast.In) or not isinstance(left, ast.Name):
        return False
    parts = right.elts if isinstance(right, ast.List | ast.Tuple | ast.Set) else []
    return any(isinstance(part, ast.Name) and part.id == left.id for part in parts)


def _never_negative(left: ast.expr, op: ast.cmpop, right: ast.expr) -> bool:
    """`len(x) >= 0`, `len(x) > -1`, and the same turned round."""
    if isinstance(op, ast.Lt | ast.LtE):
        left, op, right = right, ast.Gt() if isinstance(op, ast.Lt) else ast.GtE(), left
    match left, op, value_of(right):
        case ast.Call(func=ast.Name(id="len")), ast.GtE(), int(bound):
            return bound <= 0
        case ast.Call(func=ast.Name(id="len")), ast.Gt(), int(bound):
            return bound < 0
        case _:
            return False


def why_true(node: ast.expr, constants: Constants) -> str:
    """Why an asserted expression can never be false ("" where it can).

    A name that stands for a literal counts where it is asserted itself or compared with a literal; a bound on the
    length of a test's own data checks the test.
    """
    match node:
        case ast.Name() | ast.Compare(left=ast.Name(), ops=[ast.Eq() | ast.Is()], comparators=[ast.Constant()]):
            return ALWAYS_TRUE if truth(node, constants) else ""
        case ast.Tuple(elts=[_, *_]):
            return TUPLE
    if not truth(node, {}):
        return ""
    if isinstance(node, ast.Compare) and _is_itself(node.left, node.ops[0], node.comparators[0]):
        return ITSELF
    return ALWAYS_TRUE
