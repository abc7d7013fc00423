"""Hooks and items that end a test without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.harness.guards import Function, Surrounded
from pytest_agentaudit.facts.harness.hooks import Hook
from pytest_agentaudit.facts.kinds.harness import RUNNER, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted, last

_ANSWERING = frozenset({"pytest_runtest_protocol", "pytest_pyfunc_call", "pytest_runtestloop", "pytest_cmdline_main"})
"""The hooks whose first answer ends the matter."""

_RUNS = frozenset(
    {
        *("runtest", "runtestprotocol", "call_and_report", "obj", "function", "funcargs", "main", "wrap_session"),
        *("pytest_pyfunc_call", "pytest_runtest_protocol", "pytest_runtest_call", "pytest_runtestloop", "_main"),
        *("run_until_complete", "testfunction", "call_runtest_hook", "from_call", "perform_collect", "testfunc"),
    }
)
"""Names without which no hook runs a test."""

_ITEMS = frozenset({"Item", "Function", "DoctestItem", "TestCaseFunction"})
_MODULES = ("pytest", "_pytest")


def runner_changes(code: Surrounded, found: list[Hook]) -> Iterator[Occurrence]:
    """What keeps tests from running in the touched code of a side."""
    for hook in found:
        if hook.name in _ANSWERING:
            yield from _answers(code, hook)
        yield from _replaced(code, hook)
    if code.side.names_any("runtest"):
        yield from _idle_items(code)


def _answers(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """A first answer of a hook that calls nothing which could run a test; a wrapper that never yields, too."""
    nodes = below(hook.node)
    if any(isinstance(it, ast.Yield) for it in nodes):
        return
    if _names(nodes) & _RUNS or _calls_with(nodes, hook.item):
        return
    for node in nodes:
        if isinstance(node, ast.Return) and _is_answer(hook, node.value):
            yield _occurrence(code, node, hook.symbol, f"`{hook.name}` answers for pytest and runs no test", hook)


def _is_answer(hook: Hook, value: ast.expr | None) -> bool:
    """Pytest stops at the first answer that is not None; a loop or protocol takes only a true one for done."""
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return False
    if hook.name == "pytest_cmdline_main":
        return not (isinstance(value, ast.Constant) and value.value)  # any other exit status is red
    return True


def _names(nodes: list[ast.AST]) -> set[str]:
    return {it.attr for it in nodes if isinstance(it, ast.Attribute)} | {
        it.id for it in nodes if isinstance(it, ast.Name)
    }


def _calls_with(nodes: list[ast.AST], item: str) -> bool:
    """Whether the test is handed to something, which may run it."""
    return any(
        isinstance(it, ast.Call) and any(isinstance(given, ast.Name) and given.id == item for given in it.args)
        for it in nodes
        if not (isinstance(it, ast.Call) and last(dotted(it.func)) in {"print", "str", "repr", "isinstance", "len"})
    )


def _replaced(code: Surrounded, hook: Hook) -> Iterator[Occurrence]:
    """`item.runtest = ...`, `item.obj = ...`, `item.obj.__code__ = ...` by something that does not call the old one."""
    if not code.side.names_any("runtest", "obj", "__code__"):
        return
    for node in below(hook.node):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            if not isinstance(target, ast.Attribute) or target.attr not in {"runtest", "obj", "__code__"}:
                continue
            if _wraps(hook, target, node.value):
                continue
            yield _occurrence(code, node, hook.symbol, f"`{code.side.source(target)}` is replaced", hook)


def _wraps(hook: Hook, target: ast.Attribute, value: ast.expr) -> bool:
    """Whether the replacement is made from what it replaces."""
    used = _names(below(value))
    if target.attr in used or isinstance(value, ast.Call):
        return True
    kept = {
        name.id
        for node in below(hook.node)
        if isinstance(node, ast.Assign) and target.attr in _names(below(node.value))
        for name in node.targets
        if isinstance(name, ast.Name)
    }
    local = [it for it in below(hook.node) if isinstance(it, Function) and it.name in used]
    mentioned = used.union(*(_names(below(it)) for it in local))
    return bool(mentioned & (kept | ({target.attr} if local else set())))


def _idle_items(code: Surrounded) -> Iterator[Occurrence]:
    """Classes of items whose `runtest` does nothing."""
    for node, symbol in code.side.of(ast.ClassDef):
        bases = [code.side.origin(it) for it in node.bases]
        if not any(it.startswith(_MODULES) and last(it) in _ITEMS for it in bases):
            continue
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name == "runtest" and all(map(_is_idle, inner.body)):
                what = f"`{node.name}.runtest` does nothing"
                yield _occurrence(code, inner, f"{symbol}.runtest", what, None)


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Return(value=None | ast.Constant()) | ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call(func=func)):
            return last(dotted(func)) in {"print", "debug", "info"}
    return False


def _occurrence(code: Surrounded, node: ast.stmt, symbol: str, what: str, hook: Hook | None) -> Occurrence:
    asked = code.asked(node) if hook else Asked.NOTHING
    details = {"what": what, "asked": asked.value, "hook": hook.name if hook else ""}
    return code.side.occurrence(RUNNER, node, symbol, key=f"{what} {asked.value}", details=details)
