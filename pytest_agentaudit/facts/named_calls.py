"""The touched calls of functions with certain names: a callee's last part is cheap to look at, its origin is not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.nodes import last


def named_calls(side: CodeSide, names: frozenset[str]) -> Iterator[tuple[ast.Call, str, str]]:
    """Calls whose callee's last part is one of `names`, or was imported under another one: with the qualified name of
    the definition around them, and the callee's dotted origin.
    """
    local = names | {name for name, origin in side.imports.items() if last(origin) in names}
    if not side.names_any(*local):
        return
    for call, symbol in side.of(ast.Call):
        callee = call.func
        name = callee.attr if isinstance(callee, ast.Attribute) else callee.id if isinstance(callee, ast.Name) else ""
        if name in local:
            yield call, symbol, side.origin(callee)
