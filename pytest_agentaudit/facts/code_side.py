"""The touched code of one side of a file, indexed once for every collector of occurrences."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.model import Occurrence, Setting
from pytest_agentaudit.facts.nodes import children, dotted, resolve
from pytest_agentaudit.facts.parse import Parsed
from pytest_agentaudit.facts.scan import Scan
from pytest_agentaudit.facts.scope import HelperLookup
from pytest_agentaudit.facts.stretches import touches
from pytest_agentaudit.facts.walk import SUITES

Node = TypeVar("Node", bound=ast.AST)
Located = ast.stmt | ast.expr | ast.excepthandler

LONGEST_TEXT = 400
"""Characters of source that an occurrence quotes."""


class CodeSide(Struct, frozen=True, dict=True):
    """One side of a file that was read as a tree. `touched` are the lines that the change met on this side, with the
    first lines of the definitions that it met on the other one.

    Only touched code is indexed: whole functions, and of modules and classes the statements that a line of `touched`
    meets.
    """

    path: str
    role: FileRole
    scan: Scan
    parsed: Parsed
    touched: frozenset[int]
    settings: Mapping[str, Setting]
    helpers: HelperLookup

    def names_any(self, *words: str) -> bool:
        """Whether any of these identifiers stands in the file's code: a cheap question before a dear one."""
        return not self.scan.names.isdisjoint(words)

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Local names and their dotted origins."""
        return imports(self.parsed, self.path)

    def origin(self, node: ast.expr | None) -> str:
        """The dotted origin of a name, attribute chain or callee: "pytest.mark.skip", "os.environ.get"."""
        return resolve(dotted(node), self.imports)

    def of(self, kind: type[Node]) -> Sequence[tuple[Node, str]]:
        """The touched nodes of a class in the order of the source, each with the qualified name of the definition
        around it ("" at module level; a definition's own node, decorators and defaults belong to it).
        """
        return cast("Sequence[tuple[Node, str]]", self._index.get(kind, ()))

    @cached_property
    def functions(self) -> tuple[tuple[Function, str], ...]:
        """The touched functions with their qualified names, nested ones too."""
        found: list[tuple[Function, str]] = [*self.of(ast.FunctionDef), *self.of(ast.AsyncFunctionDef)]
        return tuple(sorted(found, key=lambda it: it[0].lineno))

    @cached_property
    def _index(self) -> Mapping[type[ast.AST], list[tuple[ast.AST, str]]]:
        found: dict[type[ast.AST], list[tuple[ast.AST, str]]] = defaultdict(list)
        stack: list[tuple[ast.AST, str]] = [(node, "") for node in reversed(self._roots())] if self.parsed.tree else []
        names = {id(span.node): span.qualified_name for span in self.parsed.definitions()}
        while stack:
            node, symbol = stack.pop()
            kind = node.__class__
            if kind in SUITES:
                symbol = names.get(id(node), symbol)
            found[kind].append((node, symbol))
            inner = children(node)
            if kind is ast.ClassDef:
                inner = [it for it in inner if not isinstance(it, ast.stmt) or self._meets(it)]
            inner.reverse()
            stack += [(it, symbol) for it in inner]
        return found

    def _roots(self) -> list[ast.stmt]:
        return [node for node in self.parsed.tree.body if self._meets(node)] if self.parsed.tree else []

    def _meets(self, node: ast.stmt) -> bool:
        return touches(self._ordered, node)

    @cached_property
    def _ordered(self) -> list[int]:
        return sorted(self.touched)

    def source(self, node: ast.AST) -> str:
        """A node's source folded to one line, comments dropped; cut where it is long."""
        text = self.parsed.source(node)
        return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."

    def occurrence(
        self,
        kind: str,
        node: Located,
        symbol: str,
        *,
        text: str = "",
        key: str = "",
        details: Mapping[str, str] | None = None,
    ) -> Occurrence:
        """An occurrence at a node. Without `text` it quotes the node, without `key` it is paired by what it quotes."""
        text = text or self.source(node)
        return Occurrence(kind, node.lineno, node.end_lineno or node.lineno, symbol, text, key or text, details or {})
