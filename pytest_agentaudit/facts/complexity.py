"""Cyclomatic complexity: radon's figure (its `cc` command's), with `except*` counted as `except`, which radon 6.0.1
does not know.
"""

from __future__ import annotations

import ast

from pytest_agentaudit.facts.nodes import children

_APART = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LEAVES = frozenset({ast.Name, ast.Constant})


def complexity(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The decision points of a function plus one, those of functions and classes inside it left out. An assertion
    counts as one, whatever its condition.
    """
    total = 1
    stack: list[ast.AST] = list(node.body)
    while stack:
        current = stack.pop()
        kind = current.__class__
        if kind in _LEAVES or kind in _APART:
            continue
        total += _points(current)
        if kind is not ast.Assert:
            stack += children(current)
    return total


def _points(node: ast.AST) -> int:
    """The decisions of one node."""
    points = 0
    match node:
        case ast.If() | ast.IfExp() | ast.Assert():
            points = 1
        case ast.BoolOp(values=values):
            points = len(values) - 1
        case ast.For(orelse=orelse) | ast.AsyncFor(orelse=orelse) | ast.While(orelse=orelse):
            points = 1 + bool(orelse)
        case ast.Try(handlers=handlers, orelse=orelse) | ast.TryStar(handlers=handlers, orelse=orelse):
            points = len(handlers) + bool(orelse)
        case ast.comprehension(ifs=ifs):
            points = 1 + len(ifs)
        case ast.Match(cases=cases):
            takes_all = any(isinstance(it.pattern, ast.MatchAs) and it.pattern.pattern is None for it in cases)
            points = max(0, len(cases) - takes_all)
    return points
