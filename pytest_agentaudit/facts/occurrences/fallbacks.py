"""What takes the place of something that could not be had: fakes behind a failed import or call."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import constant_value
from pytest_agentaudit.facts.kinds.shortcuts import FALLBACK, SUBSTITUTE
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, dotted, last, last_part
from pytest_agentaudit.facts.occurrences.handlers import comment_of
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.patterns import regex

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "AttributeError"})
_STAND_IN = regex(r"_?(?:Mock|Fake|Dummy|Stub|Simulated)(?:Mock|[A-Z])\w*")
_TYPING = frozenset(
    {"typing", "typing_extensions", "importlib_metadata", "importlib_resources", "exceptiongroup", "tomli"}
)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Fakes and stand-ins in handlers of the product."""
    if side.role is not FileRole.PRODUCT or not side.of(ast.ExceptHandler):
        return
    for attempt, symbol in side.of(ast.Try):
        first = attempt.body[0]
        for handler in attempt.handlers:
            if isinstance(first, ast.Import | ast.ImportFrom) and _is_import_error(handler.type):
                yield from _fallback(side, symbol, first, handler)
            yield from _substitutes(side, symbol, handler)


def _is_import_error(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(map(_is_import_error, caught.elts))
    return caught is None or last(dotted(caught)) in _IMPORT_ERRORS


def _fallback(
    side: CodeSide, symbol: str, wanted: ast.Import | ast.ImportFrom, handler: ast.ExceptHandler
) -> Iterator[Occurrence]:
    module = _module(side, wanted)
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or top in _TYPING or any(map(_helps, handler.body)):
        return
    local = {alias.asname or alias.name.partition(".")[0] for alias in wanted.names}
    fakes = [(name, shape) for node in handler.body for name, shape in _fakes(node, local)]
    if not fakes:
        return
    shape = next((kind for kind in ("function", "class") if any(it == kind for _, it in fakes)), "value")
    names = ", ".join(name for name, _ in fakes)
    parts = module.split(".")
    homes = (".".join(parts[:cut]) for cut in range(len(parts), 0, -1))
    is_own = any(side.helpers.is_first_party(home) for home in homes)
    details = {"module": module, "names": names, "shape": shape, "first_party": "yes" if is_own else ""}
    details["comment"] = comment_of(side, handler)
    yield side.occurrence(
        FALLBACK, handler, symbol, text=f"{names} for {module}", key=f"{module} {names}", details=details
    )


def _module(side: CodeSide, wanted: ast.Import | ast.ImportFrom) -> str:
    """The dotted origin of what was to be imported."""
    alias = wanted.names[0]
    local = alias.asname or alias.name.partition(".")[0]
    origin = side.imports.get(local, alias.name)
    return origin.rpartition(".")[0] or origin if isinstance(wanted, ast.ImportFrom) else origin


def _helps(node: ast.stmt) -> bool:
    """Whether a handler's statement looks for another way, or gives up."""
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Raise | ast.Try | ast.Return)


def _fakes(node: ast.stmt, local: set[str]) -> Iterator[tuple[str, str]]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if _is_fake(node.body):
            yield name, "function"
        case ast.ClassDef(name=name, bases=bases) if not _is_exception(bases):
            methods = [it for it in node.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
            working = [it for it in methods if it.name != "__init__"]
            if working and all(_is_fake(it.body) for it in working):
                yield name, "class"
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Lambda(body=body)) if constant_value(body):
            yield name, "function"
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=None)) if name in local:
            yield name, "value"


def _is_fake(body: Sequence[ast.stmt]) -> bool:
    """Whether a body does nothing but answer with a constant: what raises on use, or works, is none."""
    return all(_answers(node) for node in body)


def _answers(node: ast.stmt) -> bool:
    match node:
        case ast.Pass():
            return True
        case ast.Return(value=value):
            return constant_value(value)
        case ast.Expr(value=ast.Call() as call):
            return is_log(call)
        case ast.Expr(value=ast.Constant()):
            return True
    return False


def _is_exception(bases: Sequence[ast.expr]) -> bool:
    return any(last(dotted(base)).endswith(("Exception", "Error", "Warning")) for base in bases)


def _substitutes(side: CodeSide, symbol: str, handler: ast.ExceptHandler) -> Iterator[Occurrence]:
    for node in handler.body:
        value = node.value if isinstance(node, ast.Assign | ast.Return) else None
        if isinstance(value, ast.Call) and _STAND_IN.fullmatch(name := last_part(value)):
            told = any(isinstance(it, ast.Call) and is_log(it) for other in handler.body for it in below(other))
            details = {"name": name, "told": "yes" if told else ""}
            yield side.occurrence(SUBSTITUTE, node, symbol, key=name, details=details)
