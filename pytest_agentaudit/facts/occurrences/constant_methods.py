"""Comparing methods that always give the same answer."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide, Located
from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.for_tests import is_test_support
from pytest_agentaudit.facts.kinds.shortcuts import CONSTANT_METHOD
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted, last, names_in
from pytest_agentaudit.patterns import regex

_TRUE = frozenset({"__eq__", "__contains__", "__lt__", "__le__", "__gt__", "__ge__", "__instancecheck__"})
_METHODS = _TRUE | {"__ne__"}
_BY_TEXT = frozenset({"setattr", "type"})
"""What gives a class a method by its name as a text."""
_SCALARS = frozenset({"str", "int", "float", "bytes", "complex", "list", "dict", "tuple", "set", "frozenset"})
_MATCHER = regex(r"(?i)\bany|any\b|wild ?card|match(es|er|ing)?\b|equal to every|universal|everything|sentinel|infinit")


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Methods, lambdas bound to their names, and classes made by `type`, whose answer is a constant."""
    if not _may_have(side) or is_test_support(side):
        return
    classes = {symbol: node for node, symbol in side.of(ast.ClassDef)}
    for function, symbol in side.functions:
        owner = classes.get(symbol.rpartition(".")[0])
        if function.name in _METHODS and owner is not None and _is_odd(function.name, _answers(function)):
            yield _occurrence(side, function, symbol, owner, function.name)
    yield from _assigned(side, classes)
    yield from _made(side)


def _may_have(side: CodeSide) -> bool:
    """Whether one of the methods is named, in code or in a text that `setattr` or `type` may be given."""
    names = side.scan.names
    if not _METHODS.isdisjoint(names):
        return True
    return not _BY_TEXT.isdisjoint(names) and any(map(side.scan.text.__contains__, _METHODS))


def _is_odd(method: str, values: list[ast.expr]) -> bool:
    """Whether these answers make everything equal, contained, in order; or let nothing differ."""
    odd = method in _TRUE
    return bool(values) and all(truth(it, {}) is odd for it in values)


def _answers(function: Function) -> list[ast.expr]:
    """What a method may return; nothing where it may raise or end without a word."""
    nodes = below(function)
    values = [it.value for it in nodes if isinstance(it, ast.Return)]
    bound: dict[str, list[ast.expr]] = defaultdict(list)
    for it in nodes:
        if isinstance(it, ast.Assign) and isinstance(it.targets[0], ast.Name):
            bound[it.targets[0].id].append(it.value)
    once = {name: found[0] for name, found in bound.items() if len(found) == 1}
    given = [once.get(it.id, it) if isinstance(it, ast.Name) else it for it in values if it is not None]
    return [] if len(given) < len(values) or any(isinstance(it, ast.Raise | ast.Assert) for it in nodes) else given


def _assigned(side: CodeSide, classes: dict[str, ast.ClassDef]) -> Iterator[Occurrence]:
    """`__eq__ = lambda self, other: True`, in a class or on one from outside, also by `setattr`."""
    functions = {symbol: function for function, symbol in side.functions}
    for node, symbol in side.of(ast.Assign):
        name = last(dotted(node.targets[0]))
        if name in _METHODS and _is_odd(name, _bound(node.value, functions)):
            yield _occurrence(side, node, symbol, classes.get(symbol), name)
    for call, symbol in side.of(ast.Call) if side.names_any("setattr") else ():
        match call:
            case ast.Call(func=ast.Name(id="setattr"), args=[owner, ast.Constant(value=str(name)), value]):
                if name in _METHODS and _is_odd(name, _bound(value, functions)):
                    yield _occurrence(side, call, symbol, classes.get(dotted(owner)), name)


def _bound(value: ast.expr, functions: dict[str, Function]) -> list[ast.expr]:
    """What a lambda, or a function of the file, answers."""
    if isinstance(value, ast.Lambda):
        return [value.body]
    function = functions.get(dotted(value))
    return _answers(function) if function else []


def _made(side: CodeSide) -> Iterator[Occurrence]:
    """`type("Same", (int,), {"__eq__": lambda self, other: True})`."""
    for call, symbol in side.of(ast.Call):
        match call:
            case ast.Call(
                func=ast.Name(id="type"), args=[_, ast.Tuple(elts=bases), ast.Dict(keys=keys, values=values)]
            ):
                for key, value in zip(keys, values, strict=True):
                    name = str(key.value) if isinstance(key, ast.Constant) else ""
                    if isinstance(value, ast.Lambda) and name in _METHODS and _is_odd(name, [value.body]):
                        details = {"method": name, "base": _scalar(side, bases), "returned_by": symbol, "matcher": ""}
                        yield side.occurrence(CONSTANT_METHOD, call, symbol, details=details)


def _occurrence(side: CodeSide, node: Located, symbol: str, owner: ast.ClassDef | None, method: str) -> Occurrence:
    documented = f"{owner.name} {ast.get_docstring(owner, clean=False) or ''}" if owner else ""
    details = {
        "method": method,
        "base": _scalar(side, owner.bases) if owner else "",
        "returned_by": ", ".join(_makers(side, owner.name)) if owner else "",
        "matcher": "yes" if _MATCHER.search(documented) else "",
    }
    return side.occurrence(CONSTANT_METHOD, node, symbol, text=side.source(node), details=details)


def _scalar(side: CodeSide, bases: list[ast.expr]) -> str:
    return next((name for it in bases if (name := side.origin(it)) in _SCALARS), "")


def _makers(side: CodeSide, name: str) -> Iterator[str]:
    """Touched functions that return an object of a class of the same file."""
    for node, symbol in side.of(ast.Return):
        if node.value is not None and name in names_in(node.value) and symbol:
            yield symbol
