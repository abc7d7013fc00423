"""A module as its tests see it: functions, classes, fixtures and imports, each read once and only when asked for."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.assertions import assertions
from pytest_agentaudit.facts.bindings import Function, parameters
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.model import Assertion
from pytest_agentaudit.facts.nodes import dotted, keyword, last, resolve, text_of
from pytest_agentaudit.facts.parse import Parsed, Span
from pytest_agentaudit.facts.scope import Helper, HelperLookup
from pytest_agentaudit.facts.walk import statements

_ASSIGNING = frozenset({ast.Assign, ast.AnnAssign})
_FIXTURES = frozenset({"pytest.fixture", "pytest_asyncio.fixture", "pytest.yield_fixture", "fixture", "yield_fixture"})


class Module:
    """One file, and where the names in it lead. `path` is the file's, relative to the repository."""

    def __init__(self, parsed: Parsed, path: str, helpers: HelperLookup) -> None:
        self.parsed = parsed
        self.path = path
        self.lookup = helpers
        self._read: dict[Span, Helper] = {}
        self._open: set[Span] = set()

    @cached_property
    def imports(self) -> Mapping[str, str]:
        """Local names and their dotted origins."""
        return imports(self.parsed, self.path)

    @cached_property
    def spans(self) -> Mapping[str, Span]:
        """The definitions by qualified name; of two with one name the later one, as in Python."""
        return {span.qualified_name: span for span in self.parsed.definitions()}

    @cached_property
    def fixtures(self) -> Mapping[str, Span]:
        """The fixtures of the file by the name that tests ask for."""
        found: dict[str, Span] = {}
        for span in self.parsed.definitions():
            for mark in span.node.decorator_list:
                if isinstance(span.node, ast.ClassDef) or not is_fixture(mark, self.imports):
                    continue
                given = text_of(keyword(mark, "name")) if isinstance(mark, ast.Call) else ""
                found[given or span.name] = span
        return found

    @cached_property
    def constants(self) -> Mapping[str, ast.expr]:
        """What the names of the module level are assigned from, where that happens once."""
        found: dict[str, list[ast.expr]] = {}
        tree = self.parsed.tree
        if not tree or not any(it.__class__ in _ASSIGNING for it in tree.body):
            return {}
        for node in statements(tree):
            if node.__class__ not in _ASSIGNING:
                continue
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if node.col_offset == 0:
                    found.setdefault(name, []).append(value)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if node.col_offset == 0:
                    found.setdefault(name, []).append(value)
                case ast.Assign(targets=[ast.Name(id=name)]):
                    found.setdefault(name, []).extend([node.value, node.value])
        return {name: values[0] for name, values in found.items() if len(values) == 1}

    def helper_at(self, span: Span) -> Helper:
        """What the function at `span` asserts; nothing where it is being read already (recursion)."""
        if span not in self._read:
            if span in self._open or isinstance(span.node, ast.ClassDef):
                return Helper()
            self._open.add(span)
            self._read[span] = self._helper(span, span.node)
            self._open.discard(span)
        return self._read[span]

    def _helper(self, span: Span, node: Function) -> Helper:
        found = assertions(node, View(self, _class_of(span)), name=span.qualified_name)
        yielded = [it.lineno for it in _own(node) if isinstance(it, ast.Yield | ast.YieldFrom)]
        handed = [it for it in node.body if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
        shown = handed[0] if len(handed) == 1 and _returns(node, handed[0].name) else node
        return Helper(
            parameters=parameters(shown),
            assertions=found,
            late=tuple(it for it in found if yielded and it.line > yielded[0]),
            is_async=isinstance(node, ast.AsyncFunctionDef) and not node.decorator_list,
        )

    def function(self, qualified_name: str) -> Helper | None:
        """The helper under a qualified name of this module, or what the module imports under it."""
        span = self.spans.get(qualified_name)
        if span is not None:
            return self.helper_at(span) if not isinstance(span.node, ast.ClassDef) else None
        owner, _, name = qualified_name.rpartition(".")
        if owner in self.spans:
            return self.method(owner, name)
        return self._imported(qualified_name)

    def method(self, owner: str, name: str) -> Helper | None:
        """A method of a class, its bases followed."""
        todo, seen = [owner], set[str]()
        while todo:
            here = todo.pop(0)
            span = self.spans.get(f"{here}.{name}")
            if span is not None and not isinstance(span.node, ast.ClassDef):
                return self.helper_at(span)
            if here in seen:
                continue
            seen.add(here)
            for base in self.bases(here):
                found = self._imported(f"{base}.{name}") if base not in self.spans else None
                if found is not None:
                    return found
                todo.append(base)
        return None

    def bases(self, owner: str) -> tuple[str, ...]:
        """The dotted names of a class's bases, as it writes them."""
        span = self.spans.get(owner)
        return tuple(dotted(base) for base in span.node.bases) if span and isinstance(span.node, ast.ClassDef) else ()

    def _imported(self, name: str) -> Helper | None:
        first = name.partition(".")[0]
        return self.lookup.function(resolve(name, self.imports)) if first in self.imports else None

    def fixture(self, name: str) -> Helper | None:
        """A fixture of this file, or of a conftest above it."""
        span = self.fixtures.get(name)
        return self.helper_at(span) if span is not None else self.lookup.fixture(name, self.path)


class View(Struct, frozen=True):
    """What one function of a module can see: `owner` is its class ("" outside of classes), `asked` its parameters."""

    module: Module
    owner: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def imports(self) -> Mapping[str, str]:
        """Local names and their dotted origins."""
        return self.module.imports

    def source(self, node: ast.AST) -> str:
        """A node's source on one line."""
        return self.module.parsed.source(node)

    def is_async(self, name: str) -> bool:
        """Whether the function behind a dotted local name is an `async def`."""
        span = self.module.spans.get(name)
        if span is not None:
            return isinstance(span.node, ast.AsyncFunctionDef) and not span.node.decorator_list
        imported = name.partition(".")[0] in self.imports
        found = self.module.lookup.function(resolve(name, self.imports), product=True) if imported else None
        return found is not None and found.is_async

    def helper(self, name: str) -> Helper | None:
        """The function behind a dotted local name."""
        first, _, rest = name.partition(".")
        if "()" in name:
            return None
        if first in {"self", "cls"} and self.owner and rest and "." not in rest:
            return self.module.method(self.owner, rest)
        if first in self.asked:
            found = self.module.fixture(first)
            return found if found is None or not rest else None
        return self.module.function(name)

    def late(self) -> Iterator[Assertion]:
        """What the fixtures that the function asks for assert after it."""
        for name in sorted(self.asked):
            fixture = self.module.fixture(name)
            if fixture:
                yield from fixture.late


def is_fixture(mark: ast.expr, origins: Mapping[str, str]) -> bool:
    """Whether a decorator makes a fixture."""
    name = resolve(dotted(mark.func if isinstance(mark, ast.Call) else mark), origins)
    return name in _FIXTURES or last(name) == "fixture"


def is_autouse(mark: ast.expr, origins: Mapping[str, str]) -> bool:
    """Whether a decorator makes a fixture that every test gets."""
    if not isinstance(mark, ast.Call) or not is_fixture(mark, origins):
        return False
    given = keyword(mark, "autouse")
    return isinstance(given, ast.Constant) and bool(given.value)


def _class_of(span: Span) -> str:
    parent = span.parent
    return parent.qualified_name if parent and isinstance(parent.node, ast.ClassDef) else ""


def _own(node: Function) -> Iterator[ast.AST]:
    """The nodes of a function that do not belong to functions in it."""
    todo: list[ast.AST] = list(node.body)
    while todo:
        here = todo.pop()
        yield here
        if not isinstance(here, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo.extend(ast.iter_child_nodes(here))


def _returns(node: Function, name: str) -> bool:
    """Whether a function hands out the function of this name that it holds."""
    given = (it.value for it in _own(node) if isinstance(it, ast.Return | ast.Yield))
    return any(isinstance(value, ast.Name) and value.id == name for value in given)
