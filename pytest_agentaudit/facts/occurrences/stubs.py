"""Functions and branches that were left empty."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import (
    Touched,
    comments_in,
    conditional_functions,
    constant_value,
    short,
    touched_functions,
)
from pytest_agentaudit.facts.kinds.shortcuts import LEFT_OUT, STUB, UNFINISHED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import callee, last, text_of
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.patterns import regex

_PENDING = regex(
    r"\b(?:TODO|FIXME|XXX|TBD)\b|(?i:not (?:yet )?implemented|unimplemented|not done yet|implement(?:ed)?"
    r" (?:this|me|later|it|soon|here)|to be (?:implemented|done|filled)|will be implemented|placeholder"
    r"|\bstub(?:bed)?\b|coming soon|in a real |real implementation|for now\b|in production)"
)
_MARK = regex(
    r"\b(?:TODO|FIXME|XXX)\b|(?i:not (?:yet )?implemented|unimplemented|implement(?:ed)? (?:this|me|later|it|soon)"
    r"|to be implemented)"
)
_MARK_WORDS = ("todo", "fixme", "xxx", "mplement")
"""One of them stands in whatever the pattern meets, which takes letters like U+0131 for an "i" too."""
_ISSUE = regex(r"#\d+|[A-Z]{2,}-\d+|https?://")
_MEANT = regex(
    r"(?i)no-?op\b|noop|nothing (?:to|happens|needed|here)|(?:does|do|doing) nothing|intentional|on purpose|deprecat"
    r"|compatib|by default|default implementation|overrid|subclass|\bhooks?\b|not (?:needed|necessary|required|used|"
    r"applicable|supported|support)|unsupported|unused|optional|interface|base class|abstract|legacy|no .{0,30}needed|"
    r"must be implemented|should be implemented|ignore[sd]?\b|implemented (?:by|in) |called (?:when|before|after|on|by)"
    r"|never (?:called|raised)|retained|kept for|swallow|already|cannot|can't|unavailable|only (?:used|exists|here)"
)
_HOOK = regex(
    r"_*(?:on|handle|visit|depart|leave|enter|pre|post|before|after|setup|set_up|teardown|tear_down|close|aclose|flush"
    r"|start|stop|shutdown|reset|clear|configure|register|notify|log|emit|update|hook|init|initialize|noop|no_op|nop"
    r"|do_nothing|dummy|identity|null|pass|ignore|main|cli|empty|nothing|sentinel|marker|fixture|debug|warn)(?:_\w*)?"
    r"|\w*_(?:hook|callback|noop|handler|sentinel)"
)
_NOT_IMPLEMENTED = "NotImplementedError"
_MOSTLY = 2
"""A class in which one of so many methods is empty is an interface or a null object."""


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Empty functions, unfinished branches and values left out, of the product."""
    if side.role is not FileRole.PRODUCT or side.path.endswith(".pyi"):
        return
    yield from _functions(side)
    said = side.scan.text.lower()
    if any(map(said.__contains__, _MARK_WORDS)) and any(_MARK.search(it.text) for it in side.scan.comments):
        yield from _branches(side)
        yield from _left_out(side)


def _functions(side: CodeSide) -> Iterator[Occurrence]:
    apart: frozenset[int] | None = None
    for it in touched_functions(side):
        form = _form(it, side)
        if not form or it.is_bodiless:
            continue
        if apart is None:
            apart = conditional_functions(side)
        words = f"{it.docstring} {comments_in(side, it.node.lineno, it.node.end_lineno or it.node.lineno)} {_said(it)}"
        pending = _PENDING.search(words)
        yield side.occurrence(
            STUB,
            it.node,
            it.symbol,
            text=form,
            key=f"{it.name} {form}",
            details={
                "form": form,
                "excuse": _excuse(it, side, apart, words),
                "pending": pending[0] if pending else "",
                "claim": it.docstring.strip().partition("\n")[0],
            },
        )


def _form(it: Touched, side: CodeSide) -> str:
    """What stands in a body that does no work; "" where it does some."""
    body = [node for node in it.body if not _tells(node)]
    if not body:
        return "only a docstring" if not it.body else "only a message"
    if all(isinstance(node, ast.Pass) or _is_ellipsis(node) for node in body):
        return "..." if _is_ellipsis(body[0]) else "pass"
    match body[-1]:
        case ast.Raise(exc=ast.expr() as raised) if len(body) == 1 and last(callee(raised)) == _NOT_IMPLEMENTED:
            return f"raise {_NOT_IMPLEMENTED}"
        case ast.Return(value=value) if len(body) == 1 and constant_value(value) and not _holds(value):
            return "return" if value is None else f"return {short(side.source(value))}"
    return ""


def _holds(value: ast.expr | None) -> bool:
    """Whether a value holds others: then it is an answer, true or made up, and no empty place."""
    match value:
        case ast.Dict(keys=inner) | ast.List(elts=inner) | ast.Tuple(elts=inner) | ast.Set(elts=inner):
            return bool(inner)
    return False


def _tells(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and is_log(node.value)


def _is_ellipsis(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.value.value is ...


def _said(it: Touched) -> str:
    """What the exception of a body that only raises says."""
    match it.body[-1:]:
        case [ast.Raise(exc=ast.Call(args=[first, *_]))]:
            return text_of(first)
    return ""


def _excuse(it: Touched, side: CodeSide, apart: frozenset[int], words: str) -> str:
    """Why an empty body may be meant so."""
    meant = _MEANT.search(words)
    if meant and not _MARK.search(words):
        return f"its words say so: {meant[0]!r}"
    if it.is_dunder or it.outer or id(it.node) in apart:
        return "a special method, an inner function, or one of several versions"
    if it.is_registered:
        return "a decorator hands it on"
    if it.bases or it.is_in_interface or (it.owner and _is_mostly_empty(it.owner, side)):
        return "its class has a base, or is an interface"
    if _HOOK.fullmatch(it.name):
        return "its name is one of a hook"
    taken = parameters(it.node)
    return "its parameters are named as unused" if taken and all(name.startswith("_") for name in taken) else ""


def _is_mostly_empty(owner: ast.ClassDef, side: CodeSide) -> bool:
    methods = [it for it in owner.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
    plain = [it for it in methods if not it.name.startswith("__")]
    empty = [it for it in plain if _form(Touched(it, "", owner, None), side)]
    return len(empty) > 1 and len(empty) * _MOSTLY >= len(plain)


def _branches(side: CodeSide) -> Iterator[Occurrence]:
    for node, symbol in side.of(ast.If):
        otherwise = node.orelse if node.orelse and not _is_elif(node) else []
        yield from _branch(side, symbol, node.lineno, node.test, node.body)
        yield from _branch(side, symbol, (node.body[-1].end_lineno or node.lineno) + 1, None, otherwise)
    for case, symbol in side.of(ast.match_case):
        yield from _branch(side, symbol, case.pattern.lineno, case.pattern, case.body)


def _is_elif(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def _branch(
    side: CodeSide, symbol: str, start: int, test: ast.AST | None, suite: Sequence[ast.stmt]
) -> Iterator[Occurrence]:
    """A suite behind `test` (None: an `else`), if it is unfinished; `start` is the first line that belongs to it."""
    if not suite or not symbol or not all(_is_idle(it) for it in suite):
        return
    said = comments_in(side, start, suite[-1].end_lineno or start)
    if _MARK.search(said):
        word = "case" if isinstance(test, ast.pattern) else "if"
        header = "else" if test is None else short(f"{word} {side.source(test)}")
        details = {"pending": said, "issue": "yes" if _ISSUE.search(said) else ""}
        yield side.occurrence(UNFINISHED, suite[0], symbol, text=header, key=header, details=details)


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Continue() | ast.Break():
            return True
        case ast.Return(value=value):
            return constant_value(value)
        case ast.Expr(value=ast.Call() as call):
            return is_log(call)
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def _left_out(side: CodeSide) -> Iterator[Occurrence]:
    marked = {it.line: it.text for it in side.scan.comments if not it.own_line and _MARK.search(it.text)}
    for call, symbol in side.of(ast.Call):
        for word in call.keywords:
            is_none = isinstance(word.value, ast.Constant) and word.value.value is None
            if word.arg and is_none and word.value.lineno in marked:
                details = {"pending": marked[word.value.lineno].lstrip("# ")}
                yield side.occurrence(
                    LEFT_OUT, word.value, symbol, text=f"{word.arg}=None", key=f"{word.arg}=None", details=details
                )
