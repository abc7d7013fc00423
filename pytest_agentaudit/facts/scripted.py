"""Checks of a script: functions named like tests whose answers its own `__main__` takes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.kinds.tests import NOT_ASSERTED
from pytest_agentaudit.facts.model import Assertion
from pytest_agentaudit.facts.nodes import below, children


def answers_main(tree: ast.Module | None, name: str, demands: Iterable[Assertion]) -> bool:
    """Whether a comparison that a function of the module returns, and nothing asserts, is taken by its `__main__`."""
    return any(it.constant == NOT_ASSERTED for it in demands) and is_taken(tree, name)


def is_taken(tree: ast.Module | None, name: str) -> bool:
    """Whether what a function of the module returns is used where the module is run as a script: by its `__main__`
    block, or by a function that this calls. A list that holds the function counts too.
    """
    if tree is None:
        return False
    functions = {it.name: it for it in tree.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)}
    blocks = [it for it in tree.body if isinstance(it, ast.If) and _is_main(it.test)]
    named = {it.id for block in blocks for it in below(block) if isinstance(it, ast.Name)}
    runners = [function for key, function in functions.items() if key in named and not key.startswith("test")]
    return any(it.id == name for root in (*blocks, *runners) for it in _used(root) if isinstance(it, ast.Name))


def _is_main(test: ast.expr) -> bool:
    constants = {it.value for it in below(test) if isinstance(it, ast.Constant)}
    return "__main__" in constants and any(isinstance(it, ast.Name) and it.id == "__name__" for it in below(test))


def _used(root: ast.AST) -> Iterator[ast.AST]:
    """Every node but the callees of calls that are statements: nobody takes what those return."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        value = node.value if isinstance(node, ast.Expr) else None
        call = value.value if isinstance(value, ast.Await) else value
        plain = isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        stack.extend(call.args if plain and isinstance(call, ast.Call) else children(node))
