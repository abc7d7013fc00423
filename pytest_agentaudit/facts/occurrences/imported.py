"""Modules of other people's packages that code imports."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.distributions import STANDARD
from pytest_agentaudit.facts.kinds.shortcuts import FOREIGN_IMPORT, OPTIONAL, TYPING
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted
from pytest_agentaudit.patterns import regex

_Import = ast.Import | ast.ImportFrom
_ASKING = regex(
    r"^(is_|has_?)?(imported|installed|available|present|loaded)|^has(_|$)|_(available|installed)$|find_spec"
)
_WORD = regex(r"[^\W\d]\w*")
_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every module that an absolute import names, once a root and guard."""
    found: list[tuple[_Import, str, str]] = []
    found += [(node, symbol, it.name) for node, symbol in side.of(ast.Import) for it in node.names]
    found += [(node, symbol, node.module or "") for node, symbol in side.of(ast.ImportFrom) if not node.level]
    found = [it for it in found if it[2] and _root(it[2]) not in STANDARD]
    if not found or side.path.endswith(".pyi"):
        return
    guards = _guards(side) | _asked_for(side, [node for node, _symbol, _module in found])
    seen: set[tuple[str, str, str]] = set()
    for node, symbol, module in found:
        guard = guards.get(id(node), "")
        details = {"module": _told(node, module), "root": _root(module), "guard": guard, "symbol": symbol}
        if (mark := (details["root"], guard, symbol)) not in seen:
            seen.add(mark)
            yield side.occurrence(FOREIGN_IMPORT, node, "", text=f"import {details['root']}", details=details)


def _root(module: str) -> str:
    return module.partition(".")[0]


def _told(node: _Import, module: str) -> str:
    """The dotted module; of `from google import genai` "google.genai", which tells the distribution."""
    plain = isinstance(node, ast.ImportFrom) and "." not in module and node.names[0].name != "*"
    return f"{module}.{node.names[0].name}" if plain else module


def _guards(side: CodeSide) -> dict[int, str]:
    """The imports that may fail or are never run, by identity."""
    guards: dict[int, str] = {}
    for attempt, _ in side.of(ast.Try):
        if any(_catches(it.type) for it in attempt.handlers):
            guards |= _imports_below([*attempt.body, *attempt.handlers, *attempt.orelse], OPTIONAL)
    if side.names_any("suppress"):
        for block, _ in side.of(ast.With):
            calls = [it.context_expr for it in block.items if isinstance(it.context_expr, ast.Call)]
            if any(side.origin(call.func) == "contextlib.suppress" and any(map(_catches, call.args)) for call in calls):
                guards |= _imports_below(block.body, OPTIONAL)
    if side.names_any("TYPE_CHECKING", "find_spec"):
        for branch, _ in side.of(ast.If):
            words = {dotted(it).rpartition(".")[2] for it in below(branch.test) if isinstance(it, ast.expr)}
            if "TYPE_CHECKING" in words:
                guards |= _imports_below(branch.body, TYPING)
            elif "find_spec" in words:
                guards |= _imports_below([branch], OPTIONAL)
    return guards


def _asked_for(side: CodeSide, imports: Sequence[_Import]) -> dict[int, str]:
    """The imports in a branch that asks whether their package is there, by identity: `if has("orjson"):`."""
    guards: dict[int, str] = {}
    nested = [it for it in imports if it.col_offset]
    for branch, _ in side.of(ast.If) if nested else ():
        inside = [it for it in nested if branch.body[0].lineno <= it.lineno <= (branch.body[-1].end_lineno or 0)]
        if inside and any(isinstance(it, ast.Call) for it in below(branch.test)):
            words = _WORD.findall(side.source(branch.test).lower())
            asks = any(_ASKING.search(word) for word in words)
            guards |= {id(it): OPTIONAL for it in inside if asks and any(_names(it, word) for word in words)}
    return guards


def _names(node: _Import, word: str) -> bool:
    """Whether a word of a condition is the root that is imported, or ends or begins with it."""
    roots = [node.module or ""] if isinstance(node, ast.ImportFrom) else [it.name for it in node.names]
    return any(re.fullmatch(rf"(\w*_)?{re.escape(_root(root).lower())}(_\w*)?", word) for root in roots if root)


def _catches(caught: ast.expr | None) -> bool:
    """Whether a handler of this type stops a failed import."""
    if isinstance(caught, ast.Tuple):
        return any(map(_catches, caught.elts))
    return caught is None or (isinstance(caught, ast.Name) and caught.id in _CAUGHT)


def _imports_below(nodes: Sequence[ast.AST], guard: str) -> dict[int, str]:
    return {id(it): guard for node in nodes for it in below(node) if isinstance(it, _Import)}
