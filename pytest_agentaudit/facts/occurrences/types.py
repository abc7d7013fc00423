"""Code by which values and functions escape a type checker."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.annotations import names_any_type, vagueness
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.shortcuts import CAST, HIDDEN_FROM_TYPES, PRECISE_NAME, UNCHECKED, VAGUE_NAME
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.named_calls import named_calls
from pytest_agentaudit.facts.nodes import argument, dotted


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Casts, unchecked definitions, annotated names and branches on TYPE_CHECKING."""
    if side.names_any("cast", "no_type_check"):
        yield from _casts(side)
        yield from _unchecked(side)
    for node, symbol in side.of(ast.AnnAssign):
        kind = VAGUE_NAME if vagueness(node.annotation) else PRECISE_NAME
        place = ".".join(filter(None, (symbol, dotted(node.target) or side.source(node.target))))
        annotation = node.annotation.id if isinstance(node.annotation, ast.Name) else side.source(node.annotation)
        text = f"{place.rpartition('.')[2]}: {annotation}"
        yield side.occurrence(kind, node, place, text=text, details={"annotation": annotation})
    if side.names_any("TYPE_CHECKING"):
        yield from _branches(side)
    if side.names_any("__getattr__"):
        yield from _any_name(side)
    yield from _comments(side)


def _casts(side: CodeSide) -> Iterator[Occurrence]:
    for call, symbol, origin in named_calls(side, frozenset({"cast"})):
        if origin in {"typing.cast", "typing_extensions.cast"} and (to := argument(call, 0, "typ")):
            details = {"to": side.source(to), "any": "yes" if names_any_type(to) else ""}
            yield side.occurrence(CAST, call, symbol, details=details)


def _unchecked(side: CodeSide) -> Iterator[Occurrence]:
    nodes: list[tuple[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, str]] = [
        *side.functions,
        *side.of(ast.ClassDef),
    ]
    for node, symbol in nodes:
        for mark in node.decorator_list:
            if side.origin(mark).endswith("no_type_check"):
                yield side.occurrence(UNCHECKED, mark, symbol, text=f"@{side.source(mark)}")


def _any_name(side: CodeSide) -> Iterator[Occurrence]:
    """A module's own `__getattr__`: no checker finds a name that the module does not have."""
    for function, symbol in side.functions:
        if symbol == "__getattr__":
            how = "a type checker believes that this module has every name"
            text = "def __getattr__(...)"
            yield side.occurrence(HIDDEN_FROM_TYPES, function, symbol, text=text, details={"how": how})


def _branches(side: CodeSide) -> Iterator[Occurrence]:
    """`if TYPE_CHECKING: Client = Any`, and code that only runs where nobody checks types."""
    for node, symbol in side.of(ast.If):
        match node.test:
            case ast.UnaryOp(op=ast.Not(), operand=operand) if side.origin(operand).endswith("TYPE_CHECKING"):
                if not all(isinstance(it, ast.Import | ast.ImportFrom) for it in node.body):
                    how = "only Python sees this branch"
                    yield side.occurrence(HIDDEN_FROM_TYPES, node.body[0], symbol, details={"how": how})
            case ast.Name() | ast.Attribute() if side.origin(node.test).endswith("TYPE_CHECKING"):
                for inner in node.body:
                    value = inner.value if isinstance(inner, ast.Assign | ast.AnnAssign) else None
                    if value is not None and side.origin(value).rpartition(".")[2] == "Any":
                        how = "a type checker sees `Any` here"
                        yield side.occurrence(HIDDEN_FROM_TYPES, inner, symbol, details={"how": how})


def _comments(side: CodeSide) -> Iterator[Occurrence]:
    if "type:" not in side.scan.text:
        return
    for it in side.scan.comments:
        text = it.text.lstrip("# ").partition("#")[0].strip()
        if it.line in side.touched and text.startswith("type:") and "Any" in text:
            details = {"how": "a comment types it as `Any`"}
            yield Occurrence(HIDDEN_FROM_TYPES, it.line, it.line, "", it.text, it.text, details)
