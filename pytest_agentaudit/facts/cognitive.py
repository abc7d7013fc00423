"""Cognitive complexity: how hard it is to follow a function, as G. A. Campbell's paper counts it (SonarSource, 2018):
what breaks the flow counts one, and one more for each such thing around it. Recursion is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pytest_agentaudit.facts.nodes import children

_Place = tuple[ast.AST, int, bool]
"""A node, how much breaks the flow around it, and whether it is the `if` of an `elif`."""

_ELSEWHERE = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef})
_LOOPS = frozenset({ast.For, ast.AsyncFor, ast.While})
_BREAKING = frozenset({ast.IfExp, ast.ExceptHandler, ast.Match})


def cognitive(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The points of a function, those of functions and classes inside it left out."""
    total = 0
    stack: list[_Place] = [(it, 0, False) for it in node.body]
    while stack:
        current, depth, is_elif = stack.pop()
        kind = current.__class__
        if kind in _ELSEWHERE:
            continue
        if isinstance(current, ast.If):
            total += 1 if is_elif else 1 + depth
            stack.append((current.test, depth, False))
            stack += _at(depth + 1, current.body)
            points, others = _otherwise(current.orelse, depth)
            total += points
            stack += others
            continue
        if kind in _LOOPS:
            total += 1 + depth + bool(getattr(current, "orelse", ()))
            depth += 1
        elif kind in _BREAKING:
            total += 1 + depth
            depth += 1
        elif kind is ast.Lambda:
            depth += 1
        else:
            total += kind is ast.BoolOp
        stack += _at(depth, children(current))
    return total


def _otherwise(orelse: list[ast.stmt], depth: int) -> tuple[int, Iterable[_Place]]:
    """What the other arm of an `if` adds, and what to read of it."""
    match orelse:
        case [ast.If() as following]:
            return 0, [(following, depth, True)]
    return int(bool(orelse)), _at(depth + 1, orelse)


def _at(depth: int, nodes: Iterable[ast.AST]) -> Iterable[_Place]:
    return [(it, depth, False) for it in nodes]
