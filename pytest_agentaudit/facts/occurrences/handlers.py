"""Handlers that catch much and do nothing about it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.model import Occurrence

SILENT_HANDLER = "silent handler"
"""A broad handler that drops the exception. `caught` is what it catches ("" for a bare one), `comment` what a comment
in it says."""

_BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Broad `except` clauses whose suite does nothing, and `contextlib.suppress` of the same width."""
    for handler, symbol in side.of(ast.ExceptHandler):
        if _is_broad(handler.type, side) and all(map(_does_nothing, handler.body)):
            caught = side.source(handler.type) if handler.type else ""
            yield side.occurrence(
                SILENT_HANDLER,
                handler,
                symbol,
                text=f"except {caught}:".replace(" :", ":") + f" {side.source(handler.body[0])}",
                details={"caught": caught, "comment": _comment(side, handler)},
            )
    if side.names_any("suppress"):
        for call, symbol in side.of(ast.Call):
            if side.origin(call.func) == "contextlib.suppress" and any(_is_broad(it, side) for it in call.args):
                details = {"caught": side.source(call.args[0]), "comment": _comment(side, call)}
                yield side.occurrence(SILENT_HANDLER, call, symbol, details=details)


def _is_broad(caught: ast.expr | None, side: CodeSide) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(it, side) for it in caught.elts)
    return caught is None or side.origin(caught) in _BROAD


def _does_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Return(value=None | ast.Constant(value=None)):
            return True
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def _comment(side: CodeSide, node: ast.ExceptHandler | ast.Call) -> str:
    """What the comments on the lines of a node say."""
    lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
    return " ".join(it.text.lstrip("#! ") for it in side.scan.comments if it.line in lines)
