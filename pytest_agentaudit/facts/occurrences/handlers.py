"""Handlers that catch much and do nothing about it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import comments_in, constant_value, short
from pytest_agentaudit.facts.handler_excuses import Attempt, cancels, excuse, excuse_of_calls
from pytest_agentaudit.facts.kinds.shortcuts import DEFAULT_HANDLER, DROPPED_RESULTS, SILENT_HANDLER, Excuse
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, keyword, last_part, text_of
from pytest_agentaudit.facts.walk import statements
from pytest_agentaudit.patterns import regex

_DIRECTIVE = regex(
    r"(?i)(?:ruff: ?)?noqa(?:: ?[A-Z]+[0-9]+(?:[, ]+[A-Z]+[0-9]+)*)?|nosec(?:[: ]*B\d+)?|pragma: no (?:cover|branch)"
    r"|(?:pylint|type|pyright|mypy): ?[\w=,-]+(?:\[[^\]]*\])?(?:=[\w,-]+)?"
)
"""Comments for checkers say nothing to a reader."""
_TOLERANT = regex(
    r"(?i)best.effort|swallow\w*|non-?fatal|never (?:raise|fail|break|block|crash)\w*|(?:must|should|does|do)"
    r"(?: not|n't) (?:fail|break|block|raise|crash|propagate)|fail.?(?:open|safe|soft|quiet)\w*"
    r"|ignor\w+ (?:errors|failures|exceptions)|(?:errors|failures|exceptions) are (?:ignored|swallowed|suppressed)"
    r"|degrad\w+|tolera\w+|silently|defensive\w*|fail\w*\W+closed"
    r"|fail\w*[^.]{0,120}?\b(?:are|is) (?:just )?(?:skipped|ignored|left (?:out|alone))"
    r"|return\w*\W+(?:none|false|true|empty|null)\W+(?:on|if|when)\s+(?:\w+\s+){0,4}(?:errors?|fail\w*|exceptions?)\b"
)
"""Words of a function that say that failures in it do not count."""
_BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Broad `except` clauses whose suite does nothing, and `contextlib.suppress` of the same width."""
    if side.of(ast.ExceptHandler):
        yield from _handlers(side)
    if side.names_any("suppress"):
        yield from _suppressed(side)
    if side.names_any("return_exceptions"):
        yield from _gathered(side)


def _handlers(side: CodeSide) -> Iterator[Occurrence]:
    attempts: list[tuple[Attempt, str]] = [*side.of(ast.Try), *side.of(ast.TryStar)]
    functions: Mapping[str, ast.AST] = {symbol: node for node, symbol in side.functions}
    after: set[int] | None = None
    raising: set[int] = set()
    for attempt, symbol in sorted(attempts, key=lambda it: it[0].lineno):
        for handler in attempt.handlers:
            if not _is_broad(handler.type, side):
                continue
            function = functions.get(symbol)
            answer = _answer(handler, _behind(attempt, function), side)
            if answer is None:
                continue
            if after is None:
                after, raising = _aftermath(attempts), _before_raise(side)
            if id(attempt) in raising:
                continue  # one of several tries: its own suite ends with a `raise`
            reason = excuse(attempt, symbol, side.path, aftermath=id(attempt) in after, function=function)
            said = comment_of(side, handler) or _explained(side, attempt, handler, function)
            found = _handler(side, handler, symbol, answer, (reason, said), whole=_is_whole(attempt, function))
            yield replace(found, details={**found.details, "tries": _tries(attempt), "calls": _calls(attempt)})


def _handler(
    side: CodeSide, handler: ast.ExceptHandler, symbol: str, answer: str, spoken: tuple[Excuse, str], *, whole: bool
) -> Occurrence:
    caught = side.source(handler.type) if handler.type else ""
    details = {"caught": caught, "comment": spoken[1], "excuse": str(spoken[0])}
    text = f"except {caught}:".replace(" :", ":") + f" {side.source(handler.body[0])}"
    if not answer:
        return side.occurrence(SILENT_HANDLER, handler, symbol, text=text, details=details)
    details |= {"answer": answer, "whole": "yes" if whole else ""}
    return side.occurrence(DEFAULT_HANDLER, handler, symbol, text=text, details=details)


def _is_broad(caught: ast.expr | None, side: CodeSide) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(it, side) for it in caught.elts)
    return caught is None or side.origin(caught) in _BROAD


def _tries(attempt: Attempt) -> str:
    """The names that a `try` suite reads, in order."""
    found = (it for node in attempt.body for it in ast.walk(node))
    return " ".join(sorted({text for it in found if (text := getattr(it, "id", None) or getattr(it, "attr", None))}))


def _calls(attempt: Attempt) -> str:
    """The last parts of what a `try` suite calls."""
    return " ".join(sorted(last_part(it) for node in attempt.body for it in below(node) if isinstance(it, ast.Call)))


def _behind(attempt: Attempt, function: ast.AST | None) -> ast.Return | None:
    """The `return` right behind a `try` that answers itself, or by a handler: there it answers for what failed."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or attempt not in function.body:
        return None
    end = function.body[-1]
    is_next = len(function.body) > 1 and function.body[-2] is attempt
    suites: list[ast.AST] = [*attempt.body, *attempt.handlers]
    answers = any(isinstance(it, ast.Return) and it.value for node in suites for it in statements(node))
    return end if is_next and answers and isinstance(end, ast.Return) and not _is_nothing(end) else None


def _answer(handler: ast.ExceptHandler, behind: ast.Return | None, side: CodeSide) -> str | None:
    """The written-out value that a handler answers with, "" where it does nothing, None where it does more. What it
    lets through to the `return` right `behind` is answered there.
    """
    if all(isinstance(it, ast.Pass) or _is_text(it) for it in handler.body) and behind:
        return f"return {short(side.source(behind.value))}" if behind.value and constant_value(behind.value) else None
    if all(map(_does_nothing, handler.body)):
        return ""
    *before, end = handler.body
    if not all(map(_does_nothing, before)):
        return None
    match end:
        case ast.Return(value=value) if constant_value(value) and not text_of(value):
            return f"return {short(side.source(value))}" if value else None
        case ast.Assign(value=value) if constant_value(value) and not text_of(value):
            return short(side.source(end))
    return None


def _does_nothing(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Return():
            return not isinstance(node, ast.Return) or _is_nothing(node)
    return _is_text(node)


def _is_nothing(node: ast.Return) -> bool:
    """Whether a `return` gives None."""
    return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_whole(attempt: Attempt, function: ast.AST | None) -> bool:
    """Whether a `try` is all that a function does, but for a docstring, an import and a plain `return` behind it."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    rest = [it for it in function.body if it is not attempt and not _is_idle(it)]
    return attempt in function.body and not rest


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Return(value=None | ast.Name()):
            return True
        case ast.Return(value=value):
            return constant_value(value)
        case ast.Expr(value=ast.Constant()) | ast.Assign(value=ast.Constant()):
            return True
    return False


def _aftermath(attempts: list[tuple[Attempt, str]]) -> set[int]:
    """The ids of the `try` statements that stand in a handler or a `finally` of another."""
    return {id(it) for node in _late(attempts) for it in statements(node) if isinstance(it, ast.Try)}


def _late(attempts: Iterable[tuple[Attempt, str]]) -> Iterator[ast.stmt]:
    """The statements of handlers and of `finally` suites."""
    for attempt, _symbol in attempts:
        yield from attempt.finalbody
        yield from (it for handler in attempt.handlers for it in handler.body)


def _before_raise(side: CodeSide) -> set[int]:
    """The ids of the `try` statements whose own suite ends with a `raise`."""
    found: set[int] = set()
    for kind in (ast.If, ast.With, ast.AsyncWith, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.ExceptHandler):
        for node, _symbol in side.of(kind):
            for suite in (getattr(node, name, ()) for name in ("body", "orelse", "finalbody")):
                if suite and isinstance(suite[-1], ast.Raise):
                    found |= {id(it) for it in suite if isinstance(it, ast.Try)}
    return found


def _suppressed(side: CodeSide) -> Iterator[Occurrence]:
    withs: list[tuple[ast.With | ast.AsyncWith, str]] = [*side.of(ast.With), *side.of(ast.AsyncWith)]
    functions: Mapping[str, ast.AST] = {symbol: node for node, symbol in side.functions}
    suites = {id(item.context_expr): node.body for node, _symbol in withs for item in node.items}
    late = {id(it) for node in _late([*side.of(ast.Try), *side.of(ast.TryStar)]) for it in statements(node)}
    after = {id(item.context_expr) for node, _symbol in withs if id(node) in late for item in node.items}
    for call, symbol in side.of(ast.Call):
        if side.origin(call.func) == "contextlib.suppress" and any(_is_broad(it, side) for it in call.args):
            if _is_one_answer_of_two(suites.get(id(call), ()), functions.get(symbol)):
                continue
            reason = excuse_of_calls(suites.get(id(call), ()), symbol, side.path) if id(call) in suites else Excuse.NONE
            reason = Excuse.AFTERMATH if id(call) in after else reason
            first = suites[id(call)][0] if id(call) in suites else call
            said = comment_of(side, call) or comments_in(side, call.lineno, first.lineno)
            said = said or _above(side, call.lineno) or _tolerated(side, functions.get(symbol), call.lineno)
            details = {"caught": side.source(call.args[0]), "comment": said, "excuse": str(reason)}
            yield side.occurrence(SILENT_HANDLER, call, symbol, details=details)


def _is_one_answer_of_two(suite: Sequence[ast.stmt], function: ast.AST | None) -> bool:
    """Whether a suite answers, and its function ends with another answer that it works out."""
    if not suite or not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    match suite[-1], function.body[-1]:
        case ast.Return(value=ast.expr()) as own, ast.Return(value=ast.expr() as other) as end:
            return own is not end and not constant_value(other)
    return False


def _gathered(side: CodeSide) -> Iterator[Occurrence]:
    functions: Mapping[str, ast.AST] = {symbol: node for node, symbol in side.functions}
    for node, symbol in side.of(ast.Expr):
        match node.value:
            case ast.Await(value=ast.Call() as call) if side.origin(call.func) == "asyncio.gather":
                given = keyword(call, "return_exceptions")
                if isinstance(given, ast.Constant) and given.value is True:
                    reason = Excuse.CLEANUP if cancels(functions.get(symbol)) else Excuse.NONE
                    details = {"comment": comment_of(side, call), "excuse": str(reason)}
                    yield side.occurrence(DROPPED_RESULTS, call, symbol, details=details)


def _explained(side: CodeSide, attempt: Attempt, handler: ast.ExceptHandler, function: ast.AST | None) -> str:
    """What the comments right above a `try`, or words of its function on failures, say for a handler."""
    return _above(side, attempt.lineno) or _tolerated(side, function, handler.lineno)


def _above(side: CodeSide, first: int) -> str:
    """What the comments right above a line say."""
    own = {it.line for it in side.scan.comments if it.own_line and it.line < first}
    line = first - 1
    while line in own:
        line -= 1
    return comments_in(side, line + 1, first - 1)


def _tolerated(side: CodeSide, function: ast.AST | None, line: int) -> str:
    """The words of a function, up to a line, that say that failures in it do not count."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    words = f"{ast.get_docstring(function, clean=False) or ''} {comments_in(side, function.lineno, line)}"
    found = _TOLERANT.search(words)
    return found[0] if found else ""


def comment_of(side: CodeSide, node: ast.ExceptHandler | ast.Call) -> str:
    """What the comments on the lines of a node say, directives left out."""
    said = comments_in(side, node.lineno, node.end_lineno or node.lineno)
    return _DIRECTIVE.sub("", said).strip(" -#:.")
