"""What test code replaces for many tests at once: in fixtures, in set-up, at the level of a module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import TESTS
from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.tests import PATCHED
from pytest_agentaudit.facts.literals import pinned
from pytest_agentaudit.facts.mocks import replaced_name
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.modules import is_fixture
from pytest_agentaudit.facts.nodes import argument, below, dotted, keyword, last, text_of

_YIELDS = (ast.Yield, ast.YieldFrom)
_SET_UPS = frozenset(
    {
        *("setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup_module", "setup_function"),
        *("setUpModule", "setup", "pytest_configure", "pytest_sessionstart", "pytest_runtest_setup"),
        *("pytest_collection_modifyitems", "pytest_load_initial_conftests"),
    }
)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every replacement outside of tests."""
    if side.role not in TESTS:
        return
    owners = {symbol: by for function, symbol in side.functions if (by := _owner(function, side))}
    if side.names_any("patch", "setattr", "setitem"):
        over = _over_at_once(side) if owners else frozenset()
        for call, symbol in side.of(ast.Call):
            by = _by(symbol, owners) if id(call) not in over else ""
            target = _target(call, side) if by else ""
            if target:
                details = {"target": target, "by": by, "constant": "yes" if _is_constant(call) else ""}
                yield side.occurrence(PATCHED, call, symbol, key=f"{by} {target}", details=details)
    for node, symbol in side.of(ast.Assign):
        by = _by(symbol, owners)
        for place in node.targets if by else ():
            target = side.origin(place) if isinstance(place, ast.Attribute) else ""
            if target and target.partition(".")[0] != "self" and _is_imported(place, side):
                details = {"target": target, "by": by, "constant": "yes" if _answers_same(node.value) else ""}
                yield side.occurrence(PATCHED, node, symbol, key=f"{by} {target}", details=details)


def _over_at_once(side: CodeSide) -> frozenset[int]:
    """The ids of calls whose replacement ends with a `with` that hands nothing out: no test runs under it."""
    blocks: list[ast.With | ast.AsyncWith] = [node for node, _ in side.of(ast.With)]
    blocks += [node for node, _ in side.of(ast.AsyncWith)]
    ended = (it for it in blocks if not any(isinstance(node, _YIELDS) for node in below(it)))
    return frozenset(id(node) for it in ended for item in it.items for node in below(item.context_expr))


def _by(symbol: str, owners: dict[str, str]) -> str:
    """Who replaces, by the definition around it: "" for a test or helper."""
    if not symbol:
        return "module"
    parts = symbol.split(".")
    return next((owners[name] for at in range(len(parts), 0, -1) if (name := ".".join(parts[:at])) in owners), "")


def _owner(function: Function, side: CodeSide) -> str:
    if function.name in _SET_UPS:
        return "set-up"
    for mark in function.decorator_list:
        if is_fixture(mark, side.imports):
            always = keyword(mark, "autouse") if isinstance(mark, ast.Call) else None
            return "autouse fixture" if isinstance(always, ast.Constant) and always.value is True else "fixture"
    return ""


def _target(call: ast.Call, side: CodeSide) -> str:
    """The dotted name of what a call replaces; a plain `setattr` counts as well as pytest's."""
    found = replaced_name(call, side.imports)
    if found or last(dotted(call.func)) != "setattr":
        return found
    owner, name = argument(call, 0), argument(call, 1)
    if text_of(owner):
        return text_of(owner)
    source = side.origin(owner) if owner is not None and _is_imported(owner, side) else ""
    return f"{source}.{text_of(name)}" if source and text_of(name) else ""


def _is_imported(node: ast.expr, side: CodeSide) -> bool:
    """Whether a chain of attributes begins with an imported name."""
    return dotted(node).partition(".")[0] in side.imports


def _is_constant(call: ast.Call) -> bool:
    """Whether the replacement gives the same answer to everybody."""
    value = keyword(call, "return_value")
    if value is not None:
        return pinned(value)
    return any(_answers_same(it) for it in (*call.args, *(word.value for word in call.keywords)))


def _answers_same(node: ast.expr) -> bool:
    match node:
        case ast.Lambda(body=body):
            return pinned(body)
        case ast.Call():
            value = keyword(node, "return_value")
            return value is not None and pinned(value)
    return False
