"""Cognitive complexity: how hard it is to follow a function, as G. A. Campbell's paper counts it (SonarSource, 2018):
what breaks the flow counts one, and one more for each such thing around it. Recursion is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

_Place = tuple[ast.AST, int, bool]
"""A node, how much breaks the flow around it, and whether it is the `if` of an `elif`."""


def cognitive(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The points of a function, those of functions and classes inside it left out."""
    total = 0
    stack: list[_Place] = [(it, 0, False) for it in node.body]
    while stack:
        current, depth, is_elif = stack.pop()
        match current:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.If(test=test, body=body, orelse=orelse):
                total += 1 if is_elif else 1 + depth
                stack.append((test, depth, False))
                stack += _at(depth + 1, body)
                points, others = _otherwise(orelse, depth)
                total += points
                stack += others
            case ast.For(orelse=orelse) | ast.AsyncFor(orelse=orelse) | ast.While(orelse=orelse):
                total += 1 + depth + bool(orelse)
                stack += _at(depth + 1, ast.iter_child_nodes(current))
            case ast.IfExp() | ast.ExceptHandler() | ast.Match():
                total += 1 + depth
                stack += _at(depth + 1, ast.iter_child_nodes(current))
            case ast.Lambda():
                stack += _at(depth + 1, ast.iter_child_nodes(current))
            case _:
                total += isinstance(current, ast.BoolOp)
                stack += _at(depth, ast.iter_child_nodes(current))
    return total


def _otherwise(orelse: list[ast.stmt], depth: int) -> tuple[int, Iterable[_Place]]:
    """What the other arm of an `if` adds, and what to read of it."""
    match orelse:
        case [ast.If() as following]:
            return 0, [(following, depth, True)]
    return int(bool(orelse)), _at(depth + 1, orelse)


def _at(depth: int, nodes: Iterable[ast.AST]) -> Iterator[_Place]:
    return ((it, depth, False) for it in nodes)
