"""Values that are written out in the source in whatever way: literals, displays of them, and what encodes them.

`value_of` in literals.py knows immutable literals; here lists, sets and dicts count too, and the usual ways to write
a text so that nobody finds it: joined pieces, codes of characters, base64, hexadecimal, JSON, a reversed string.
"""

from __future__ import annotations

import ast
import binascii
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import import_module

from pytest_agentaudit.facts.literals import UNKNOWN, value_of
from pytest_agentaudit.facts.nodes import dotted, last
from pytest_agentaudit.lazy_json import loads

MOST_PARTS = 5_000
"""Entries of a display above which its value is not worked out."""

LARGEST_DECODED = 200_000
"""Bytes that decoding may yield."""

_DISPLAYS: Mapping[type[ast.expr], Callable[[Sequence[object]], object]] = {
    ast.List: list,
    ast.Tuple: tuple,
    ast.Set: frozenset,
}
_REVERSED = -1
_NEVER = (ast.Compare, ast.BoolOp, ast.Lambda, ast.Await, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp)


def written(node: ast.expr | None, names: Mapping[str, ast.expr] | None = None) -> object:
    """The value that an expression of literals and decodings stands for, or UNKNOWN. `names` stand for literals."""
    if node is None or isinstance(node, _NEVER):
        return UNKNOWN
    try:
        return _value(node, names or {})
    except (RecursionError, ValueError, TypeError, LookupError, AttributeError, OverflowError, MemoryError):
        return UNKNOWN


def literal(value: object) -> ast.expr:
    """The node of a value that was worked out."""
    if isinstance(value, list | tuple | set | frozenset):
        return ast.List([literal(it) for it in value], ast.Load())
    if isinstance(value, dict):
        return ast.Dict([literal(it) for it in value], [literal(it) for it in value.values()])
    return ast.Constant(value if value is None or isinstance(value, str | bytes | int | float | complex) else ...)


def text_value(node: ast.expr, names: Mapping[str, ast.expr] | None = None) -> str:
    """The text that an expression stands for, bytes decoded; "" where it is none or cannot be told."""
    value = written(node, names)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value if isinstance(value, str) else ""


def _value(node: ast.expr, names: Mapping[str, ast.expr]) -> object:
    found: object = UNKNOWN
    match node:
        case ast.Constant(value=value):
            found = value
        case ast.Name(id=name) if name in names:
            found = _value(names[name], {})
        case ast.Attribute() if dotted(node) in names:
            found = _value(names[dotted(node)], {})
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            values = _all(parts, names)
            found = UNKNOWN if values is None else _DISPLAYS[type(node)](values)
        case ast.Dict(keys=keys, values=inner):
            found = _mapping(keys, inner, names)
        case ast.BinOp() | ast.UnaryOp():
            found = _operation(node, names)
        case ast.Subscript(slice=ast.Slice(lower=None, upper=None, step=ast.expr() as step)):
            text = _value(node.value, names)
            found = text[::-1] if isinstance(text, str) and value_of(step) == _REVERSED else UNKNOWN
        case ast.JoinedStr(values=values):
            found = _formatted(values, names)
        case ast.Call():
            found = _call(node, names)
    return found


def _all(parts: Sequence[ast.expr], names: Mapping[str, ast.expr]) -> list[object] | None:
    values: list[object] = []
    for part in parts if len(parts) <= MOST_PARTS else ():
        value = _value(part, names)
        if value is UNKNOWN:
            return None
        values.append(value)
    return values if len(values) == len(parts) else None


def _formatted(parts: Sequence[ast.expr], names: Mapping[str, ast.expr]) -> object:
    """An f-string whose fields are written out, without formats."""
    values = [_value(it.value if isinstance(it, ast.FormattedValue) else it, names) for it in parts]
    return UNKNOWN if any(it is UNKNOWN for it in values) else "".join(map(str, values))


def _mapping(keys: Sequence[ast.expr | None], values: Sequence[ast.expr], names: Mapping[str, ast.expr]) -> object:
    if None in keys:
        return UNKNOWN
    known, answers = _all([key for key in keys if key is not None], names), _all(values, names)
    return UNKNOWN if known is None or answers is None else dict(zip(known, answers, strict=True))


def _operation(node: ast.BinOp | ast.UnaryOp, names: Mapping[str, ast.expr]) -> object:
    parts = [node.operand] if isinstance(node, ast.UnaryOp) else [node.left, node.right]
    values = _all(parts, names)
    if values is None:
        return UNKNOWN
    if not all(isinstance(value, str | int | float) for value in values):
        return UNKNOWN
    constants: list[ast.expr] = [ast.Constant(value) for value in values if isinstance(value, str | int | float)]
    if isinstance(node, ast.UnaryOp):
        return value_of(ast.UnaryOp(node.op, constants[0]))
    return value_of(ast.BinOp(constants[0], node.op, constants[1]))


def _call(node: ast.Call, names: Mapping[str, ast.expr]) -> object:
    name = last(dotted(node.func)) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    if name == "format" and isinstance(node.func, ast.Attribute) and not node.keywords:
        text, values = _value(node.func.value, names), _all(node.args, names)
        return text.format(*values) if isinstance(text, str) and ":" not in text and values else UNKNOWN
    if name == "join" and isinstance(node.func, ast.Attribute) and len(node.args) == 1:
        return _joined(node.func.value, node.args[0], names)
    if name == "decode" and isinstance(node.func, ast.Attribute) and not isinstance(node.func.value, ast.Name):
        raw = _value(node.func.value, names)
        return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else UNKNOWN
    if name in _BUILDERS and not node.keywords:
        values = _all(node.args, names)
        return UNKNOWN if values is None else _BUILDERS[name](*values)
    if name in _DECODERS and len(node.args) == 1:
        raw = _value(node.args[0], names)
        return UNKNOWN if raw is UNKNOWN else _decoded(name, raw)
    return UNKNOWN


def _joined(glue: ast.expr, parts: ast.expr, names: Mapping[str, ast.expr]) -> object:
    """`"".join(...)` of a display, of `chr` mapped over codes, or of `chr(c) for c in codes`."""
    text = _value(glue, names)
    match parts:
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="chr"), codes]):
            values = _value(codes, names)
        case ast.GeneratorExp(elt=elt, generators=[one]) | ast.ListComp(elt=elt, generators=[one]):
            is_plain = isinstance(elt, ast.Call) and dotted(elt.func) == "chr" and not one.ifs
            values = _value(one.iter, names) if is_plain else UNKNOWN
        case _:
            values = _value(parts, names)
            return (
                text.join(values)
                if isinstance(text, str)
                and isinstance(values, list | tuple)
                and all(isinstance(it, str) for it in values)
                else UNKNOWN
            )
    if not isinstance(text, str) or not isinstance(values, list | tuple | bytes):
        return UNKNOWN
    return text.join(chr(code) for code in values if isinstance(code, int))


def _decoded(name: str, raw: object) -> object:
    try:
        return _DECODERS[name](raw)
    except (ValueError, TypeError, binascii.Error, zlib.error, RecursionError, OverflowError):
        return UNKNOWN


def _as_bytes(raw: object) -> bytes:
    if isinstance(raw, str):
        return raw.encode("ascii", "replace")
    return bytes(raw) if isinstance(raw, bytes | list | tuple) else b"?"


def _base64(decoder: str, raw: object) -> object:
    found: object = getattr(import_module("base64"), decoder)(_as_bytes(raw))
    return found


def _inflated(raw: object) -> bytes:
    return zlib.decompressobj().decompress(_as_bytes(raw), LARGEST_DECODED)


def _json(raw: object) -> object:
    return loads(raw) if isinstance(raw, str | bytes) else UNKNOWN


def _character(raw: object) -> object:
    return chr(raw) if isinstance(raw, int) else UNKNOWN


def _literal(raw: object) -> object:
    return ast.literal_eval(raw) if isinstance(raw, str) else UNKNOWN


def _number(raw: object, base: object = 10) -> object:
    if isinstance(raw, str) and isinstance(base, int):
        return int(raw, base)
    return int(raw) if isinstance(raw, int | float) else UNKNOWN


def _fraction(raw: object) -> object:
    return float(raw) if isinstance(raw, int | float | str) else UNKNOWN


def _pairs(*columns: object) -> object:
    rows = [it for it in columns if isinstance(it, list | tuple | str)]
    return list(zip(*rows, strict=False)) if len(rows) == len(columns) else UNKNOWN


def _dict(raw: object = ()) -> object:
    if isinstance(raw, dict):
        return raw
    return dict(raw) if isinstance(raw, list | tuple) else UNKNOWN


def _list(raw: object = ()) -> object:
    return list(raw) if isinstance(raw, list | tuple | str) else UNKNOWN


_BUILDERS: Mapping[str, Callable[..., object]] = {
    "int": _number,
    "float": _fraction,
    "zip": _pairs,
    "dict": _dict,
    "list": _list,
    "tuple": _list,
    "MappingProxyType": _dict,
}
"""What makes values of written-out ones."""

_DECODERS: Mapping[str, Callable[[object], object]] = {
    "b64decode": partial(_base64, "b64decode"),
    "b32decode": partial(_base64, "b32decode"),
    "b85decode": partial(_base64, "b85decode"),
    "a85decode": partial(_base64, "a85decode"),
    "b16decode": partial(_base64, "b16decode"),
    "unhexlify": lambda raw: binascii.unhexlify(_as_bytes(raw)),
    "fromhex": lambda raw: bytes.fromhex(raw) if isinstance(raw, str) else UNKNOWN,
    "decompress": _inflated,
    "bytes": _as_bytes,
    "chr": _character,
    "loads": _json,
    "literal_eval": _literal,
}
