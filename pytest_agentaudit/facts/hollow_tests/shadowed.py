"""Tests and fixtures of one name in one scope: Python keeps the last one, and the first is never run."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.fingerprint import digest
from pytest_agentaudit.facts.kinds.tests import SHADOWED
from pytest_agentaudit.facts.model import Kind, Occurrence
from pytest_agentaudit.facts.modules import is_fixture
from pytest_agentaudit.facts.nodes import below, dotted, last
from pytest_agentaudit.facts.parse import Span
from pytest_agentaudit.facts.walk import statements

_EXEMPT = frozenset({"overload", "setter", "getter", "deleter", "register", "singledispatch", "property"})


def shadowed(side: CodeSide) -> Iterator[Occurrence]:
    """Each definition, import or assignment of a file that hides a test before it."""
    spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in side.parsed.definitions():
        spans[span.parent.qualified_name if span.parent else "", span.name].append(span)
    settings, suites = Collecting.of(side.settings), _Suites(side)
    doubled = {key: found for key, found in spans.items() if len(found) > 1}
    for (owner, name), found in doubled.items():
        what = _what(found[0], settings, side)
        if what:
            for first, second in pairwise(found):
                if suites.hides(first, second):
                    yield _occurrence(side, first, second.node, owner, name, what)
    yield from _rebound(side, settings, spans)


def _what(span: Span, settings: Collecting, side: CodeSide) -> str:
    """What a definition is to pytest, "" where it is nothing that runs by its name."""
    if span.parent is not None and span.parent.kind is not Kind.CLASS:
        return ""
    if span.kind is Kind.CLASS:
        return "class" if settings.is_class(span.name) else ""
    if settings.is_function(span.name) or span.name.startswith("test_"):
        return "test"
    return "fixture" if any(is_fixture(it, side.imports) for it in span.node.decorator_list) else ""


class _Suites:
    """The suites of a file, and where in them their definitions stand."""

    def __init__(self, side: CodeSide) -> None:
        self._side = side
        self._places: dict[int, dict[int, int]] = {}

    def hides(self, first: Span, second: Span) -> bool:
        """Whether a definition takes the name of an earlier one of the same suite that nobody used in between."""
        suite = self._suite(first)
        if id(suite) not in self._places:
            self._places[id(suite)] = {id(node): at for at, node in enumerate(suite)}
        places = self._places[id(suite)]
        here, there = places.get(id(first.node)), places.get(id(second.node))
        if here is None or there is None or not _is_plain(first) or not _is_plain(second):
            return False
        return _is_touched(self._side, first, second) and not _uses(
            suite[here + 1 : there + 1], first.name, second.node
        )

    def _suite(self, span: Span) -> Sequence[ast.stmt]:
        if span.parent is not None:
            return span.parent.node.body
        return self._side.parsed.tree.body if self._side.parsed.tree else []


def _is_plain(span: Span) -> bool:
    """Whether no decorator makes two definitions of one name one thing."""
    marks = (it.func if isinstance(it, ast.Call) else it for it in span.node.decorator_list)
    return _EXEMPT.isdisjoint(last(dotted(it)) for it in marks)


def _is_touched(side: CodeSide, *spans: Span) -> bool:
    return any(not side.touched.isdisjoint(range(it.start_line, it.end_line + 1)) for it in spans)


def _uses(between: Sequence[ast.stmt], name: str, second: ast.AST) -> bool:
    """Whether a name is read or deleted at the level of the suite, or by what the second definition is made with."""
    for statement in between:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            heads: list[ast.AST] = [*statement.decorator_list]
            if isinstance(statement, ast.ClassDef):
                heads += statement.bases
            if statement is not second and isinstance(statement, ast.ClassDef):
                heads.append(statement)
        else:
            heads = [statement]
        names = (it for head in heads for it in below(head) if isinstance(it, ast.Name))
        if any(it.id == name and not isinstance(it.ctx, ast.Store) for it in names):
            return True
    return False


def _rebound(side: CodeSide, settings: Collecting, spans: dict[tuple[str, str], list[Span]]) -> Iterator[Occurrence]:
    """Imports and assignments at module level that take a test's name."""
    body = side.parsed.tree.body if side.parsed.tree else []
    for at, node in enumerate(body):
        for name in _bound(node):
            found = [it for it in spans.get(("", name), ()) if it.end_line < node.lineno]
            what = _what(found[-1], settings, side) if found else ""
            if not what or what == "fixture" or not any(it is found[-1].node for it in body):
                continue
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            touched = not side.touched.isdisjoint(lines) or _is_touched(side, found[-1])
            before = [it for it in body[: at + 1] if it.lineno > found[-1].line]
            if touched and not _uses(before, name, node) and _is_plain(found[-1]):
                yield _occurrence(side, found[-1], node, "", name, what)


def _bound(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (it.asname or it.name.partition(".")[0] for it in names)
        case ast.Assign(targets=targets):
            yield from (it.id for it in targets if isinstance(it, ast.Name))


def _occurrence(side: CodeSide, first: Span, second: ast.stmt, owner: str, name: str, what: str) -> Occurrence:
    definition = isinstance(second, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    same = (
        isinstance(second, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and digest(second, side.imports).fingerprint == digest(first.node, side.imports).fingerprint
    )
    end = max((it.end_lineno or it.lineno for it in statements(second)), default=second.lineno)
    qualified = f"{owner}.{name}" if owner else name
    return Occurrence(
        SHADOWED,
        second.lineno,
        end,
        qualified,
        f"def {name}" if definition else side.source(second),
        f"{qualified} again",
        {
            "name": name,
            "first": str(first.line),
            "first_end": str(first.end_line),
            "what": what,
            "by": "definition" if definition else side.source(second),
            "same": "yes" if same else "",
        },
    )
