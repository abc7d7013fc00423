"""Modules that a file tells pytest to load as plugins."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.harness import PLUGIN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Each name in a module's `pytest_plugins`."""
    if not side.names_any("pytest_plugins"):
        return
    for node, symbol in (*side.of(ast.Assign), *side.of(ast.AugAssign), *side.of(ast.AnnAssign)):
        if symbol or not isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(it, ast.Name) and it.id == "pytest_plugins" for it in targets):
            for it in below(node.value):
                if isinstance(it, ast.Constant) and isinstance(it.value, str):
                    yield side.occurrence(PLUGIN, it, symbol, text=it.value)
