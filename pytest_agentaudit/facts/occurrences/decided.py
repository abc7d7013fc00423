"""What the product's code decides by: conditions, what loops run over, which exceptions are caught."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.shortcuts import DECIDED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.shown import is_logging, is_telling
from pytest_agentaudit.facts.source_names import decision_key

ENDING = 4
"""Letters of the two ends of a word, together ("y" and "ies")."""

_Decision = ast.expr | ast.ExceptHandler

_NARROWING = frozenset({"isinstance", "issubclass", "callable", "hasattr"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every decision of the touched functions of product code."""
    if side.role is not FileRole.PRODUCT or side.path.endswith(".pyi"):
        return
    for node, symbol in _decisions(side):
        if symbol:
            text = _text(side, node)
            details = {"narrows": "yes" if _narrows(node) else ""}
            yield side.occurrence(DECIDED, node, symbol, text=text, key=decision_key(text), details=details)


def _text(side: CodeSide, node: _Decision) -> str:
    """The source of a decision. Of a loop that is the target: it stays where the whole is fetched in another way."""
    if isinstance(node, ast.ExceptHandler):
        return f"except {side.source(node.type) if node.type else ''}".rstrip()
    return side.source(node)


def _decisions(side: CodeSide) -> Iterator[tuple[_Decision, str]]:
    asking: list[tuple[ast.If | ast.IfExp | ast.While, str]] = []
    asking += [*side.of(ast.If), *side.of(ast.IfExp), *side.of(ast.While)]
    texts = [text for text, _ in side.of(ast.JoinedStr)]
    said = [it for it, _ in side.of(ast.Expr) if is_telling(it) or is_logging(it)]
    idle = {id(node) for text in texts for node in ast.walk(text) if _is_wording(node)}
    idle |= {id(node) for statement in said for node in ast.walk(statement) if isinstance(node, ast.IfExp)}
    for branch, symbol in asking:
        if id(branch) in idle:
            continue
        yield from ((part, symbol) for part in _parts(branch.test))
    loops: list[tuple[ast.For | ast.AsyncFor | ast.comprehension, str]] = []
    loops += [*side.of(ast.For), *side.of(ast.AsyncFor), *side.of(ast.comprehension)]
    for loop, symbol in loops:
        yield loop.target, symbol
        if isinstance(loop, ast.comprehension):
            yield from ((part, symbol) for test in loop.ifs for part in _parts(test))
    yield from side.of(ast.ExceptHandler)
    yield from ((switch.subject, symbol) for switch, symbol in side.of(ast.Match))


def _is_wording(node: ast.AST) -> bool:
    """Whether a part of an f-string only chooses the end of a word: "s" or nothing behind a number."""
    match node:
        case ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(other))):
            return len(one + other) <= ENDING
    return False


def _parts(test: ast.expr) -> Iterator[ast.expr]:
    """What `and` and `or` join."""
    if isinstance(test, ast.BoolOp):
        for part in test.values:
            yield from _parts(part)
    else:
        yield test


def _narrows(node: _Decision) -> bool:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return _narrows(inner)
        case ast.Compare(ops=[ast.Is() | ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return True
        case ast.Call(func=ast.Name(id=name)):
            return name in _NARROWING
    return False
