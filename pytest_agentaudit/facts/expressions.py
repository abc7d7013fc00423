"""Small tools on expressions: their names, their normalised source, the values that are written out in them.

Expressions are `ast` nodes: one form instead of libcst's many, and one that the standard library can print.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

LONGEST = 240
"""Characters above which a name is not replaced by what it was assigned from."""

_WIDEST_FOLD = 4_096
"""Largest string, or bit length, that folding an operation may build."""

CONSTRUCTOR = re.compile(r"_{0,2}[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*")
"""Names of classes, by PEP 8."""

_CONSTANT_NAME = re.compile(r"_{0,2}[A-Z][A-Z0-9_]*")
_BUILDERS = frozenset(
    [
        "set",
        "frozenset",
        "dict",
        "list",
        "tuple",
        "bytes",
        "bytearray",
        "str",
        "int",
        "float",
        "complex",
        "bool",
        "range",
        "slice",
        "date",
        "datetime",
        "time",
        "timedelta",
        "array",
        "dedent",
        "asarray",
        "sorted",
        "join",
        "strip",
        "encode",
        "decode",
        "format",
        "replace",
        "split",
        "splitlines",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
    ]
)


class Unknown:
    """The type of `UNKNOWN`: the value of an expression that cannot be told from its source."""


UNKNOWN = Unknown()


def dotted(node: ast.expr | None) -> str:
    """ "a.b.c" for a plain chain of names; a call in the chain stands as its callee ("expect().to_be"); else ""."""
    parts: list[str] = []
    while True:
        match node:
            case ast.Attribute(value=value, attr=attr):
                parts.append(attr)
                node = value
            case ast.Call(func=func) if parts:
                parts[-1] = f"().{parts[-1]}"
                node = func
            case ast.Name(id=name):
                parts.append(name)
                return ".".join(reversed(parts)).replace(".().", "().")
            case _:
                return ""


def resolve(name: str, imports: Mapping[str, str]) -> str:
    """The dotted origin of a dotted local name ("mark.skip" -> "pytest.mark.skip")."""
    first, dot, rest = name.partition(".")
    first, call, _ = first.partition("()")
    return imports.get(first, first) + call + dot + rest


def last(name: str) -> str:
    """The last part of a dotted name."""
    return name.rpartition(".")[2]


def root(node: ast.expr) -> str:
    """The name that an expression's chain of attributes, calls and subscripts begins with, or ""."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def keyword(call: ast.Call, *names: str) -> ast.expr | None:
    """The value of the first of these keyword arguments that the call gives."""
    return next((word.value for name in names for word in call.keywords if word.arg == name), None)


def argument(call: ast.Call, index: int, *names: str) -> ast.expr | None:
    """The positional argument at `index`, else the keyword one; None behind a `*` argument."""
    plain = call.args[: index + 1]
    if len(plain) > index and not any(isinstance(value, ast.Starred) for value in plain):
        return plain[index]
    return keyword(call, *names)


def text_of(node: ast.expr | None) -> str:
    """The value of a string literal, the literal parts of an f-string, or ""."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(map(text_of, values))
        case _:
            return ""


def names_in(node: ast.AST) -> Iterator[str]:
    """Every plain name that is read or written below `node`."""
    return (child.id for child in ast.walk(node) if isinstance(child, ast.Name))


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Every call below `node`, outermost first, and not what a lambda would call later."""
    todo = [node]
    while todo:
        here = todo.pop(0)
        if isinstance(here, ast.Call):
            yield here
        if not isinstance(here, ast.Lambda):
            todo.extend(ast.iter_child_nodes(here))


def replaced(node: ast.expr, values: Mapping[str, ast.expr]) -> ast.expr:
    """`node` without `await` and with names put in for; itself where nothing changes."""
    result = _replaced(node, values)
    return result if isinstance(result, ast.expr) else node


def _replaced(node: ast.AST, values: Mapping[str, ast.expr]) -> ast.AST:
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            return values.get(name, node)
        case ast.Await(value=value):
            return _replaced(value, values)
    fields: dict[str, object] = {}
    changed = False
    for name, old in ast.iter_fields(node):
        new: object = old
        if isinstance(old, ast.AST):
            new = _replaced(old, values)
        elif isinstance(old, list):
            new = [_replaced(part, values) if isinstance(part, ast.AST) else part for part in old]
        changed |= new != old
        fields[name] = new
    return type(node)(**fields) if changed else node


def unparsed(node: ast.AST) -> str:
    """The node's source as the standard library prints it; its dump where an older Python cannot print it."""
    try:
        return ast.unparse(node)
    except ValueError:
        return ast.dump(node)


def normal(node: ast.expr, values: Mapping[str, ast.expr] | None = None) -> str:
    """Normalised source: layout, quotes and `await` levelled, names that `values` knows put in where that stays short."""
    if values and any(name in values for name in names_in(node)):
        whole = unparsed(replaced(node, values))
        if len(whole) <= LONGEST:
            return whole
    return unparsed(replaced(node, {}))


def parsed(source: str) -> ast.expr | None:
    """The expression that normalised source stands for; None where it is no expression (a block, a cut text)."""
    try:
        return ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError):
        return None


def pinned(node: ast.expr, literals: frozenset[str] = frozenset()) -> bool:
    """Whether a value is written out: a literal, a display of such, a constant's name, a constructor of literals."""
    match node:
        case ast.Constant():
            return True
        case ast.Name(id=name):
            return name in literals or bool(_CONSTANT_NAME.fullmatch(name))
        case ast.Attribute(value=value, attr=attr):
            return bool(_CONSTANT_NAME.fullmatch(attr)) and (isinstance(value, ast.Name | ast.Attribute))
        case ast.UnaryOp(operand=operand):
            return pinned(operand, literals)
        case ast.BinOp(left=left, right=right):
            return pinned(left, literals) and pinned(right, literals)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts) | ast.JoinedStr(values=parts):
            return all(pinned(part, literals) for part in parts)
        case ast.Dict(keys=keys, values=parts):
            return all(pinned(part, literals) for part in (*keys, *parts) if part is not None)
        case ast.Starred(value=value) | ast.FormattedValue(value=value):
            return pinned(value, literals)
        case ast.Subscript(value=value, slice=index):
            return pinned(value, literals) and pinned(index, literals)
        case ast.Call():
            return _pinned_call(node, literals)
        case _:
            return False


def _pinned_call(node: ast.Call, literals: frozenset[str]) -> bool:
    name = last(dotted(node.func)) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    known = name in _BUILDERS or bool(CONSTRUCTOR.fullmatch(name))
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    if isinstance(owner, ast.Constant | ast.JoinedStr | ast.Call) and not pinned(owner, literals):
        return False
    parts = (*node.args, *(word.value for word in node.keywords))
    return known and all(pinned(part, literals) for part in parts)


def is_constructor(node: ast.expr) -> bool:
    """Whether a call reads like making an object: its callee is in CapWords."""
    return isinstance(node, ast.Call) and bool(CONSTRUCTOR.fullmatch(last(dotted(node.func))))


def value_of(node: ast.expr, constants: Mapping[str, ast.expr] | None = None) -> object:
    """The value of an expression of immutable literals, or UNKNOWN. `constants` are names that stand for literals."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if constants and name in constants:
            return value_of(constants[name])
        case ast.Tuple(elts=parts):
            values = [value_of(part, constants) for part in parts]
            return UNKNOWN if any(value is UNKNOWN for value in values) else tuple(values)
        case ast.UnaryOp(op=op, operand=operand):
            return _unary(op, value_of(operand, constants))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, value_of(left, constants), value_of(right, constants))
        case ast.Call(func=ast.Name(id="len"), args=[part], keywords=[]):
            value = value_of(part, constants)
            return len(value) if isinstance(value, str | bytes | tuple) else UNKNOWN
        case _:
            return UNKNOWN


def _unary(op: ast.unaryop, value: object) -> object:
    match op, value:
        case ast.USub(), int() | float():
            return -value
        case ast.UAdd(), int() | float():
            return value
        case ast.Not(), _ if value is not UNKNOWN:
            return not value
        case _:
            return UNKNOWN


def _binary(op: ast.operator, left: object, right: object) -> object:
    match op, left, right:
        case ast.Add(), int() | float(), int() | float():
            return left + right
        case ast.Sub(), int() | float(), int() | float():
            return left - right
        case ast.Mult(), int(), int() if left.bit_length() + right.bit_length() < _WIDEST_FOLD:
            return left * right
        case ast.Add(), str(), str() if len(left) + len(right) < _WIDEST_FOLD:
            return left + right
        case _:
            return UNKNOWN


def number(node: ast.expr | None) -> float | None:
    """A finite number that is written out, else None."""
    value = value_of(node) if node is not None else UNKNOWN
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
        return float(value)
    return _power(node)


def _power(node: ast.expr | None) -> float | None:
    match node:
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, exponent = value_of(left), value_of(right)
            if isinstance(base, int) and isinstance(exponent, int) and 0 < base <= 10 and -99 < exponent < 99:  # noqa: PLR2004 - enough for "10 ** -6"
                return float(base) ** exponent
    return None
