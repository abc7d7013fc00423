"""Cyclomatic complexity: radon's figure (its `cc` command's), with `except*` counted as `except`, which radon 6.0.1
does not know.
"""

from __future__ import annotations

import ast

from radon.visitors import ComplexityVisitor

from pytest_agentaudit.facts.walk import inner


def complexity(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int | None:
    """The decision points of a function plus one, those of functions and classes inside it left out.

    None where radon cannot walk the tree.
    """
    try:
        visitor = ComplexityVisitor.from_ast(node)
    except RecursionError:
        return None
    return int(visitor.functions[0].complexity) + _groups(node)


def _groups(node: ast.AST) -> int:
    """What `try` statements with `except*` add: their handlers, and one for an `else`."""
    total = 0
    stack = inner(node)
    while stack:
        current = stack.pop()
        if isinstance(current, ast.TryStar):
            total += len(current.handlers) + bool(current.orelse)
        if not isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            stack.extend(inner(current))
    return total
