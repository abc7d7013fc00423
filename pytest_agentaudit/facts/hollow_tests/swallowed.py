"""Assertions whose failure is caught on the way, so that the test never hears of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.hollow_tests.reading import (
    RAISES,
    TestCode,
    exception_names,
    lines_of,
    running,
    suites,
)
from pytest_agentaudit.facts.kinds.tests import SWALLOWED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted, keyword, last_part, root
from pytest_agentaudit.facts.scripted import is_taken

_BROAD = frozenset({"AssertionError", "Exception", "BaseException"})
_KEEPING = frozenset(
    {"append", "add", "put", "put_nowait", "extend", "update", "set", "set_exception", "insert", "setdefault"}
)


def swallowed(code: TestCode) -> Iterator[Occurrence]:
    """Each construct of a function that swallows its own assertions."""
    if not code.demands and not code.side.names_any("AssertionError"):
        return
    found = [it for it in _constructs(code) if it[2]]
    if not found:
        return
    caught = [node for _, _, demands, _ in found for node in demands]
    alone = code.no_other([*caught, *(it for it, how, _, _ in found if how == "raises")])
    for node, how, demands, by in found:
        first = demands[0]
        yield code.occurrence(
            SWALLOWED,
            node,
            text=by,
            key=f"{by} {code.side.source(first)}",
            details={
                "by": by,
                "how": how,
                "assertion": code.side.source(first),
                "line": str(getattr(first, "lineno", code.function.lineno)),
                "count": str(len(demands)),
                "alone": "yes" if alone else "",
                "lines": lines_of(caught),
                "test": "yes" if code.is_test else "",
                "script": "yes" if is_taken(code.side.parsed.tree, code.function.name) else "",
            },
        )


def _constructs(code: TestCode) -> Iterator[tuple[ast.AST, str, list[ast.AST], str]]:
    """(the node that catches, how, the assertions in it, its header)."""
    for node in code.nodes:
        match node:
            case ast.Try(body=body):
                handler = _handler(code, node)
                if handler is not None:
                    by = f"except {code.side.source(handler.type)}:" if handler.type else "except:"
                    demands = list(_catchable(code, body, handler))
                    given = [] if demands or code.is_test else list(_given(code, body, handler))
                    yield handler, "wrapper" if given else "handler", demands or given, by
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                for item in items:
                    how = _context(code, item, body)
                    if how:
                        demands = _statements(code, body) if how == "raises" else list(code.own_demands(body))
                        yield item.context_expr, how, demands, f"with {code.side.source(item.context_expr)}:"


def _handler(code: TestCode, node: ast.Try) -> ast.ExceptHandler | None:
    """The handler that gets a failed assertion of the body and lets nobody know."""
    first = next((it for it in node.handlers if not _BROAD.isdisjoint(exception_names(code, it.type))), None)
    if first is None or code.any_fails(first.body) or code.any_fails([*node.orelse, *node.finalbody]):
        return None
    if _kept(code, node, first) or _retried(code, node) or _returns_answer(code, node, first):
        return None
    return first


def _catchable(code: TestCode, body: Sequence[ast.stmt], handler: ast.ExceptHandler) -> Iterator[ast.AST]:
    """The demands of a body whose failure the handler gets: pytest.fail's passes by `except Exception`."""
    names = exception_names(code, handler.type)
    demands = list(code.own_demands(body))
    outcome = any(isinstance(it, ast.Call) and code.side.origin(it.func).startswith("pytest.") for it in demands)
    if "BaseException" in names or not outcome:
        yield from demands


def _given(code: TestCode, body: Sequence[ast.stmt], handler: ast.ExceptHandler) -> Iterator[ast.AST]:
    """The calls of what the function, or the one around it, was given, where the handler names failed assertions."""
    if "AssertionError" in exception_names(code, handler.type):
        names = {
            name
            for it in code.nodes
            if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)
            for name in parameters(it)
        }
        nodes = (node for statement in body for node in running(statement))
        yield from (it for it in nodes if isinstance(it, ast.Call) and dotted(it.func) in names)


def _kept(code: TestCode, node: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether the handler takes something down that the function reads elsewhere: an error list, a flag."""
    kept = set(_taken_down(handler))
    inside = {id(it) for it in below(node)}
    return bool(kept) and any(it.id in kept and id(it) not in inside for it in code.loaded)


def _taken_down(handler: ast.ExceptHandler) -> Iterator[str]:
    for statement in handler.body:
        for node in below(statement):
            match node:
                case ast.Name(id=name, ctx=ast.Store()):
                    yield name
                case ast.Attribute(value=owner, ctx=ast.Store()) | ast.Subscript(value=owner, ctx=ast.Store()):
                    yield root(owner)
                case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in _KEEPING:
                    yield root(owner)


def _retried(code: TestCode, node: ast.AST) -> bool:
    """Whether the construct stands in a loop that tries again, with something behind that can fail."""
    for loop in (it for it in code.nodes if isinstance(it, ast.For | ast.AsyncFor | ast.While)):
        if not any(it is node for statement in loop.body for it in running(statement)):
            continue
        if isinstance(loop, ast.While) and truth(loop.test, {}) is True:
            return True
        end = loop.end_lineno or loop.lineno
        behind = (it for it in code.nodes if getattr(it, "lineno", 0) > end and code.fails(it))
        if code.any_fails(loop.orelse) or next(behind, None) is not None:
            return True
    return False


def _returns_answer(code: TestCode, node: ast.Try, handler: ast.ExceptHandler) -> bool:
    """Whether a helper, or a function in the test, hands its answer to a caller that may judge it."""
    own = any(it is node for it in running_body(code))
    answers = any(isinstance(it, ast.Return) and not _is_none(it.value) for it in below(handler))
    return answers and not (own and code.is_test)


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)


def running_body(code: TestCode) -> Iterator[ast.AST]:
    """What runs when the function does."""
    return (it for statement in code.function.body for it in running(statement))


def _context(code: TestCode, item: ast.withitem, body: Sequence[ast.stmt]) -> str:
    """How a context manager catches a failed assertion of its block, "" where it does not."""
    call = item.context_expr
    if not isinstance(call, ast.Call) or not call.args:
        return ""
    names = {name for it in call.args for name in exception_names(code, it)}
    if code.side.origin(call.func) in {"contextlib.suppress", "suppress"}:
        return "suppress" if names & _BROAD and not any(_retried(code, it) for it in body) else ""
    pattern = keyword(call, "match", "check") is not None or item.optional_vars is not None
    if last_part(call) not in RAISES or len(call.args) > 1 or pattern:
        return ""
    return "raises" if names & _BROAD else ""


def _statements(code: TestCode, body: Sequence[ast.stmt]) -> list[ast.AST]:
    """The plain `assert` statements of a block, functions in it left out; one of literals tests asserting itself."""
    owners = [(None, "", list(body)), *(found for statement in body for found in suites(statement))]
    plain = [it for _, _, suite in owners for it in suite if isinstance(it, ast.Assert)]
    called = code.any_fails([it for it in body if not isinstance(it, ast.Assert)]) if len(body) > len(plain) else False
    return [it for it in plain if truth(it.test, {}) is None and not (called and it is not plain[0])]
