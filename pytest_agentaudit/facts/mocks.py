"""What a test replaces."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from pytest_agentaudit.facts.model import Mock
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.nodes import argument, dotted, last, normal, resolve, text_of


def mocks(nodes: Iterable[ast.AST], module: Module) -> Iterator[Mock]:
    """Every replacement among the nodes of a test: by decorator, context manager or call."""
    names: dict[int, str] = {}
    for node in nodes:
        if isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            names[id(node.context_expr)] = node.optional_vars.id
        elif isinstance(node, ast.Call):
            target = replaced_name(node, module.imports)
            if target:
                yield Mock(target, node.lineno, module.parsed.source(node), names.get(id(node), ""))


def replaced_name(call: ast.Call, imports: Mapping[str, str]) -> str:
    """The dotted name, or the source, of what a call replaces ("" where it replaces nothing)."""
    name = dotted(call.func)
    origin = resolve(name, imports)
    owner = origin.rpartition(".")[0]
    word = last(origin)
    first, second = argument(call, 0, "target"), argument(call, 1, "attribute", "name")
    if word == "patch" and (owner in {"mock", "unittest.mock"} or "mock" in owner):
        return text_of(first)
    if word in {"object", "dict", "multiple"} and last(owner) == "patch":
        return _attribute(first, second if word == "object" else None, imports)
    if "monkeypatch" in owner and word in {"setattr", "delattr", "setitem", "delitem"}:
        return text_of(first) or _attribute(first, second if word.endswith("attr") else None, imports)
    return ""


def _attribute(owner: ast.expr | None, name: ast.expr | None, imports: Mapping[str, str]) -> str:
    if owner is None:
        return ""
    source = resolve(dotted(owner), imports) or text_of(owner) or normal(owner)
    return f"{source}.{text_of(name)}" if text_of(name) else source
