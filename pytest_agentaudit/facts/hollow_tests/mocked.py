"""Assertions that meet a mock instead of the code under test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.hollow_tests.equalities import Equality, equalities
from pytest_agentaudit.facts.hollow_tests.reading import RAISES, TestCode, bare, lines_of
from pytest_agentaudit.facts.kinds.tests import MOCKED
from pytest_agentaudit.facts.literals import is_constructor
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import argument, dotted, keyword, last, last_part, root, text_of, unparsed

_MAKERS = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "create_autospec"})
_TELLING = frozenset({"return_value", "side_effect", "setattr", "patch"})
_UNDONE = ("undo", "stopall", "stop", "reset_mock")


class _Replaced(Struct, frozen=True):
    """Something that a test replaces: its dotted origin, from which line to which, and what it was told to return."""

    target: str
    start: int
    end: int


def mocked(code: TestCode) -> Iterator[Occurrence]:
    """Each assertion of a test whose outcome a mock alone decides."""
    if not code.is_test or not code.side.names_any("Mock", "MagicMock", "AsyncMock", "patch", "monkeypatch", "mocker"):
        return
    if code.words.isdisjoint(_TELLING) and not any(it.id == "patch" for it in code.loaded):
        return
    reader = _Reader(code)
    found = list(reader.found())
    if not found:
        return
    about = [node for node, _ in found]
    alone = code.no_other(about)
    for node, details in found:
        yield code.occurrence(
            MOCKED, node, details={**details, "alone": "yes" if alone else "", "lines": lines_of(about)}
        )


class _Reader(Struct, frozen=True, dict=True):
    code: TestCode

    def found(self) -> Iterator[tuple[ast.AST, dict[str, str]]]:
        """(the asserting node, what is known of it)."""
        for equality in equalities(self.code):
            details = self.told_equality(equality) or self.set_equality(equality) or self.patched_equality(equality)
            if details:
                yield equality.node, details
        yield from self.told_errors()

    @cached_property
    def told(self) -> Mapping[str, ast.expr]:
        """Path of a mock's answer ("svc.total()") -> the value that it was told; nothing where it was told two."""
        found: dict[str, list[ast.expr]] = {}
        for path, value in self._told():
            found.setdefault(path, []).append(value)
        return {path: values[0] for path, values in found.items() if len(values) == 1}

    def _told(self) -> Iterator[tuple[str, ast.expr]]:
        for node in self.code.nodes:
            match node:
                case ast.Assign(targets=[ast.Attribute() as target], value=value):
                    path = _path(dotted(target))
                    if "()" in path and path.partition(".")[0].removesuffix("()") in self.mocks:
                        yield path, value
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if name in self.mocks:
                    yield from _made(name, value)
                case ast.withitem(context_expr=ast.Call() as value, optional_vars=ast.Name(id=name)) if (
                    name in self.mocks
                ):
                    yield from _made(name, value)

    @cached_property
    def mocks(self) -> frozenset[str]:
        """Names of mocks: made here, or handed in by a patch."""
        made = {name for name, value in self.code.once.items() if isinstance(value, ast.Call) and self.makes(value)}
        given = [it for it in self.code.function.decorator_list if isinstance(it, ast.Call) and self.makes(it)]
        return frozenset({*made, *parameters(self.code.function)[: len(given)], *self.opened})

    @cached_property
    def opened(self) -> frozenset[str]:
        """Names that `with patch(...) as name` binds to a mock."""
        items = (it for it in self.code.nodes if isinstance(it, ast.withitem))
        return frozenset(
            it.optional_vars.id
            for it in items
            if isinstance(it.optional_vars, ast.Name)
            and isinstance(it.context_expr, ast.Call)
            and self.makes(it.context_expr)
        )

    def makes(self, call: ast.Call) -> bool:
        """Whether a call makes a mock, or puts one in the place of something."""
        origin = self.origin(call)
        if last(origin) in _MAKERS:
            return "mock" in origin.lower()
        given = argument(call, 2 if last(origin) == "object" else 1, "new", "new_callable")
        return given is None and (last(origin) == "patch" or origin.endswith("patch.object"))

    def origin(self, call: ast.Call) -> str:
        """The dotted origin of a callee."""
        return self.code.side.origin(call.func)

    def told_equality(self, equality: Equality) -> dict[str, str]:
        """What is known of an equality between a mock's answer and what it was told; nothing where it is none."""
        for subject, expected in equality.sides:
            call = self.call_of(subject)
            path = f"{dotted(call.func)}()" if call else dotted(bare(self.resolved(subject)))
            value = self.told.get(path)
            if value is not None and self.same(value, expected):
                shown = self.code.side.source(call or subject)
                return {
                    "how": "told",
                    "subject": shown,
                    "value": self.code.side.source(value),
                    "name": last(path).removesuffix("()"),
                }
        return {}

    def set_equality(self, equality: Equality) -> dict[str, str]:
        """What is known of an equality between an attribute and what the test set it to, nothing being called between
        the two; nothing where it is none.
        """
        for subject, expected in equality.sides:
            if not isinstance(subject, ast.Attribute) or root(subject) not in self.code.side.imports:
                continue
            origin = self.code.side.origin(subject)
            for call, target, value in self.setters:
                if target == origin and self.same(value, expected) and not self._anything_between(call, equality.node):
                    shown = self.code.side.source(subject)
                    return {
                        "how": "set",
                        "subject": shown,
                        "value": self.code.side.source(value),
                        "name": last(origin),
                    }
        return {}

    @cached_property
    def setters(self) -> tuple[tuple[ast.Call, str, ast.expr], ...]:
        """The calls that set an attribute for the test's time, what they set, and to what."""
        calls = (it for it in self.code.nodes if isinstance(it, ast.Call))
        found = ((call, *self._replacing(call)) for call in calls)
        return tuple((call, target, value) for call, target, value in found if target and value is not None)

    def _anything_between(self, call: ast.Call, node: ast.AST) -> bool:
        """Whether anything else is called from here to there, or the assertion does not come after."""
        known = {id(it) for setter, _, _ in self.setters for it in ast.walk(setter)} | {id(it) for it in ast.walk(node)}
        here, there = call.lineno, getattr(node, "lineno", 0)
        calls = (it for it in self.code.nodes if isinstance(it, ast.Call) and id(it) not in known)
        return there <= here or any(here <= it.lineno <= there for it in calls)

    def resolved(self, node: ast.expr) -> ast.expr:
        """What a name stands for, itself where that is not known."""
        node = bare(node)
        return self.code.once.get(node.id, node) if isinstance(node, ast.Name) else node

    def call_of(self, node: ast.expr) -> ast.Call | None:
        """The call that a side of an equality is, or is the name of."""
        found = bare(self.resolved(node))
        return found if isinstance(found, ast.Call) else None

    def same(self, one: ast.expr, other: ast.expr) -> bool:
        """Whether two expressions are one value: equal as they stand, or one the name of the other."""
        return unparsed(one) == unparsed(other) or unparsed(self.resolved(one)) == unparsed(self.resolved(other))

    def told_errors(self) -> Iterator[tuple[ast.AST, dict[str, str]]]:
        """Blocks that demand the error which the mock that they call was told to raise."""
        errors = {path.removesuffix(".side_effect"): value for path, value in self._effects()}
        if not errors:
            return
        for block in (it for it in self.code.nodes if isinstance(it, ast.With | ast.AsyncWith)):
            match block.items, block.body:
                case [ast.withitem(context_expr=ast.Call() as context)], [ast.Expr(value=value)]:
                    call = bare(value)
                    if last_part(context) not in RAISES or not isinstance(call, ast.Call) or not context.args:
                        continue
                    error = errors.get(dotted(call.func))
                    if error is not None and _raised(error) == unparsed(context.args[0]):
                        shown = self.code.side.source(call)
                        told = {
                            "subject": shown,
                            "value": self.code.side.source(error),
                            "name": last(dotted(call.func)),
                        }
                        yield context, {"how": "told", **told}

    def _effects(self) -> Iterator[tuple[str, ast.expr]]:
        for node in self.code.nodes:
            match node:
                case ast.Assign(targets=[ast.Attribute(attr="side_effect") as target], value=value):
                    if dotted(target).partition(".")[0] in self.mocks:
                        yield dotted(target), value

    def patched_equality(self, equality: Equality) -> dict[str, str]:
        """What is known of an equality whose subject is what the test replaced; nothing where it is none."""
        for subject, _ in equality.sides:
            call = self.call_of(subject)
            origin = self.reached(call) if call else ""
            if call is None or not origin:
                continue
            for it in self.replaced:
                if it.target == origin and it.start <= call.lineno <= it.end:
                    shown = self.code.side.source(call)
                    return {"how": "patched", "subject": shown, "target": it.target, "name": last(it.target)}
        return {}

    def reached(self, call: ast.Call) -> str:
        """The dotted origin that a call looks up when it runs: a name that the module imported is bound before."""
        if isinstance(call.func, ast.Name):
            local = any(
                isinstance(it, ast.ImportFrom) and any((a.asname or a.name) == call.func.id for a in it.names)
                for it in self.code.nodes
            )
            return self.origin(call) if local else ""
        name = dotted(call.func)
        first, _, rest = name.partition(".")
        made = self.code.once.get(first)
        if isinstance(made, ast.Call) and is_constructor(made):
            return f"{self.origin(made)}.{rest}"
        return self.origin(call).replace("().", ".")

    @cached_property
    def replaced(self) -> tuple[_Replaced, ...]:
        """What the test replaces by something that does not run it."""
        if any(isinstance(it, ast.Attribute) and it.attr in _UNDONE for it in self.code.nodes):
            return ()
        return tuple(self._replaced())

    def _replaced(self) -> Iterator[_Replaced]:
        function = self.code.function
        last_line = function.end_lineno or function.lineno
        blocks = {
            id(item.context_expr): (node.lineno, node.end_lineno or node.lineno)
            for node in self.code.nodes
            if isinstance(node, ast.With | ast.AsyncWith)
            for item in node.items
        }
        marks = {id(it) for it in function.decorator_list}
        for call in (it for it in self.code.nodes if isinstance(it, ast.Call)):
            target = self.target(call)
            if target:
                at = call.lineno if id(call) not in marks else 0
                start, end = blocks.get(id(call), (at, last_line))
                yield _Replaced(target, start, end)

    def target(self, call: ast.Call) -> str:
        """The dotted origin of what a call replaces by a dummy, "" where it does not, or the original may still run."""
        found, new = self._replacing(call)
        spied = keyword(call, "wraps", "side_effect", "new_callable") is not None
        return "" if spied or not found or (new is not None and not self.is_dummy(new)) else found

    def _replacing(self, call: ast.Call) -> tuple[str, ast.expr | None]:
        """The dotted origin of what a call replaces, "" where it replaces nothing, and by what, where it says so."""
        origin = self.origin(call)
        word, owner = last(origin), origin.rpartition(".")[0]
        first, second = argument(call, 0, "target"), argument(call, 1, "attribute", "name")
        if word == "patch" and ("mock" in owner or owner == "mocker"):
            return text_of(first), argument(call, 1, "new")
        if word == "object" and last(owner) == "patch":
            return self.attribute(first, second), argument(call, 2, "new")
        if "monkeypatch" in owner and word == "setattr":
            text = text_of(first)
            return text or self.attribute(first, second), argument(call, 1) if text else argument(call, 2, "value")
        return "", None

    def attribute(self, owner: ast.expr | None, name: ast.expr | None) -> str:
        """The dotted origin of an attribute that is given by its owner and its name."""
        text = text_of(name)
        source = self.code.side.origin(owner) if owner is not None else ""
        return f"{source}.{text}" if text and source else ""

    def is_dummy(self, new: ast.expr) -> bool:
        """Whether a replacement is a mock or a lambda that gives a written-out value."""
        match new:
            case ast.Lambda(body=body):
                return not any(isinstance(it, ast.Call) for it in ast.walk(body))
            case ast.Call():
                return last_part(new) in _MAKERS and keyword(new, "wraps", "side_effect") is None
            case ast.Name(id=name):
                value = self.code.once.get(name)
                return isinstance(value, ast.Call | ast.Lambda) and self.is_dummy(value)
            case _:
                return False


def _path(target: str) -> str:
    """The path of what a mock answers: "svc.total.return_value.amount" -> "svc.total().amount"."""
    return re.sub(r"\.return_value(?=\.|$)", "()", target)


def _made(name: str, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a mock is told where it is made: `Mock(return_value=3, total=Mock(return_value=4))`."""
    for word in call.keywords:
        if word.arg == "return_value":
            yield f"{name}()", word.value
        elif word.arg and isinstance(word.value, ast.Call) and last_part(word.value) in _MAKERS:
            yield from _made(f"{name}.{word.arg}", word.value)


def _raised(error: ast.expr) -> str:
    return unparsed(error.func) if isinstance(error, ast.Call) else unparsed(error)
