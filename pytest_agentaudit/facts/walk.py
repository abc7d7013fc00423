"""Walks over the statements of an `ast` tree, in the order of the source, without recursion."""

from __future__ import annotations

import ast
from collections.abc import Iterator

DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

SUITES: dict[type[ast.AST], tuple[str, ...]] = {
    ast.Module: ("body",),
    ast.FunctionDef: ("body",),
    ast.AsyncFunctionDef: ("body",),
    ast.ClassDef: ("body",),
    ast.If: ("body", "orelse"),
    ast.For: ("body", "orelse"),
    ast.AsyncFor: ("body", "orelse"),
    ast.While: ("body", "orelse"),
    ast.With: ("body",),
    ast.AsyncWith: ("body",),
    ast.Try: ("body", "handlers", "orelse", "finalbody"),
    ast.TryStar: ("body", "handlers", "orelse", "finalbody"),
    ast.ExceptHandler: ("body",),
    ast.Match: ("cases",),
    ast.match_case: ("body",),
}
"""The fields of a node that hold statements, handlers or cases, in the order of the source."""


def inner(node: ast.AST) -> list[ast.AST]:
    """The statements, handlers and cases right below `node`."""
    found: list[ast.AST] = []
    for name in SUITES.get(node.__class__, ()):
        found.extend(getattr(node, name))
    return found


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """`node` (where it is a statement) and every statement in it."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.stmt):
            yield current
        if current.__class__ in SUITES:
            stack.extend(reversed(inner(current)))
