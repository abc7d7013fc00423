"""Tests that read the product's source text instead of running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from pytest_agentaudit.facts.hollow_tests.reading import TestCode, bare
from pytest_agentaudit.facts.kinds.tests import SOURCE_TEXT
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, last_part, root

_SOURCES = frozenset({"getsource", "getsourcelines"})
_READERS = frozenset({"read_text", "read", "read_bytes", "readlines"})


def source_text(code: TestCode) -> Iterator[Occurrence]:
    """Each test whose assertions look for words in source code, at the first of them."""
    if not code.is_test or not code.side.names_any(*_SOURCES, *_READERS):
        return
    names = code.once
    found = [(it, read) for it in code.demands if (read := _looks(it, names)) is not None]
    if found:
        first, read = found[0]
        alone = code.no_other(it for it, _ in found)
        details = {"read": code.side.source(read), "alone": "yes" if alone else ""}
        yield code.occurrence(SOURCE_TEXT, first, details=details)


def _looks(node: ast.AST, names: Mapping[str, ast.expr]) -> ast.Call | None:
    """The call that reads the source in which an assertion looks for a text."""
    match node:
        case ast.Assert(test=ast.Compare(left=ast.Constant(), ops=[ast.In() | ast.NotIn()], comparators=[where])):
            return _reading(where, names)
        case ast.Call(args=[ast.Constant(), where, *_]) if last_part(node) in {"assertIn", "assertNotIn"}:
            return _reading(where, names)
        case _:
            return None


def _reading(where: ast.expr, names: Mapping[str, ast.expr]) -> ast.Call | None:
    found = bare(where)
    if isinstance(found, ast.Name):
        found = names.get(found.id, found)
    for node in below(found):
        if isinstance(node, ast.Call) and _reads_source(node, names):
            return node
    return None


def _reads_source(call: ast.Call, names: Mapping[str, ast.expr]) -> bool:
    if last_part(call) in _SOURCES:
        return True
    if last_part(call) not in _READERS:
        return False
    parts = below(call)
    start = names.get(root(call.func))
    if start is not None:
        parts += below(start)
    return any(isinstance(it, ast.Constant) and isinstance(it.value, str) and it.value.endswith(".py") for it in parts)
