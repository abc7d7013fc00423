"""What hypothesis is told about a test: how many examples to draw, of what, and which to pass over."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.kinds.tests import ASSUME, EXAMPLE, GIVEN, SETTINGS
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.nodes import dotted, last, normal, resolve


def draws(marks: Iterable[ast.expr], body: Iterable[ast.AST], module: Module) -> Iterator[tuple[str, str]]:
    """Names and sources: ("given.n", "integers()"), ("settings.max_examples", "50"), ("assume", "n > 0")."""
    if not any(origin.startswith("hypothesis") for origin in module.imports.values()):
        return
    for mark in marks:
        if isinstance(mark, ast.Call):
            yield from _of_mark(mark, last(resolve(dotted(mark.func), module.imports)))
    for node in body:
        if (
            isinstance(node, ast.Call)
            and node.args
            and resolve(dotted(node.func), module.imports) == "hypothesis.assume"
        ):
            yield ASSUME, normal(node.args[0])


def _of_mark(mark: ast.Call, name: str) -> Iterator[tuple[str, str]]:
    match name:
        case "given":
            yield from ((f"{GIVEN}{at}", normal(value)) for at, value in enumerate(mark.args))
            yield from ((f"{GIVEN}{word.arg}", normal(word.value)) for word in mark.keywords if word.arg)
        case "settings":
            yield from ((f"{SETTINGS}{word.arg}", normal(word.value)) for word in mark.keywords if word.arg)
        case "example":
            given = (*map(normal, mark.args), *(f"{word.arg}={normal(word.value)}" for word in mark.keywords))
            yield EXAMPLE, ", ".join(given)
