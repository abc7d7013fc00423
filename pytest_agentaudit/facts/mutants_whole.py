"""Edits that change what a function as a whole does, and the two that check the proof itself."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from itertools import pairwise

from pytest_agentaudit.facts.mutable import Edit, Function, FunctionNode, Source
from pytest_agentaudit.mutant import ANOTHER, CONTROL_STATUS

LARGEST = 10**9
"""Numbers above it are rather masks, hashes or limits: one more is no other behaviour."""


def null_edit(head: Source, function: Function) -> Edit:
    """Nothing changes."""
    start = head.start(function.body[0])
    return start, start, ""


def control_edit(head: Source, function: Function) -> Edit:
    """The process ends with a status that nothing else ends with, when the function's code runs."""
    return _with_body(head, function, ["import os", f"os._exit({CONTROL_STATUS})", *_kept(function)])


def extreme_edit(head: Source, function: Function) -> Edit | None:
    """An empty body; None where it is empty already, or only says that others are to fill it in."""
    if all(_does_nothing(it) for it in function.body):
        return None
    if function.is_generator:
        return _with_body(head, function, ["return", *_kept(function)])
    returns = any(isinstance(it, ast.Return) and it.value for it in function.own)
    return _with_body(head, function, ["return None" if returns else "pass"])


def revert_edit(head: Source, function: Function, base: tuple[Source, Function] | None) -> Edit | None:
    """The base's body under head's signature; None where there is none, it is the same, or it needs parameters that
    head's signature lacks.
    """
    if base is None or not base[1].body or not function.body:
        return None
    source, old = base
    same_kind = isinstance(old.node, type(function.node))
    if not same_kind or not _parameters(old.node) <= _parameters(function.node) or _same(old.body, function.body):
        return None
    start, end = _body(head, function)
    indent, old_indent = head.indent(function.body[0]), source.indent(old.body[0])
    if indent is not None and indent == old_indent:
        return start, end, source.text[source.start(old.body[0]) : source.end(old.body[-1])]
    edit = _with_body(head, function, [line for it in old.body for line in ast.unparse(it).split("\n")])
    return edit if _same(_body_of(head, function, edit), old.body) else None


def perturb_edit(head: Source, function: Function) -> Edit | None:
    """Other values of the same types given back; None where nothing is given back but None, or a hash.

    Plain literals are written out; else the value that the code comes to is exchanged as it runs.
    """
    values = answers(head, function)
    literals = [_other_literal(it) for it in values]
    if not values:
        return None
    return _joined(head, values, literals) if all(literals) else answer_edit(head, values)


def answers(head: Source, function: Function) -> list[ast.expr]:
    """What a function gives back, in the order of the source; nothing where that is None alone, or a hash."""
    kinds = ast.Yield if function.is_generator else ast.Return
    values = [
        it.value
        for it in function.own
        if isinstance(it, kinds) and it.value and not (isinstance(it.value, ast.Constant) and it.value.value is None)
    ]
    return [] if function.name in {"__init__", "__hash__"} else sorted(values, key=head.start)


def answer_edit(head: Source, values: Sequence[ast.expr], which: str = "") -> Edit | None:
    """Another value in the place of each, exchanged as the code runs; None for a yield within a yield."""
    if not values or any(head.start(later) < head.end(it) for it, later in pairwise(values)):
        return None
    return _joined(head, values, [another(head, it, which) for it in values])


def another(head: Source, node: ast.expr, which: str = "") -> str:
    """The text of a call that gives another value than the node's."""
    return f"{ANOTHER}({_whole(head, node)}{which and f', {which}'})"


def _joined(head: Source, values: Sequence[ast.expr], texts: Sequence[str]) -> Edit:
    """One edit that puts each text in the place of its value, and keeps what stands between."""
    parts, at = [], head.start(values[0])
    for value, text in zip(values, texts, strict=True):
        parts += [head.text[at : head.start(value)], text]
        at = head.end(value)
    return head.start(values[0]), at, "".join(parts)


def _whole(head: Source, node: ast.expr) -> str:
    """A node's text, as one argument."""
    return f"({head.piece(node)})" if isinstance(node, ast.Tuple) else head.piece(node)


def _other_literal(node: ast.expr) -> str:
    """Another literal of the same type; "" for what is none."""
    match node:
        case ast.Constant(value=value):
            return other_constant(value)
        case ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Dict(keys=inner):
            empty, filled = _DISPLAYS[type(node)]
            return empty if inner else filled
        case _:
            return ""


_DISPLAYS: dict[type[ast.expr], tuple[str, str]] = {
    ast.List: ("[]", "[None]"),
    ast.Tuple: ("()", "(None,)"),
    ast.Dict: ("{}", "{None: None}"),
}


def other_constant(value: object) -> str:
    """The text of another constant of the same type; "" where there is none at hand."""
    match value:
        case bool():
            return str(not value)
        case int() if abs(value) < LARGEST:
            return str(value + 1)
        case str():
            return '""' if value else '"x"'
        case _:
            return ""


def _with_body(head: Source, function: Function, lines: Sequence[str]) -> Edit:
    """Other statements in the place of the body's."""
    start, end = _body(head, function)
    indent = head.indent(function.body[0])
    if indent is None:
        indent = f"{_own_indent(head, function.node)}    "
        return start, end, "".join(f"\n{indent}{line}" for line in lines)
    return start, end, f"\n{indent}".join(lines)


def _body(head: Source, function: Function) -> tuple[int, int]:
    """The offsets of the body; with a docstring that stands on the line of its first statement."""
    first = function.body[0]
    if head.indent(first) is None and len(function.body) < len(function.node.body):
        first = function.node.body[0]
    return head.start(first), head.end(function.body[-1])


def _own_indent(head: Source, node: FunctionNode) -> str:
    return head.indent(node) or ""


def _kept(function: Function) -> list[str]:
    """What keeps a generator one, where nothing runs it."""
    return ["yield"] if function.is_generator else []


def _parameters(node: FunctionNode) -> set[str]:
    spec = node.args
    plain = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs, *(it for it in (spec.vararg, spec.kwarg) if it)]
    return {it.arg for it in plain}


def _same(one: Sequence[ast.stmt], other: Sequence[ast.stmt]) -> bool:
    return [ast.dump(it) for it in one] == [ast.dump(it) for it in other]


def _body_of(head: Source, function: Function, edit: Edit) -> list[ast.stmt]:
    """The function's body with an edit; empty where that is no Python."""
    node = head.edited(function, edit)
    return node.body[len(function.node.body) - len(function.body) :] if node else []


def _does_nothing(statement: ast.stmt) -> bool:
    """Whether a body of such statements is as good as empty, or says that it is to be filled in."""
    match statement:
        case ast.Pass() | ast.Global() | ast.Nonlocal() | ast.Return(value=None):
            return True
        case ast.Return(value=ast.Constant(value=None)) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
        case _:
            return False
