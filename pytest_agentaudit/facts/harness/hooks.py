"""Functions that implement hooks of pytest."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.harness.guards import Function, Surrounded
from pytest_agentaudit.facts.kinds.harness import POWERFUL
from pytest_agentaudit.facts.model import Kind
from pytest_agentaudit.facts.nodes import below, callee, keyword, last, resolve, text_of
from pytest_agentaudit.facts.parse import Span

ALL = tuple(sorted(POWERFUL | {"pytest_configure", "pytest_sessionstart", "specname"}))
"""Names that stand in a file which may implement one of these hooks."""

CODE = frozenset({FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST})


class Hook(Struct, frozen=True):
    """A function that implements the hook `name`. `item` is the name of the parameter that holds the test, if any."""

    name: str
    node: Function
    symbol: str
    is_wrapper: bool
    parameters: tuple[str, ...]

    @property
    def item(self) -> str:
        """The parameter that holds the test."""
        return next((it for it in self.parameters if it in {"item", "pyfuncitem"}), "item")


def hooks(code: Surrounded) -> Iterator[Hook]:
    """The touched hook implementations of a side."""
    if not code.side.names_any(*ALL):
        return
    nested = {id(span.node) for span in code.side.parsed.definitions() if _is_nested(span)}
    for node, symbol in code.side.functions:
        name = hook_name(node)
        if name.startswith("pytest_") and id(node) not in nested:
            parameters = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            yield Hook(name, node, symbol, _is_wrapper(node, code), tuple(it.arg for it in parameters))


def _is_nested(span: Span) -> bool:
    """Whether a definition stands in a function, where pytest does not see it."""
    return span.parent is not None and (span.parent.kind is Kind.FUNCTION or _is_nested(span.parent))


def hook_name(node: Function) -> str:
    """The hook that a function implements: its own name, or the one that its decorator gives."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and last(callee(mark)).endswith("hookimpl"):
            return text_of(keyword(mark, "specname")) or node.name
    return node.name


def _is_wrapper(node: Function, code: Surrounded) -> bool:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call):
            named = resolve(callee(mark), code.side.imports)
            if last(named).endswith("hookimpl"):
                words = (keyword(mark, "hookwrapper"), keyword(mark, "wrapper"))
                return any(isinstance(it, ast.Constant) and bool(it.value) for it in words)
    return any(isinstance(it, ast.Yield) for it in below(node))
