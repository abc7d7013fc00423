"""Skips and xfails of a test: marks on it, its class and its module, marks of single cases, calls in bodies."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.bindings import Function, parameters
from pytest_agentaudit.facts.conditions import (
    ANY_ERROR,
    Surroundings,
    condition,
    handler_condition,
    is_feature,
    opposite,
    tells_apart,
    with_reason,
    within,
)
from pytest_agentaudit.facts.model import Condition, Skip
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.nodes import argument, below, dotted, keyword, last, resolve, text_of
from pytest_agentaudit.facts.walk import SUITES
from pytest_agentaudit.patterns import regex

_NAMED = regex(
    r"_*(skip|xfail|requires?|needs?|only|not_on|no|unless|ignore)_\w+|\w+_(only|required|skip|needed)|skip_?(if|unless|on)\w*"
    r"|(skip|xfail|requires?|needs?)[A-Z]\w*",
    re.IGNORECASE,
)
_SKIP_CALLS = frozenset(
    {"pytest.skip", "_pytest.outcomes.skip", "self.skipTest", "cls.skipTest", "pytest.skip.Exception"}
)
_WORDS = ("skip", "xfail")
"""One of them stands in the origin of whatever skips a test, whichever case its letters have."""
_SKIP_ERRORS = frozenset(
    {"unittest.SkipTest", "unittest.case.SkipTest", "SkipTest", "pytest.skip.Exception", "nose.SkipTest"}
)


def surroundings(module: Module) -> Surroundings:
    """What the names of a module's marks mean."""
    local = frozenset(span.name for span in module.parsed.definitions() if span.parent is None)
    return Surroundings(
        module.imports, module.constants, module.parsed.import_flags, local=local, features=_features(module)
    )


def _features(module: Module) -> frozenset[str]:
    """The functions of a module that are given nothing and only say whether something has a feature."""
    plain = (span for span in module.parsed.definitions() if span.parent is None)
    return frozenset(span.name for span in plain if not isinstance(span.node, ast.ClassDef) and is_feature(span.node))


class Marks(Struct, frozen=True, dict=True):
    """Reads the marks of one module."""

    module: Module
    around: Surroundings

    @classmethod
    def of(cls, module: Module) -> Marks:
        """The reader for a module."""
        return cls(module, surroundings(module))

    def skips(self, marks: Iterable[ast.expr], row: str = "") -> Iterator[Skip]:
        """The skips and xfails among marks; `row` is the case that they stand on ("": the whole test)."""
        for mark in marks:
            found = self.skip(mark)
            if found:
                yield replace(found, row=row)

    def skip(self, mark: ast.expr) -> Skip | None:
        """The skip or xfail that a mark is, aliases of the module followed."""
        given = self.module.constants.get(mark.id, mark) if isinstance(mark, ast.Name) else mark
        name = resolve(dotted(given.func if isinstance(given, ast.Call) else given), self.around.imports)
        call = given if isinstance(given, ast.Call) else ast.Call(given, [], [])
        found = self.known(name, call) or self.by_name(name)
        if found is None:
            return None
        word, when = found
        reason = text_of(keyword(call, "reason", "msg")) or _last_text(call)
        return Skip(
            word=word,
            line=mark.lineno,
            condition=with_reason(when, reason, []),
            reason=reason,
            text=self.module.parsed.source(mark),
            strict=_is_true(keyword(call, "strict")),
        )

    def known(self, name: str, call: ast.Call) -> tuple[str, Condition] | None:
        """Pytest's and unittest's own marks."""
        match name:
            case "pytest.mark.skip" | "unittest.skip":
                return "skip", Condition.ALWAYS
            case "pytest.mark.skipif" | "unittest.skipIf" | "unittest.skipUnless" | "unittest.case.skipUnless":
                return "skip", self.when(call, negate=name.endswith("Unless"))
            case "pytest.mark.xfail":
                return "xfail", self.when(call)
            case "unittest.expectedFailure":
                return "xfail", Condition.ALWAYS
            case _:
                return None

    def when(self, call: ast.Call, *, negate: bool = False) -> Condition:
        """When one of a mark's conditions holds: all that are given, else always."""
        given = [*call.args, *(word.value for word in call.keywords if word.arg == "condition")]
        if negate or resolve(dotted(call.func), self.around.imports).startswith("unittest"):
            given = given[:1]
        found = [condition(it, self.around) for it in given]
        if not found:
            return Condition.ALWAYS
        if negate:
            found = [opposite(it) for it in found]
        order = (Condition.ALWAYS, Condition.RESULT, Condition.UNKNOWN, Condition.ENVIRONMENT, Condition.NEVER)
        return next(kind for kind in order if kind in found)

    def by_name(self, name: str) -> tuple[str, Condition] | None:
        """A decorator that is defined elsewhere and says by its name that it skips."""
        bare = last(name)
        if name.startswith("pytest.mark.") or not bare or not _NAMED.fullmatch(bare):
            return None
        word = "xfail" if "xfail" in bare.lower() else "skip"
        plain = bare.lower() in {
            "skip_test",
            "skip_this",
            "skip_all",
            "skip_always",
            "skip_for_now",
            "skip_temporarily",
        }
        return word, Condition.ALWAYS if plain else Condition.ENVIRONMENT

    def of_suite(self, body: Sequence[ast.stmt]) -> Iterator[ast.expr]:
        """The marks in a module's or class's `pytestmark`."""
        for node in body:
            match node:
                case (
                    ast.Assign(targets=[ast.Name(id="pytestmark")], value=value)
                    | ast.AnnAssign(target=ast.Name(id="pytestmark"), value=ast.expr() as value)
                ):
                    yield from value.elts if isinstance(value, ast.List | ast.Tuple) else [value]

    def body(self, function: Function) -> Iterator[Skip]:
        """The skips that a function's body calls or raises."""
        if not self.may_skip(function):
            return
        given = frozenset({*parameters(function), "self", "cls"})
        around = replace(self.around, given=given, in_body=True)
        yield from _Body(self, within(function.body, around)).suite(function.body, Condition.ALWAYS, [])

    def may_skip(self, function: Function) -> bool:
        """Whether one of the words that skip stands in a function, or a name for one: few functions are worth more."""
        parsed = self.module.parsed
        if parsed.numbers:
            return True
        source = "\n".join(parsed.lines[function.lineno - 1 : function.end_lineno]).lower()
        return any(word in source for word in (*_WORDS, *self.aliases))

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """What the module calls that which skips, where the name itself does not say it."""
        origins = self.around.imports.items()
        return tuple(name.lower() for name, origin in origins if any(word in origin.lower() for word in _WORDS))

    def module_body(self) -> Iterator[Skip]:
        """The skips that importing the module raises."""
        body = self.module.parsed.tree.body if self.module.parsed.tree else []
        plain = [it for it in body if not isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
        yield from _Body(self, self.around).suite(plain, Condition.ALWAYS, [])


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _last_text(call: ast.Call) -> str:
    return next(filter(None, (text_of(value) for value in reversed(call.args))), "")


class _Body(Struct, frozen=True):
    """Follows a body's branches to the places where it skips."""

    marks: Marks
    around: Surroundings

    def suite(self, body: Sequence[ast.stmt], when: Condition, tests: list[ast.expr]) -> Iterator[Skip]:
        """The skips of a suite that is reached `when`; `tests` are the conditions that lead there."""
        for node in body:
            yield from self.statement(node, when, tests)
            if isinstance(node, ast.Return) and when is Condition.ALWAYS:
                return

    def statement(self, node: ast.stmt, when: Condition, tests: list[ast.expr]) -> Iterator[Skip]:
        """The skips of one statement."""
        match node:
            case ast.If(test=test):
                found = condition(test, self.around)
                if found is Condition.RESULT and tells_apart(test) and _fails(node.orelse):
                    found = Condition.ENVIRONMENT
                yield from self.suite(node.body, _both(when, found), [*tests, test])
                yield from self.suite(node.orelse, _both(when, opposite(found)), [*tests, test])
            case ast.Try() | ast.TryStar():
                yield from self.attempt(node, when, tests)
            case ast.For() | ast.AsyncFor() | ast.While():
                inner = Condition.RESULT if self.around.in_body else Condition.UNKNOWN
                yield from self.suite([*node.body, *node.orelse], _both(when, inner), tests)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                if not any(_catches(item.context_expr) for item in items):
                    yield from self.suite(node.body, when, tests)
            case ast.Match(cases=cases):
                for case in cases:
                    yield from self.suite(case.body, _both(when, Condition.RESULT), tests)
            case _ if node.__class__ not in SUITES:
                yield from self.leaf(node, when, tests)

    def attempt(self, node: ast.Try | ast.TryStar, when: Condition, tests: list[ast.expr]) -> Iterator[Skip]:
        """The skips of a `try`; one that its own handler catches is data of the test."""
        if not any(handler.type is not None and _catches(handler.type) for handler in node.handlers):
            yield from self.suite(node.body, when, tests)
        for handler in node.handlers:
            reached = _both(when, handler_condition(handler, node.body, self.around.local))
            broad = handler.type is None or ast.unparse(handler.type) in ANY_ERROR
            caught = [handler.type or ast.Name("BaseException")] if broad else []
            yield from self.suite(handler.body, reached, [*tests, *caught])
        well = _both(when, Condition.RESULT) if node.handlers else when
        yield from self.suite(node.orelse, well, tests)
        yield from self.suite(node.finalbody, when, tests)

    def leaf(self, node: ast.stmt, when: Condition, tests: list[ast.expr]) -> Iterator[Skip]:
        """A plain statement that skips."""
        if isinstance(node, ast.Raise):
            error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            if resolve(dotted(error), self.around.imports) in _SKIP_ERRORS:
                reason = _last_text(node.exc) if isinstance(node.exc, ast.Call) else ""
                yield self.made("skip", node, with_reason(when, reason, tests), reason)
            return
        for call in (it for it in below(node) if isinstance(it, ast.Call)):
            origin = resolve(dotted(call.func), self.around.imports)
            reason = text_of(argument(call, 0, "reason", "msg"))
            if origin in _SKIP_CALLS:
                yield self.made("skip", node, with_reason(when, reason, tests), reason)
            elif origin in {"pytest.xfail", "_pytest.outcomes.xfail"}:
                yield self.made("xfail", node, with_reason(when, reason, tests), reason)
            elif last(origin) == "importorskip":
                yield self.made("skip", node, _both(when, self.importing(call, reason)), reason)

    def importing(self, call: ast.Call, module: str) -> Condition:
        """A missing module of others is a matter of the machine; one of the own project is what is under test."""
        ours = self.marks.module.lookup.is_first_party(module, self.marks.module.path)
        found = Condition.RESULT if ours else Condition.ENVIRONMENT
        return with_reason(found, text_of(keyword(call, "reason")), [])

    def made(self, word: str, node: ast.stmt, when: Condition, reason: str) -> Skip:
        """A skip at a statement."""
        return Skip(word, node.lineno, when, reason, self.marks.module.parsed.source(node))


def _fails(suite: Sequence[ast.stmt]) -> bool:
    """Whether a suite ends with a failure of the test."""
    match suite:
        case [*_, ast.Raise()]:
            return True
        case [*_, ast.Expr(value=ast.Call(func=func))]:
            return dotted(func) in {"pytest.fail", "self.fail"}
    return False


def _catches(node: ast.expr) -> bool:
    """Whether a context manager or an exception type catches pytest's own skip."""
    source = ast.unparse(node)
    return bool(re.search(r"\braises\(|skip\.Exception|\bSkipped\b|SkipTest|BaseException", source))


def _both(outer: Condition, inner: Condition) -> Condition:
    """When a place inside a branch is reached: the more particular of both."""
    if Condition.NEVER in {outer, inner}:
        return Condition.NEVER
    order = (Condition.ENVIRONMENT, Condition.RESULT, Condition.UNKNOWN, Condition.ALWAYS)
    return next(kind for kind in order if kind in {outer, inner})
