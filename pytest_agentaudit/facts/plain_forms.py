"""The plain forms that a checker would see, where a dodging form may have taken their place."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping

from pytest_agentaudit.change.model import Side
from pytest_agentaudit.facts.kinds.dodges import ASSERT, ASSIGNMENT, ATTRIBUTE, CALL, CATCH, IMPORT, PRINT, STAR
from pytest_agentaudit.facts.nodes import children, dotted, last, unparsed
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan

Forms = Mapping[str, Counter[tuple[str, str]]]
"""Qualified name of a definition ("" for module level) -> its plain forms as (form, name)."""


def plain_forms(side: Side, names: frozenset[str]) -> Forms:
    """The plain forms of a file, by the definition that they stand in; attributes of these bare names alone."""
    tree = parse(scan(side.content).text).tree
    found: dict[str, Counter[tuple[str, str]]] = {}
    stack: list[tuple[ast.AST, str]] = [(tree, "")] if tree else []
    while stack:
        node, symbol = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            symbol = f"{symbol}.{node.name}".lstrip(".")
        if forms := _plain(node, names):
            found.setdefault(symbol, Counter()).update(forms)
        stack.extend((it, symbol) for it in children(node))
    return found


def _plain(node: ast.AST, names: frozenset[str]) -> list[tuple[str, str]]:
    """What a node is in plain words."""
    match node:
        case ast.ExceptHandler(type=caught) if caught is None or dotted(caught) == "Exception":
            return [(CATCH, "")]
        case ast.Assert():
            return [(ASSERT, "")]
        case ast.Attribute(attr=attr, ctx=context) if attr in names:
            name = f"{dotted(node.value) or unparsed(node.value)}.{attr}"
            return [(ATTRIBUTE if isinstance(context, ast.Load) else ASSIGNMENT, name)]
        case ast.Call(func=callee) if name := dotted(callee):
            return [(PRINT if name == "print" else CALL, last(name))]
    return _imported(node)


def _imported(node: ast.AST) -> list[tuple[str, str]]:
    match node:
        case ast.Import(names=names):
            return [(IMPORT, alias.name) for alias in names]
        case ast.ImportFrom(module=module, names=names):
            return [(STAR, "")] if names[0].name == "*" else [(IMPORT, module or "")]
    return []
