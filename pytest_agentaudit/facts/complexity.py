"""Cyclomatic complexity: radon's figure (its `cc` command's), with `except*` counted as `except`, which radon 6.0.1
does not know.
"""

from __future__ import annotations

import ast

from radon.visitors import ComplexityVisitor

from pytest_agentaudit.facts.nodes import dotted, last
from pytest_agentaudit.facts.walk import inner

_ARMS = 3
"""How many arms make a chain of branches a table."""


def complexity(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int | None:
    """The decision points of a function plus one, those of functions and classes inside it left out.

    None where radon cannot walk the tree.
    """
    try:
        visitor = ComplexityVisitor.from_ast(node)
    except RecursionError:
        return None
    return int(visitor.functions[0].complexity) + _groups(node)


def branches(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The decision points of a function that are statements: what is decided inside of an expression is left out, and
    so are plain switches: an `if` of its own suite (or of a `with` or `try` in it) that asks a name, or whether one is
    None, and does one thing; cases of constants that do one thing; the arms of a chain that ask one thing for its kind
    or for constants, as a table would.
    """
    total = 0
    arms: set[int] = set()
    stack: list[tuple[ast.AST, bool]] = [(it, True) for it in node.body]
    while stack:
        current, is_outer = stack.pop()
        if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(current, ast.If):
            arms |= {id(it) for it in _dispatched(current)} if id(current) not in arms else set()
            total += not (id(current) in arms or (is_outer and _is_switch(current)))
        else:
            total += _points(current)
        stays = is_outer and isinstance(current, ast.With | ast.AsyncWith | ast.Try)
        stack.extend((it, stays) for it in inner(current))
    return total


def _points(node: ast.AST) -> int:
    """The decision points of a statement, handler or case itself."""
    match node:
        case ast.ExceptHandler():
            return 1
        case ast.For(orelse=other) | ast.AsyncFor(orelse=other) | ast.While(orelse=other):
            return 1 + bool(other)
        case ast.Try(orelse=other) | ast.TryStar(orelse=other):
            return int(bool(other))
        case ast.match_case(pattern=ast.MatchValue() | ast.MatchSingleton(), guard=None, body=[ast.stmt() as only]):
            return int(bool(inner(only)))
        case ast.match_case(pattern=pattern):
            return not (isinstance(pattern, ast.MatchAs) and pattern.pattern is None)
    return 0


def _dispatched(node: ast.If) -> list[ast.If]:
    """The arms of a chain that begins here, where each of several asks the same thing for its kind or for constants."""
    arms = [node]
    while len(arms[-1].orelse) == 1 and isinstance(following := arms[-1].orelse[0], ast.If):
        arms.append(following)
    asked = {_asked(it.test) for it in arms}
    return arms if len(arms) >= _ARMS and len(asked) == 1 and "" not in asked else []


def _asked(test: ast.expr) -> str:
    """What a condition holds against constants, or asks for its type; "" where it asks anything else."""
    match test:
        case ast.BoolOp(op=ast.Or(), values=parts):
            found = {_asked(it) for it in parts}
            return found.pop() if len(found) == 1 else ""
        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() | ast.In()], comparators=[right]) if _is_written(right):
            return dotted(left)
        case ast.Call(func=ast.Name(id="isinstance"), args=[subject, _]):
            return dotted(subject)
    return ""


def _is_written(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(map(_is_written, node.elts))
    return isinstance(node, ast.Constant) or last(dotted(node))[:1].isupper()


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
