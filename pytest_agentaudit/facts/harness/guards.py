"""Under which conditions a piece of code runs, and what these ask about."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.conditions import Surroundings, is_probe
from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.kinds.harness import NO_TESTS_STATUS, Asked
from pytest_agentaudit.facts.nodes import below, children, dotted, last, resolve, root, text_of

Branches = ast.If | ast.While | ast.IfExp
Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


_HONESTY = {kind: place for place, kind in enumerate(Asked)}
_PLACES = frozenset(
    {
        *("name", "nodeid", "originalname", "fspath", "path", "location", "module", "__name__", "basename"),
        *("collection_path", "function", "stem", "parts", "cls", "fixturenames"),
    }
)
"""Attributes of an item or file that say which test it is."""
_MARKS = frozenset({"keywords", "get_closest_marker", "iter_markers", "own_markers", "listextrakeywords"})
_OUTCOMES = frozenset({"failed", "passed", "skipped", "outcome", "excinfo", "longrepr", "when", "wasxfail"})
_MACHINE = frozenset({"os", "sys", "platform", "sysconfig"})
_FORKS = frozenset({"os.fork", "os.forkpty", "pty.fork"})
_LEAVES = (ast.Return, ast.Continue, ast.Break, ast.Raise)


class Guard(Struct, frozen=True):
    """A condition that holds (or, where `holds` is false, does not) when the guarded code runs."""

    test: ast.expr
    holds: bool


class Surrounded:
    """One side of a file with the way from each of its nodes up to the module. Built only where something was met."""

    def __init__(self, side: CodeSide) -> None:
        self.side = side
        self.around = Surroundings(side.imports, {})
        self._origins: dict[int, str] = {}
        self._bound: dict[int, frozenset[str]] = {}

    @cached_property
    def parents(self) -> Mapping[int, ast.AST]:
        """Node id -> the node above it."""
        found: dict[int, ast.AST] = {}
        todo: list[ast.AST] = [self.side.parsed.tree] if self.side.parsed.tree else []
        while todo:
            node = todo.pop()
            for child in children(node):
                found[id(child)] = node
                todo.append(child)
        return found

    @cached_property
    def assignments(self) -> tuple[Assignment, ...]:
        """Every touched assignment, target by target."""
        return tuple(assignments(self.side))

    @cached_property
    def constants(self) -> Mapping[str, ast.expr]:
        """The module's names that are assigned once at its level."""
        body = self.side.parsed.tree.body if self.side.parsed.tree else []
        return {
            target.id: node.value
            for node in body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Each node above with the one below it that leads to `node`, innermost first."""
        child = node
        while (parent := self.parents.get(id(child))) is not None:
            yield parent, child
            child = parent

    def scope(self, node: ast.AST) -> Scope | None:
        """The innermost function or lambda around a node."""
        return next((it for it, _ in self.above(node) if isinstance(it, Scope)), None)

    def function(self, node: ast.AST) -> Function | None:
        """The outermost function around a node: what pytest or a caller sees."""
        found = [it for it, _ in self.above(node) if isinstance(it, Function)]
        return found[-1] if found else None

    def guards(self, node: ast.AST, *, within: ast.AST | None = None) -> Iterator[Guard]:
        """The conditions on the way to a node, up to `within` (or the module), those of early exits too."""
        for parent, child in self.above(node):
            if isinstance(parent, Branches) and child is not parent.test:
                in_body = child is parent.body or (isinstance(parent.body, list) and _holds(parent.body, child))
                yield Guard(parent.test, in_body)
            elif isinstance(parent, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
                yield from (Guard(test, holds=True) for it in parent.generators for test in it.ifs if test is not child)
            elif isinstance(parent, ast.BoolOp) and child is not parent.values[0]:
                yield Guard(parent.values[0], isinstance(parent.op, ast.And))
            if isinstance(child, ast.stmt):
                yield from _early_exits(parent, child)
            if parent is within:
                return

    def asked(self, node: ast.AST, *, within: ast.AST | None = None) -> Asked:
        """What the conditions on the way to a node ask about: the most honest question of them."""
        flags = self._flags(node)
        found = [self.question(it.test, holds=it.holds, flags=flags) for it in self.guards(node, within=within)]
        if self.is_in_handler(node):
            found.append(Asked.ENVIRONMENT)
        return min(found, key=_HONESTY.__getitem__, default=Asked.NOTHING)

    def _flags(self, node: ast.AST) -> frozenset[str]:
        """The names that the function around a node binds to an answer of the machine, or to an option."""
        function = self.function(node)
        if function is None:
            return frozenset()
        if id(function) not in self._bound:
            bound = (it for it in below(function) if isinstance(it, ast.Assign | ast.NamedExpr))
            asking = [it for it in bound if is_probe(it.value, self.around) and not self._names_test(it.value)]
            targets = [it.targets if isinstance(it, ast.Assign) else [it.target] for it in asking]
            names = (target.id for group in targets for target in group if isinstance(target, ast.Name))
            self._bound[id(function)] = frozenset(names) - {"items"}
        return self._bound[id(function)]

    def _names_test(self, node: ast.expr) -> bool:
        """Whether an expression reads a test's name or place."""
        parts = (it for it in below(node) if isinstance(it, ast.Attribute) and it.attr in _PLACES)
        return any(not self._is_machine(it) for it in parts)

    def is_in_handler(self, node: ast.AST) -> bool:
        """Whether it stands behind an `except ImportError`, or one of the narrower kind."""
        return any(
            isinstance(parent, ast.ExceptHandler)
            and any(last(dotted(it)) in {"ImportError", "ModuleNotFoundError"} for it in _types(parent))
            for parent, _ in self.above(node)
        )

    def question(self, test: ast.expr, *, holds: bool = True, flags: frozenset[str] = frozenset()) -> Asked:
        """What one condition asks about; `flags` are names that stand for an answer of the machine."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.question(test.operand, holds=not holds, flags=flags)
        if isinstance(test, ast.BoolOp):
            parts = [self.question(it, holds=holds, flags=flags) for it in test.values]
            chosen = min if isinstance(test.op, ast.And) == holds else max
            return chosen(parts, key=_HONESTY.__getitem__)
        if truth(test, {}) is not None:
            return Asked.NOTHING
        return self._plain(test, holds=holds, flags=flags)

    def _plain(self, test: ast.expr, *, holds: bool, flags: frozenset[str]) -> Asked:
        nodes = below(test)
        names = {it.id for it in nodes if isinstance(it, ast.Name)}
        attributes = {it.attr for it in nodes if isinstance(it, ast.Attribute) and not self._is_machine(it)}
        found = Asked.OTHER
        if "__name__" in names:
            found = Asked.MAIN
        elif status := _about_status(test, nodes, attributes, holds=holds):
            found = status
        elif self._forks(nodes):
            found = Asked.CHILD if _is_zero(test, holds=holds) else Asked.OTHER
        elif (attributes & _MARKS) or "keywords" in names:
            found = Asked.MARK
        elif attributes & _OUTCOMES:
            found = self._outcome(test, attributes, holds=holds)
        elif attributes & _PLACES or {"nodeid", "name", "path", "collection_path", "fspath"} & names:
            found = Asked.NAME
        elif names & flags or is_probe(test, self.around):
            found = Asked.ENVIRONMENT
        return found

    def _is_machine(self, node: ast.Attribute) -> bool:
        """Whether an attribute is one of the machine (`os.name`, `sys.implementation.name`), not of a test."""
        return resolve(root(node), self.side.imports).partition(".")[0] in _MACHINE

    @staticmethod
    def _outcome(test: ast.expr, attributes: set[str], *, holds: bool) -> Asked:
        texts = {text_of(it) for it in below(test) if isinstance(it, ast.Constant)}
        negative = any(isinstance(it, ast.NotEq | ast.IsNot | ast.NotIn) for it in below(test))
        if "passed" in attributes or "passed" in texts:
            return Asked.PASSED if holds != negative else Asked.FAILED
        if "failed" in attributes or "failed" in texts:
            return Asked.FAILED if holds != negative else Asked.PASSED
        if "excinfo" in attributes or "longrepr" in attributes:
            return Asked.FAILED
        if texts - {""} == {"call"} and not negative:
            return Asked.NOTHING  # every test has a call
        return Asked.OTHER

    def _forks(self, nodes: Sequence[ast.AST]) -> bool:
        """Whether a condition asks which of two processes this is: about `os.fork()`, or a pid that it gave."""
        forked = any(isinstance(it, ast.Call) and self.side.origin(it.func) in _FORKS for it in nodes)
        pid = any(isinstance(it, ast.Name) and "pid" in it.id.lower() for it in nodes)
        return forked or (pid and self.side.names_any("fork", "forkpty"))

    def texts(self, node: ast.AST) -> Iterator[str]:
        """The strings that an expression holds, those of the module's constants too."""
        for it in below(node):
            if isinstance(it, ast.Constant) and isinstance(it.value, str):
                yield it.value
            elif isinstance(it, ast.Name) and it.id in self.constants:
                inner = below(self.constants[it.id])
                yield from (
                    part.value for part in inner if isinstance(part, ast.Constant) and isinstance(part.value, str)
                )

    def origin_of(self, node: ast.expr) -> str:
        """The dotted origin of a name; `getattr(os, "_exit")` and `__import__("os")._exit` have one too."""
        if id(node) not in self._origins:
            self._origins[id(node)] = self._origin(node)
        return self._origins[id(node)]

    def _origin(self, node: ast.expr) -> str:
        if isinstance(node, ast.Call) and last(dotted(node.func)) == "getattr" and len(node.args) > 1:
            return f"{self.origin_of(node.args[0])}.{text_of(node.args[1])}"
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Call | ast.Attribute | ast.Subscript):
            return f"{self.origin_of(node.value)}.{node.attr}"
        if isinstance(node, ast.Call) and last(dotted(node.func)) in {"__import__", "import_module"} and node.args:
            return text_of(node.args[0])
        if isinstance(node, ast.Subscript) and self.side.origin(node.value) == "sys.modules":
            return text_of(node.slice)
        bound = self.constants.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(bound, ast.Call | ast.Subscript) and (module := self._origin(bound)):
            return module
        return resolve(dotted(node), self.side.imports)


class Assignment(Struct, frozen=True):
    """One target of an assignment, and what it gets: `a.b, c = 1, 2` are two."""

    node: ast.stmt
    target: ast.expr
    value: ast.expr
    symbol: str
    is_augmented: bool = False


def assignments(side: CodeSide) -> Iterator[Assignment]:
    """Every touched assignment, also an augmented or annotated one."""
    for node, symbol in side.of(ast.Assign):
        for target in node.targets:
            yield from _unpacked(node, target, node.value, symbol)
    for added, symbol in side.of(ast.AugAssign):
        yield Assignment(added, added.target, added.value, symbol, is_augmented=True)
    for typed, symbol in side.of(ast.AnnAssign):
        if typed.value is not None:
            yield Assignment(typed, typed.target, typed.value, symbol)


def _unpacked(node: ast.stmt, target: ast.expr, value: ast.expr, symbol: str) -> Iterator[Assignment]:
    if not isinstance(target, ast.Tuple | ast.List):
        yield Assignment(node, target, value, symbol)
        return
    pairs = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
    values = value.elts if pairs and isinstance(value, ast.Tuple | ast.List) else [value] * len(target.elts)
    yield from (Assignment(node, one, part, symbol) for one, part in zip(target.elts, values, strict=True))


def _types(handler: ast.ExceptHandler) -> list[ast.expr]:
    if isinstance(handler.type, ast.Tuple):
        return handler.type.elts
    return [handler.type] if handler.type else []


def _is_zero(test: ast.expr, *, holds: bool) -> bool:
    """`pid == 0`, or not `pid`: the branch that only a forked child runs."""
    match test:
        case ast.Compare(ops=[ast.Eq()], comparators=[ast.Constant(value=0)]):
            return holds
        case ast.Compare(ops=[ast.NotEq() | ast.Gt()], comparators=[ast.Constant(value=0)]):
            return not holds
        case ast.Compare():
            return False
        case _:
            return not holds


def _holds(body: Sequence[ast.AST], node: ast.AST) -> bool:
    return any(it is node for it in body)


def _early_exits(parent: ast.AST, child: ast.stmt) -> Iterator[Guard]:
    """The conditions of `if`s before a statement whose suite leaves the block."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if not isinstance(block, list) or not _holds(block, child):
            continue
        for node in block:
            if node is child:
                return
            if isinstance(node, ast.If) and not node.orelse and isinstance(node.body[-1], _LEAVES):
                yield Guard(node.test, holds=False)


def _about_status(test: ast.expr, nodes: Sequence[ast.AST], attributes: set[str], *, holds: bool) -> Asked | None:
    """What a condition on the run's exit status asks about; None where it is about something else."""
    if attributes & {"NO_TESTS_COLLECTED", "EXIT_NOTESTSCOLLECTED"}:
        return Asked.NO_TESTS
    if not any("exitstatus" in (getattr(it, "id", "") or getattr(it, "attr", "")) for it in nodes):
        return None
    numbers = {it.value for it in nodes if isinstance(it, ast.Constant)}
    negative = any(isinstance(it, ast.NotEq | ast.IsNot | ast.NotIn | ast.Gt) for it in nodes) != (not holds)
    if NO_TESTS_STATUS in numbers:
        return Asked.NO_TESTS
    if 1 in numbers or "TESTS_FAILED" in attributes:
        return Asked.OTHER if negative else Asked.FAILED
    if 0 in numbers or "OK" in attributes:
        return Asked.FAILED if negative else Asked.PASSED
    return Asked.FAILED if isinstance(test, ast.Name | ast.Attribute) and holds else Asked.OTHER
