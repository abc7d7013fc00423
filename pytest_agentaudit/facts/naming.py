"""Who names a definition within its own file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.nodes import children
from pytest_agentaudit.facts.parse import Parsed, Span
from pytest_agentaudit.facts.stretches import touches


class Naming:
    """One file's definitions and who names them. Only statements in which the name stands are looked into."""

    def __init__(self, parsed: Parsed) -> None:
        self._parsed = parsed
        self._owners = {id(span.node): span.qualified_name for span in parsed.definitions()}
        self._known: dict[str, frozenset[str]] = {}

    def called_by(self, span: Span) -> tuple[str, ...]:
        """The qualified names of those who name the function or its class, themselves left out."""
        around = [it for it in (span, span.parent) if it is not None]
        found = {owner for it in around for owner in self._naming(it.name) if not _within(owner, it)}
        return tuple(sorted(owner or "<module>" for owner in found))

    def _naming(self, name: str) -> frozenset[str]:
        """Who names `name`, "" for the module level."""
        if name not in self._known:
            self._known[name] = frozenset(self._search(name))
        return self._known[name]

    def _search(self, name: str) -> Iterator[str]:
        lines = [] if self._parsed.numbers else _lines(self._parsed.text, name)
        if not self._parsed.tree or (len(lines) == 1 and not self._parsed.numbers):
            return  # its definition alone
        todo: list[tuple[ast.AST, str]] = [(self._parsed.tree, "")]
        while todo:
            node, owner = todo.pop()
            if isinstance(node, ast.stmt) and lines and not touches(lines, node):
                continue
            owner = self._owners.get(id(node), owner)
            if isinstance(node, ast.Name):
                if node.id == name and isinstance(node.ctx, ast.Load):
                    yield owner
            elif isinstance(node, ast.Attribute) and node.attr == name:
                yield owner
            todo += [(child, owner) for child in children(node)]


def _lines(text: str, name: str) -> list[int]:
    """The numbers of the lines in which the name stands, be it within a longer word, in order."""
    found: list[int] = []
    at, line, counted = text.find(name), 1, 0
    while at >= 0:
        line += text.count("\n", counted, at)
        counted = at
        found.append(line)
        at = text.find(name, at + len(name))
    return found


def _within(owner: str, span: Span) -> bool:
    return owner == span.qualified_name or owner.startswith(f"{span.qualified_name}.")
