"""A function of a test file as the readers of hollow tests see it: its nodes, its names, what in it can fail."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.calls import RAISING
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.hollow import MOCK_ASSERTIONS
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, children, last_part
from pytest_agentaudit.facts.source_names import ASSERTING_NAME
from pytest_agentaudit.facts.walk import SUITES, inner
from pytest_agentaudit.patterns import regex

RAISES = frozenset(
    {"raises", "assertRaises", "assertRaisesRegex", "assertRaisesRegexp", "assertRaisesMessage", "assert_raises"}
)
"""Calls that demand an exception of their block."""

SKIPS = frozenset({"pytest.skip", "pytest.xfail", "pytest.importorskip", "self.skipTest"})
"""Calls that end a test without failing it."""

_FAILS = frozenset({"pytest.fail", "self.fail"})
_EXITS = frozenset({"pytest.exit", "sys.exit", "os._exit", "exit", "quit", "os.abort"})
_ERRORS = frozenset({"AssertionError", "pytest.fail.Exception"})
_ASSERTS = regex(r"(assert|fail(Unless|If))(_|[A-Z])\w*")
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class TestCode(Struct, frozen=True, eq=False, dict=True):
    """An outermost function of a test file (a method too), with all that stands in it."""

    __test__ = False

    side: CodeSide
    function: Function
    symbol: str
    is_test: bool

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """Every node of the function, itself first, nested functions included."""
        return below(self.function)

    @cached_property
    def words(self) -> frozenset[str]:
        """The attributes and keywords that it uses: a cheap question before a dear one."""
        attributes = {it.attr for it in self.nodes if isinstance(it, ast.Attribute)}
        return frozenset(attributes | {it.arg for it in self.nodes if isinstance(it, ast.keyword) and it.arg})

    @cached_property
    def once(self) -> Mapping[str, ast.expr]:
        """What its names stand for that are bound in one place; `await` is left out."""
        bound = Counter(it.id for it in self.nodes if isinstance(it, ast.Name) and not isinstance(it.ctx, ast.Load))
        found: dict[str, ast.expr] = {}
        for node in self.nodes:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id=name)], value=value)
                    | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
                ) if bound[name] == 1:
                    found[name] = bare(value)
        return found

    @cached_property
    def loaded(self) -> Sequence[ast.Name]:
        """Every name that it reads."""
        return [it for it in self.nodes if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Load)]

    @cached_property
    def demands(self) -> Sequence[ast.AST]:
        """The nodes that make a demand, wherever they stand."""
        return [it for it in self.nodes if self.is_demand(it)]

    def is_demand(self, node: ast.AST) -> bool:
        """Whether a node fails the test by an AssertionError where something is wrong."""
        match node:
            case ast.Assert():
                return True
            case ast.Raise(exc=ast.expr() as error):
                return self.side.origin(error.func if isinstance(error, ast.Call) else error) in _ERRORS
            case ast.Call():
                name = last_part(node)
                asserts = name in MOCK_ASSERTIONS or bool(_ASSERTS.match(name))
                return asserts or (name == "fail" and self.origin_in(node, _FAILS))
            case _:
                return False

    def origin_in(self, call: ast.Call, origins: frozenset[str]) -> bool:
        """Whether a call goes to one of these."""
        return self.side.origin(call.func) in origins

    def fails(self, node: ast.AST) -> bool:
        """Whether a node may end the test as failed, or says aloud that it did not run."""
        if isinstance(node, ast.Call):
            name = last_part(node)
            by_name = bool(ASSERTING_NAME.fullmatch(name)) or name == "fail"
            return by_name or self.is_demand(node) or self.origin_in(node, SKIPS | _EXITS)
        return isinstance(node, ast.Assert | ast.Raise)

    def no_other(self, found: Iterable[ast.AST]) -> bool:
        """Whether the function makes no demand but these, as far as names tell: helpers that assert count too."""
        known = {id(it) for node in found for it in below(node)}
        return all(id(it) in known or not self.may_demand(it) for it in self.nodes)

    def may_demand(self, node: ast.AST) -> bool:
        """Whether a node makes a demand of any form."""
        if not isinstance(node, ast.Call):
            return self.is_demand(node)
        name = last_part(node)
        return name in RAISING or bool(ASSERTING_NAME.fullmatch(name)) or self.is_demand(node)

    def any_fails(self, nodes: Iterable[ast.AST]) -> bool:
        """Whether anything in or below these nodes may end the test as failed."""
        return any(self.fails(it) for node in nodes for it in below(node))

    def own_demands(self, nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
        """The demands in or below these nodes that run when they do: not those of functions defined there."""
        return (it for node in nodes for it in running(node) if self.is_demand(it))

    def occurrence(
        self, kind: str, node: ast.AST, *, text: str = "", key: str = "", details: Mapping[str, str]
    ) -> Occurrence:
        """An occurrence in this function at a node that stands on a line."""
        line = getattr(node, "lineno", self.function.lineno)
        end = getattr(node, "end_lineno", None) or line
        text = text or self.side.source(node)
        return Occurrence(kind, line, end, self.symbol, text, key or text, details)


def lines_of(nodes: Iterable[ast.AST]) -> str:
    """The first lines of nodes, as an occurrence keeps them."""
    return " ".join(str(getattr(it, "lineno", 0)) for it in nodes)


def running(root: ast.AST) -> Iterator[ast.AST]:
    """`root` and what runs when it does, in the order of the source: functions and classes in it are left out."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _SCOPES):
            stack.extend(reversed(children(node)))


def suites(root: ast.AST) -> Iterator[tuple[ast.AST, str, list[ast.stmt]]]:
    """Every suite in `root`, nested functions left out: (its owner, the field, the statements)."""
    stack: list[ast.AST] = [root]
    while stack:
        node = stack.pop()
        for name in SUITES.get(node.__class__, ()):
            found = getattr(node, name)
            if name not in {"handlers", "cases"} and found:
                yield node, name, found
        stack.extend(it for it in reversed(inner(node)) if it.__class__ in SUITES and not isinstance(it, _SCOPES))


def bare(node: ast.expr) -> ast.expr:
    """An expression without the `await` around it."""
    return node.value if isinstance(node, ast.Await) else node


def functions(side: CodeSide) -> list[TestCode]:
    """The touched outermost functions of a file, in the order of the source."""
    settings = Collecting.of(side.settings)
    found: list[TestCode] = []
    seen: set[str] = set()
    for function, symbol in side.functions:
        if seen.isdisjoint(_owners(symbol)):
            seen.add(symbol)
            found.append(TestCode(side, function, symbol, settings.is_function(function.name)))
    return found


def _owners(symbol: str) -> Iterator[str]:
    parts = symbol.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


def exception_names(code: TestCode, caught: ast.expr | None) -> tuple[str, ...]:
    """The origins of the types that a handler or a context names; a bare handler catches everything."""
    if caught is None:
        return ("BaseException",)
    types = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return tuple(code.side.origin(it).removeprefix("builtins.") for it in types)
