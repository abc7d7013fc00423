"""A source in which functions can be found and edited: syntax nodes with offsets in the characters of the text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.functions import own_nodes
from pytest_agentaudit.facts.model import Definition
from pytest_agentaudit.facts.stretches import first_line
from pytest_agentaudit.facts.syntax import module_tree
from pytest_agentaudit.facts.walk import SUITES, inner
from pytest_agentaudit.source_lines import line_starts

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Edit = tuple[int, int, str]
"""Two offsets in a text, and what stands between them instead."""


class Function(Struct, frozen=True, eq=False, dict=True):
    """A function with the qualified name and first line that its code object has."""

    node: FunctionNode
    qualname: str
    first_line: int

    @property
    def name(self) -> str:
        """The bare name."""
        return self.node.name

    @cached_property
    def body(self) -> list[ast.stmt]:
        """Its statements without the docstring."""
        match self.node.body:
            case [ast.Expr(value=ast.Constant(value=str())), *rest]:
                return rest
            case whole:
                return whole

    @cached_property
    def own(self) -> tuple[ast.AST, ...]:
        """The nodes of its body without those of functions, lambdas and classes in it."""
        return tuple(own_nodes(self.body))

    @cached_property
    def is_generator(self) -> bool:
        """Whether a call of it gives a generator, asynchronous or not."""
        return any(isinstance(it, ast.Yield | ast.YieldFrom) for it in self.own)


class Source:
    """A text and its tree."""

    def __init__(self, text: str, tree: ast.Module) -> None:
        self.text = text
        self._starts = line_starts(text)
        self._functions = {(it.node.lineno, it.name): it for it in _functions(tree)}

    def find(self, definition: Definition) -> Function | None:
        """The function that a definition tells of."""
        return self._functions.get((definition.line, definition.bare_name))

    def at(self, qualname: str, first_line: int) -> Function | None:
        """The function whose code object has this name and first line."""
        return next(
            (it for it in self._functions.values() if (it.qualname, it.first_line) == (qualname, first_line)), None
        )

    def offset(self, line: int, column: int) -> int:
        """The offset of a place that a syntax node names: a line from 1, a column in bytes."""
        start, end = self._starts[line - 1], self._starts[line]
        piece = self.text[start:end]
        if piece.isascii():
            return start + column
        return start + len(piece.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "surrogatepass"))

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where a node begins, with its decorators."""
        if marks := getattr(node, "decorator_list", ()):
            return self.text.rindex("@", 0, self.start(marks[0]))
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Where a node ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def piece(self, node: ast.expr | ast.stmt) -> str:
        """A node's text."""
        return self.text[self.start(node) : self.end(node)]

    def indent(self, node: ast.stmt) -> str | None:
        """The blanks before a statement; None where it does not begin its line."""
        before = self.text[self._starts[first_line(node) - 1] : self.start(node)]
        return None if before.strip() else before

    def edited(self, function: Function, edit: Edit) -> FunctionNode | None:
        """The function with an edit; None where that is no function any more."""
        first, last = self._starts[function.first_line - 1], self.end(function.node)
        start, end, replacement = edit
        piece = f"{self.text[first:start]}{replacement}{self.text[end:last]}"
        tree = _tree(f"if 1:\n{piece}\n" if piece[:1].isspace() else f"{piece}\n")
        found = tree.body if tree else []
        if len(found) == 1 and isinstance(found[0], ast.If):
            found = found[0].body
        return found[0] if len(found) == 1 and isinstance(found[0], FunctionNode) else None


def read_source(text: str) -> Source | None:
    """A text to mutate; None where Python does not take it."""
    tree = _tree(text)
    return Source(text, tree) if tree else None


def _tree(text: str) -> ast.Module | None:
    try:
        return module_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _functions(tree: ast.Module) -> Iterator[Function]:
    """All functions, with the names that their code objects have."""
    stack: list[tuple[ast.AST, str]] = [(tree, "")]
    while stack:
        node, prefix = stack.pop()
        if isinstance(node, FunctionNode):
            name = prefix + node.name
            yield Function(node, name, first_line(node))
            prefix = f"{name}.<locals>."
        elif isinstance(node, ast.ClassDef):
            prefix = f"{prefix}{node.name}."
        if node.__class__ in SUITES:
            stack += [(child, prefix) for child in inner(node)]
