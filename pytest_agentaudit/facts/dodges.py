"""Which dodging forms took the place of plain ones, and which suppressions went with them.

The plain forms are looked for on both sides when a rule asks, and only in files that hold a dodging form.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from pytest_agentaudit.change.model import FileRole, Side
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.kinds.dodges import ASSERT, ASSIGNMENT, ATTRIBUTE, CALL, CATCH, DODGE, IMPORT, PRINT, STAR
from pytest_agentaudit.facts.model import FileFacts, Occurrence
from pytest_agentaudit.facts.nodes import children, dotted, last, unparsed
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.silencing import Suppression

Forms = Mapping[str, Counter[tuple[str, str]]]
"""Qualified name of a definition ("" for module level) -> its plain forms as (form, name)."""


class Dodged(Struct, frozen=True):
    """A dodging form that the change added. `replaced` is true where the plain form left the same definition;
    `unsilenced` holds the suppressions that left it.
    """

    occurrence: Occurrence
    replaced: bool
    unsilenced: tuple[Suppression, ...] = ()


class _Dodges(Struct):
    """What is known of one change's definitions."""

    delta: Delta
    names: Mapping[tuple[str, str], str]
    forms: dict[tuple[str, bool], Forms] = field(default_factory=dict)

    def of(self, file: FileDelta) -> Iterator[Dodged]:
        for it in file.new_ones(DODGE):
            was = self.names.get((file.path, it.symbol), it.symbol)
            wanted = (it.details["form"], it.details["name"])
            before, after = self._forms(file, old=True), self._forms(file, old=False)
            gone = before.get(was, Counter())[wanted] > after.get(it.symbol, Counter())[wanted]
            yield Dodged(it, gone, _unsilenced(file, was, it.symbol))

    def _forms(self, file: FileDelta, *, old: bool) -> Forms:
        key = (file.path, old)
        if key not in self.forms:
            side = file.pair.old if old else file.pair.new
            wanted = frozenset(last(it.details["name"]) for it in file.new_ones(DODGE))
            self.forms[key] = plain_forms(side, wanted) if side else {}
        return self.forms[key]


def dodged(delta: Delta, *roles: FileRole) -> Iterator[tuple[FileDelta, Dodged]]:
    """Every dodging form that the change added in files of these roles."""
    names = {
        (pair.new_path, pair.new.qualified_name): pair.old.qualified_name
        for pair in delta.definitions
        if pair.old and pair.new
    }
    dodges = _Dodges(delta, names)
    for file in delta.files:
        if file.role in roles:
            for found in dodges.of(file):
                yield file, found


def plain_forms(side: Side, names: frozenset[str]) -> Forms:
    """The plain forms of a file, by the definition that they stand in; attributes of these bare names alone."""
    tree = parse(scan(side.content).text).tree
    found: dict[str, Counter[tuple[str, str]]] = {}
    stack: list[tuple[ast.AST, str]] = [(tree, "")] if tree else []
    while stack:
        node, symbol = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            symbol = f"{symbol}.{node.name}".lstrip(".")
        if forms := _plain(node, names):
            found.setdefault(symbol, Counter()).update(forms)
        stack.extend((it, symbol) for it in children(node))
    return found


def _plain(node: ast.AST, names: frozenset[str]) -> list[tuple[str, str]]:
    """What a node is in plain words."""
    match node:
        case ast.ExceptHandler(type=caught) if caught is None or dotted(caught) == "Exception":
            return [(CATCH, "")]
        case ast.Assert():
            return [(ASSERT, "")]
        case ast.Attribute(attr=attr, ctx=context) if attr in names:
            name = f"{dotted(node.value) or unparsed(node.value)}.{attr}"
            return [(ATTRIBUTE if isinstance(context, ast.Load) else ASSIGNMENT, name)]
        case ast.Call(func=callee) if name := dotted(callee):
            return [(PRINT if name == "print" else CALL, last(name))]
    return _imported(node)


def _imported(node: ast.AST) -> list[tuple[str, str]]:
    match node:
        case ast.Import(names=names):
            return [(IMPORT, alias.name) for alias in names]
        case ast.ImportFrom(module=module, names=names):
            return [(STAR, "")] if names[0].name == "*" else [(IMPORT, module or "")]
    return []


def _unsilenced(file: FileDelta, was: str, now: str) -> tuple[Suppression, ...]:
    """The suppressions that stood in a definition of the base and are not in it any more."""
    before, after = _in(file.old, was), _in(file.new, now)
    left = Counter((it.directive, it.codes) for it in after)
    gone: list[Suppression] = []
    for it in before:
        if left[it.directive, it.codes]:
            left[it.directive, it.codes] -= 1
        else:
            gone.append(it)
    return tuple(gone)


def _in(facts: FileFacts | None, symbol: str) -> list[Suppression]:
    """The suppressions of a definition; at module level, of the lines outside of all definitions."""
    if facts is None:
        return []
    spans = [(it.start_line, it.end_line) for it in facts.definitions if it.qualified_name == symbol or not symbol]
    inside = [it for it in facts.suppressions if any(start <= it.line <= end for start, end in spans)]
    return inside if symbol else [it for it in facts.suppressions if it not in inside]
