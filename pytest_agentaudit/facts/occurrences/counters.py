"""Answers that depend on how often a function was called: state that outlives the call, counted and then asked."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.for_tests import is_test_support
from pytest_agentaudit.facts.kinds.shortcuts import COUNTED_ANSWER
from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, children, dotted, last, root, unparsed
from pytest_agentaudit.facts.written import written

_Decided = tuple[ast.expr, str, str]
"""The condition or index, the literal answer and "yes" where single counts are picked."""
_MUTABLE = (ast.List, ast.Dict, ast.Set, ast.Call)
_PICKS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """The first such value of each touched function."""
    counting = frozenset(_counting(side))
    if not counting or is_test_support(side):
        return
    for function, symbol in side.functions:
        if symbol in counting:
            counters = _Counters(side, function, symbol)
            if counters.found:
                yield from counters.answers()


def _counting(side: CodeSide) -> Iterator[str]:
    """Functions in which something that may outlive the call is added to, turned round or taken from."""
    nodes: list[tuple[ast.Global | ast.Nonlocal, str]] = [*side.of(ast.Global), *side.of(ast.Nonlocal)]
    yield from (symbol for _node, symbol in nodes)
    yield from (symbol for node, symbol in side.of(ast.AugAssign) if _is_shared(node.target))
    for node, symbol in side.of(ast.Assign):
        if isinstance(node.value, ast.BinOp | ast.UnaryOp) and _is_shared(node.targets[0]):
            yield symbol
    if side.names_any("next"):
        yield from (symbol for node, symbol in side.of(ast.Call) if dotted(node.func) == "next")
    if side.names_any("pop", "popleft"):
        yield from (symbol for node, symbol in side.of(ast.Return) if isinstance(node.value, ast.Call))
    if side.names_any("append"):
        yield from (
            symbol for node, symbol in side.functions if any(isinstance(it, _MUTABLE) for it in _defaults(node))
        )


def _is_shared(target: ast.expr) -> bool:
    """Whether a target may be more than the call's own: an attribute of anything but an object, or an entry."""
    if isinstance(target, ast.Attribute):
        return not (isinstance(target.value, ast.Name) and target.value.id == "self")
    return isinstance(target, ast.Subscript)


def _defaults(function: Function) -> list[ast.expr | None]:
    return [*function.args.defaults, *function.args.kw_defaults]


class _Counters:
    """What a function counts beyond the call."""

    def __init__(self, side: CodeSide, function: Function, symbol: str) -> None:
        self.side, self.function, self.symbol = side, function, symbol
        self.nodes = _own(function)
        stored = {it.id for it in self.nodes if isinstance(it, ast.Name) and not isinstance(it.ctx, ast.Load)}
        self.bound = stored | {it.arg for it in below(function.args) if isinstance(it, ast.arg)}
        self.toggles: set[str] = set()
        self.found = frozenset(self._counted())

    def _counted(self) -> Iterator[str]:
        declared = {name for it in self.nodes if isinstance(it, ast.Global | ast.Nonlocal) for name in it.names}
        for node in self.nodes:
            match node:
                case ast.AugAssign(target=target, op=ast.Add()) if self._outlives(target, declared):
                    yield unparsed(target)
                case ast.Assign(targets=[target], value=ast.BinOp(op=ast.Add())) if self._outlives(target, declared):
                    yield unparsed(target)
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=turned))
                ) if name in declared and name == turned:
                    self.toggles.add(name)
                    yield name
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="pop" | "popleft")):
                    if name not in self.bound and self._is_written(name):
                        yield unparsed(node)
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append")) if self._is_default(name):
                    yield f"len({name})"
                case ast.Call(func=ast.Name(id="next"), args=[ast.Name() | ast.Attribute() as source]):
                    if self._is_iterator(source):
                        yield unparsed(node)

    def _outlives(self, target: ast.expr, declared: set[str]) -> bool:
        """Whether a target is the module's, the function's own or the class's, not the call's or an object's."""
        if isinstance(target, ast.Name):
            return target.id in declared
        if isinstance(target, ast.Subscript):
            name = root(target)
            return self._is_default(name) or name in declared or (name not in self.bound and _is_constant(name))
        if not isinstance(target, ast.Attribute):
            return False
        owner = unparsed(target.value)
        own = {self.function.name, *self.symbol.split("."), "cls", "type(self)", "self.__class__", "__class__"}
        return owner in own or (owner.startswith("self.") and owner.endswith(f".{self.function.name}"))

    def _is_default(self, name: str) -> bool:
        """Whether a parameter has a list, dict or the like for its default."""
        spec = self.function.args
        plain = [*spec.posonlyargs, *spec.args]
        given = [
            *zip(reversed(plain), reversed(spec.defaults), strict=False),
            *zip(spec.kwonlyargs, spec.kw_defaults, strict=True),
        ]
        return any(argument.arg == name and isinstance(value, _MUTABLE) for argument, value in given)

    def _is_written(self, name: str) -> bool:
        """Whether a name of the module stands for a written-out list of several values."""
        values = (
            node.value for node, symbol in self.side.of(ast.Assign) if not symbol and name in map(dotted, node.targets)
        )
        return any(isinstance(it := written(value), list) and len(it) > 1 for value in values)

    def _is_iterator(self, source: ast.expr) -> bool:
        """Whether a name of the module or class is a counter or runs through written-out values."""
        for node, symbol in self.side.of(ast.Assign):
            if not symbol or symbol == self.symbol.rpartition(".")[0]:
                names = {dotted(it) for it in node.targets}
                if last(dotted(source)) in names and isinstance(node.value, ast.Call):
                    return self.side.origin(node.value.func) in {"itertools.count", "itertools.cycle", "iter"}
        return False

    def answers(self) -> Iterator[Occurrence]:
        """The first value that a count decides."""
        aliases = {
            node.targets[0].id
            for node in self.nodes
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and self._asks(node.value, set())
        }
        for node in self.nodes:
            decided = self._decided(node, aliases)
            if decided:
                where, answer, exact = decided
                details = {"counter": min(self.found), "answer": answer, "exact": exact}
                yield self.side.occurrence(COUNTED_ANSWER, where, self.symbol, details=details)
                return

    def _asks(self, node: ast.AST, aliases: set[str]) -> bool:
        for it in below(node):
            if isinstance(it, ast.Name) and it.id in aliases:
                return True
            if isinstance(it, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and unparsed(it) in self.found:
                return True
        return False

    def _decided(self, node: ast.AST, aliases: set[str]) -> _Decided | None:
        """What a statement makes of a count."""
        match node:
            case ast.If(test=test, body=body, orelse=orelse) if self._asks(test, aliases):
                return _judged(test, _returned([*body, *orelse]), picks=self._is_toggle(test))
            case ast.Match(subject=subject, cases=cases) if self._asks(subject, aliases):
                return _judged(subject, _returned(it for case in cases for it in case.body), picks=True)
            case ast.Return(value=ast.expr() as value):
                return self._result(value, aliases)
        return None

    def _result(self, value: ast.expr, aliases: set[str]) -> _Decided | None:
        """What a returned expression makes of a count: a choice, an entry, the next of written-out values."""
        match value:
            case ast.IfExp(test=test, body=one, orelse=other) if self._asks(test, aliases):
                return _judged(test, [one, other], picks=self._is_toggle(test))
            case ast.Subscript(value=table, slice=index) if self._asks(index, aliases):
                return index, unparsed(table), "yes"
            case ast.Call() if unparsed(value) in self.found:
                is_next = isinstance(value.func, ast.Name)
                return None if is_next and not self._runs_through(value) else (value, unparsed(value), "yes")
        return None

    def _is_toggle(self, test: ast.expr) -> bool:
        return any(isinstance(it, ast.Name) and it.id in self.toggles for it in below(test))

    def _runs_through(self, call: ast.Call) -> bool:
        """Whether `next` is asked of written-out values."""
        name = last(dotted(call.args[0]))
        values = (
            node.value.args[0]
            for node, _symbol in self.side.of(ast.Assign)
            if name in map(dotted, node.targets) and isinstance(node.value, ast.Call) and node.value.args
        )
        return any(written(it) is not UNKNOWN and not isinstance(it, ast.Constant) for it in values)


def _judged(test: ast.expr, returned: list[ast.expr], *, picks: bool = False) -> _Decided | None:
    """What a condition on a count decides; None where it returns nothing or only says yes, no or nothing."""
    exact = picks or any(
        (isinstance(it, ast.Compare) and isinstance(it.ops[0], _PICKS))
        or (isinstance(it, ast.BinOp) and isinstance(it.op, ast.Mod))
        for it in below(test)
    )
    literals = [it for it in returned if written(it) is not UNKNOWN]
    telling = [it for it in literals if not (isinstance(it, ast.Constant) and it.value in {None, True, False})]
    if not returned or not (telling or exact):
        return None
    return test, unparsed(telling[0]) if telling else "", "yes" if exact else ""


def _returned(body: Iterable[ast.stmt]) -> list[ast.expr]:
    """What the statements of a suite return themselves."""
    return [it.value for it in body if isinstance(it, ast.Return) and it.value is not None]


def _is_constant(name: str) -> bool:
    """Whether a name reads like one of the module's."""
    return name.isupper() or name.startswith("_")


def _own(function: Function) -> list[ast.AST]:
    """The nodes of a function, without those of functions and classes in it."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(reversed(children(node)))
    return found
