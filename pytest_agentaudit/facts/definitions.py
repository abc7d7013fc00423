"""The functions and classes of a file, read deeply where the change met them."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pytest_agentaudit.facts.cognitive import cognitive
from pytest_agentaudit.facts.complexity import branches, complexity
from pytest_agentaudit.facts.fingerprint import Digest
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.model import Definition
from pytest_agentaudit.facts.nodes import is_docstring, unparsed
from pytest_agentaudit.facts.parse import Parsed, Span
from pytest_agentaudit.facts.stretches import first_line, meets


def definitions(parsed: Parsed, touched: frozenset[int] | None, *, in_tests: bool = False) -> tuple[Definition, ...]:
    """Every definition, in the order of the source; those that a line of `touched` meets (all, where it is None) with
    fingerprint, names and complexity. Nobody asks for the complexity of tests.
    """
    if not parsed.tree:
        return ()
    origins = imports(parsed, "")
    ordered = None if touched is None else sorted(touched)

    def standing(statement: ast.stmt) -> str:
        """The source of a function that the change did not touch."""
        if ordered is None or parsed.numbers or not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            return ""
        first, end = first_line(statement), statement.end_lineno or statement.lineno
        return "" if meets(ordered, first, end) else "\n".join(parsed.lines[first - 1 : end])

    return tuple(
        _definition(
            span,
            parsed.digests.of(span.node, origins, standing)
            if ordered is None or meets(ordered, span.start_line, span.end_line)
            else None,
            () if parsed.numbers else parsed.lines,
            measured=not (in_tests and span.name.startswith("test")),
        )
        for span in parsed.definitions()
    )


def _definition(span: Span, read: Digest | None, lines: Sequence[str], *, measured: bool) -> Definition:
    """A definition; without a digest, what is known of those that the change did not meet. `lines` are the file's,
    where it was parsed as it is.
    """
    node = span.node
    deep = read is not None
    counted = node if deep and measured and not isinstance(node, ast.ClassDef) else None
    return Definition(
        qualified_name=span.qualified_name,
        kind=span.kind,
        start_line=span.start_line,
        line=span.line,
        end_line=span.end_line,
        parameters=() if isinstance(node, ast.ClassDef) else _parameters(node.args),
        signature=_signature(node) if deep else "",
        decorators=tuple(_decorator(it) for it in node.decorator_list),
        fingerprint=read.fingerprint if read else "",
        reads=tuple(sorted(read.names)) if read else (),
        is_async=isinstance(node, ast.AsyncFunctionDef),
        complexity=None if counted is None else complexity(counted),
        branches=0 if counted is None else branches(counted),
        cognitive=0 if counted is None else cognitive(counted),
        touched=deep,
        docstring=_docstring(node, lines) if deep and lines and not isinstance(node, ast.ClassDef) else None,
    )


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef, lines: Sequence[str]) -> tuple[int, int] | None:
    """Where a docstring stands, or would stand; None where the body has no lines of its own."""
    first = node.body[0]
    if not is_docstring(first, node):
        return None if lines[first.lineno - 1][: first.col_offset].strip() else (first.lineno, first.lineno)
    end = first.end_lineno or first.lineno
    return (first.lineno, end + 1) if len(node.body) == 1 or node.body[1].lineno > end else None


def _decorator(node: ast.expr) -> str:
    """A decorator as `ast.unparse` writes it; most are plain names."""
    return unparsed(node)


def _parameters(arguments: ast.arguments) -> tuple[str, ...]:
    """Bare names, in the order of the source."""
    listed = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return tuple(argument.arg for argument in listed if argument)


def _signature(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
    """The parameters with defaults and annotations, or a class's bases, as `ast.unparse` writes them."""
    if isinstance(node, ast.ClassDef):
        return f"({', '.join(ast.unparse(base) for base in [*node.bases, *node.keywords])})"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"({_listed(node.args)}){returns}"


def _listed(arguments: ast.arguments) -> str:
    """The parameters as `ast.unparse` writes them; most are plain names."""
    others = (arguments.posonlyargs, arguments.vararg, arguments.kwonlyargs, arguments.kwarg, arguments.defaults)
    if any(others) or any(it.annotation for it in arguments.args):
        return ast.unparse(arguments)
    return ", ".join([it.arg for it in arguments.args])
