"""What hypothesis is told about a test: how many examples to draw, of what, and which to pass over."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.kinds.tests import ASSUME, EXAMPLE, GIVEN, SETTINGS
from pytest_agentaudit.facts.literals import number
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.nodes import dotted, last, normal, parsed, resolve
from pytest_agentaudit.patterns import regex

_BOUND = regex(r"(?:min|max)_\w+=-?[\w.]+|whitelist|alphabet=")
_NUMBERS = frozenset({"integers", "floats", "decimals", "fractions"})
"""Strategies whose first two arguments are their bounds."""


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


def is_narrower(was: str, now: str) -> bool:
    """Whether a strategy draws less than before: it got bounds or a filter that it had not, its bounds are closer, it
    samples from fewer values, or it is one value only.
    """
    one, filters = _unfiltered(parsed(was))
    other, more = _unfiltered(parsed(now))
    if not isinstance(one, ast.Call) or not isinstance(other, ast.Call) or more < filters:
        return False
    name = last(dotted(other.func))
    if name == "just" and last(dotted(one.func)) not in {"just", ""}:
        return True
    if ast.dump(one.func) != ast.dump(other.func):
        return False
    bounds = set(_BOUND.findall(was)) < set(_BOUND.findall(now))
    return more > filters or bounds or _is_closer(_bounds(one), _bounds(other)) or _is_fewer(one, other)


def _unfiltered(node: ast.expr | None) -> tuple[ast.expr | None, int]:
    """A strategy without its filters, and how many these are."""
    count = 0
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
        node, count = node.func.value, count + 1
    return node, count


def _bounds(call: ast.Call) -> dict[str, float]:
    """The bounds that are numbers, by their word."""
    words = {it.arg: it.value for it in call.keywords if it.arg and it.arg.startswith(("min_", "max_"))}
    if last(dotted(call.func)) in _NUMBERS:
        words |= dict(zip(("min_value", "max_value"), call.args, strict=False))
    found = {word: number(value) for word, value in words.items()}
    return {word: value for word, value in found.items() if value is not None}


def _is_closer(was: dict[str, float], now: dict[str, float]) -> bool:
    """Whether no bound leaves more room than before, and one leaves less."""
    if not was.keys() <= now.keys():
        return False
    room = [now[word] - was[word] if word.startswith("max_") else was[word] - now[word] for word in was]
    return max(room, default=0) <= 0 and (min(room, default=0) < 0 or was.keys() < now.keys())


def _is_fewer(was: ast.Call, now: ast.Call) -> bool:
    """Whether what is written out to be sampled from is a part of what was."""
    match was.args, now.args:
        case [ast.List() | ast.Tuple() | ast.Set() as one], [ast.List() | ast.Tuple() | ast.Set() as other]:
            before, after = ({normal(it) for it in side.elts} for side in (one, other))
            return after < before
    return False
