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


def switches(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many of a function's decision points are no path of their own to a reader: `if` statements in its own suite
    (or in a `with` or `try` of it) that ask a name, or whether one is None, and do one thing.
    """
    total = 0
    stack: list[ast.stmt] = list(node.body)
    while stack:
        current = stack.pop()
        if isinstance(current, ast.If):
            total += _is_switch(current)
        elif isinstance(current, ast.With | ast.AsyncWith | ast.Try):
            stack.extend(current.body)
    return total


def _is_switch(node: ast.If) -> bool:
    is_plain = len(node.body) == 1 and not node.orelse and isinstance(node.body[0], ast.Assign | ast.Expr)
    return is_plain and _asks_a_name(node.test)


def _asks_a_name(test: ast.expr) -> bool:
    match test:
        case ast.Name() | ast.Attribute():
            return True
        case ast.UnaryOp(op=ast.Not(), operand=below):
            return _asks_a_name(below)
        case ast.Compare(left=below, ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return _asks_a_name(below)
    return False


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
