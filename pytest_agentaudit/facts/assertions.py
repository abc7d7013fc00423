"""The demands that a function makes, in the order of its source, helpers followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.facts.bindings import Bindings, Function, bindings
from pytest_agentaudit.facts.calls import (
    RAISING,
    asserting_call,
    raised,
    raised_call,
    runs_code,
    unread_helper,
)
from pytest_agentaudit.facts.demands import Demand, demands
from pytest_agentaudit.facts.docexamples import examples
from pytest_agentaudit.facts.folding import truth
from pytest_agentaudit.facts.hollow import COMPARES_BY_DESIGN, compares_itself, idle
from pytest_agentaudit.facts.kinds.tests import ALWAYS_TRUE, ITSELF, NOT_ASSERTED, NOT_AWAITED, TUPLE
from pytest_agentaudit.facts.model import Assertion, Form, Predicate
from pytest_agentaudit.facts.nodes import (
    LONGEST,
    below,
    calls_in,
    dotted,
    keyword,
    last,
    last_part,
    normal,
    resolve,
    root,
    unparsed,
)
from pytest_agentaudit.facts.scope import Helper, Scope, followed
from pytest_agentaudit.facts.walk import SUITES
from pytest_agentaudit.patterns import regex

_FAILING = frozenset({"pytest.fail", "pytest.fail.Exception", "_pytest.outcomes.fail", "self.fail", "AssertionError"})
_ASSERTING_CLASS = regex(r"\w*(Assert|Expect|Verif|Checker)\w*")
_CAUGHT = regex(r"(?:str\(|repr\()?(\w+)\.(value|exception|match|exc)\b")
_GUARDS = regex(r"(?i)raises|warn|suppress|error|fail|expect|assert")


class _Place(Struct):
    """Where the reader stands: inside a nested function, a block that guards against exceptions, which branch."""

    nested: bool = False
    guarded: bool = False
    failing: Demand | None = None


class _Reader(Struct):
    function: Function
    scope: Scope
    known: Bindings
    compares: bool
    measured: bool
    asynchronous: frozenset[str]
    local: frozenset[str]
    found: list[Assertion] = field(default_factory=list)
    caught: dict[str, int] = field(default_factory=dict)
    checkers: set[str] = field(default_factory=set)

    def suite(self, statements: Iterable[ast.stmt], place: _Place) -> None:
        """Read a suite up to the statement that leaves it."""
        for statement in statements:
            self.statement(statement, place)
            if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
                return

    def statement(self, node: ast.stmt, place: _Place) -> None:
        """Read one statement."""
        match node:
            case ast.Assert():
                self.assertion(node, place)
            case ast.Expr(value=value):
                self.expression(value, node, place)
            case ast.Return(value=ast.expr() as value):
                self.returned(value, node, place)
            case ast.Raise():
                self.raising(node, place)
            case _ if node.__class__ in SUITES:
                self.compound(node, place)
            case _:
                self.calls(node, node, place)

    def compound(self, node: ast.stmt, place: _Place) -> None:
        """Read a statement that holds others."""
        match node:
            case ast.If():
                self.branch(node, place)
            case ast.For(iter=head) | ast.AsyncFor(iter=head) | ast.While(test=head):
                self.loop(node, head, place, dead=truth(head, {}) is False)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                self.block(node, items, place)
            case ast.Try() | ast.TryStar():
                self.attempt(node, place)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self.suite(node.body, replace(place, nested=True, failing=None))
            case ast.Match(cases=cases):
                for case in cases:
                    self.suite(case.body, place)

    def add(self, demand: Demand, node: ast.AST, form: Form, shown: ast.AST | None = None) -> None:
        """Take a demand down with its place; `shown` is what its text says, the node itself by default."""
        line = getattr(node, "lineno", 1)
        end = getattr(node, "end_lineno", None) or line
        self.found.append(demand.at(line, end, form, self.scope.source(shown or node)))

    def assertion(self, node: ast.Assert, place: _Place) -> None:
        """An `assert` statement."""
        if truth(node.test, self.known.constants) is False:
            self.add(self.failure(place), node, Form.FAIL)
            return
        for demand in demands(node.test, self.known):
            why = demand.constant or self.unawaited(node.test)
            if why and self.is_meant(why, place):
                if why in {ALWAYS_TRUE, TUPLE}:
                    continue
                why = ""
            self.add(replace(demand, constant=why), node, Form.ASSERT)
            self.note_message(demand)

    def is_meant(self, why: str, place: _Place) -> bool:
        """Whether an assertion that cannot fail is data of the test, or a test of comparing itself."""
        return place.nested or place.guarded or (why == ITSELF and self.compares)

    def unawaited(self, test: ast.expr) -> str:
        """Whether the truth of a coroutine is asserted: one of an `async def` that stands in reach."""
        if not isinstance(test, ast.Call) or last_part(test) in {"any", "all"}:
            return ""
        name = dotted(test.func)
        if name in self.asynchronous:
            return NOT_AWAITED
        if not isinstance(self.function, ast.AsyncFunctionDef) or not name or "()" in name:
            return ""
        return NOT_AWAITED if self.scope.is_async(name) else ""

    def note_message(self, demand: Demand) -> None:
        """`str(caught.value) == "..."` pins the message of the exception that was caught before."""
        name = _CAUGHT.match(demand.subject) if self.caught else None
        index = self.caught.get(name[1]) if name else None
        if index is not None and not self.found[index].match:
            self.found[index] = replace(self.found[index], match=demand.expected or demand.subject)

    def failure(self, place: _Place) -> Demand:
        """What reaching this place would mean: the demand of the branch that leads here."""
        return place.failing or Demand(Predicate.TRUTH, "")

    def expression(self, value: ast.expr, node: ast.stmt, place: _Place) -> None:
        """A statement that is only an expression."""
        why = "" if place.nested or place.guarded or self.measured else idle(value, self.known)
        if why:
            for demand in demands(value, self.known):
                self.add(replace(demand, constant=why), node, Form.MOCK if why != NOT_ASSERTED else Form.ASSERT)
            return
        self.calls(value, node, place)

    def returned(self, value: ast.expr, node: ast.stmt, place: _Place) -> None:
        """A returned comparison is lost on pytest."""
        if idle(value, self.known) == NOT_ASSERTED and not place.nested and self.function.name.startswith("test"):
            for demand in demands(value, self.known):
                self.add(replace(demand, constant=NOT_ASSERTED), node, Form.ASSERT)
            return
        self.calls(value, node, place)

    def raising(self, node: ast.Raise, place: _Place) -> None:
        """`raise AssertionError(...)` fails the test."""
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        if resolve(dotted(error), self.scope.imports) in _FAILING:
            self.add(self.failure(place), node, Form.FAIL)
        elif node.exc is not None:
            self.calls(node.exc, node, place)

    def branch(self, node: ast.If, place: _Place) -> None:
        """A branch: failing in it demands the opposite of its condition."""
        start = len(self.found)
        self.calls(node.test, node, place)
        decided = truth(node.test, {})
        if decided is not False:
            opposite = next(demands(ast.UnaryOp(ast.Not(), node.test), self.known))
            self.suite(node.body, replace(place, failing=replace(opposite, constant="")))
        if decided is not True:
            same = next(demands(node.test, self.known))
            self.suite(node.orelse, replace(place, failing=replace(same, constant="")))
        self.drop_decoration(start)

    def drop_decoration(self, start: int) -> None:
        """`assert True` in one branch decorates the failure in the other: that one is the assertion."""
        inside = self.found[start:]
        if any(it.form is Form.FAIL for it in inside):
            self.found[start:] = [it for it in inside if it.constant != ALWAYS_TRUE]

    def loop(self, node: ast.For | ast.AsyncFor | ast.While, head: ast.expr, place: _Place, *, dead: bool) -> None:
        """A loop; one over nothing is not read."""
        self.calls(head, node, place)
        if not dead:
            self.suite(node.body, place)
        self.suite(node.orelse, place)

    def block(self, node: ast.With | ast.AsyncWith, items: Sequence[ast.withitem], place: _Place) -> None:
        """A `with` statement: what it demands of its block, then what the block demands."""
        subject = self.summary(node.body)
        guarded = place.guarded
        for item in items:
            context = item.context_expr
            if isinstance(context, ast.Call) and self.is_raising(context):
                expected, match = raised(context, self.known)
                if isinstance(item.optional_vars, ast.Name):
                    self.caught[item.optional_vars.id] = len(self.found)
                self.add(Demand(Predicate.TYPE, subject, expected, match=match), context, Form.RAISES)
            elif isinstance(context, ast.Name) and _GUARDS.search(context.id):
                self.add(Demand(Predicate.TYPE, subject, context.id), context, Form.RAISES)
            else:
                self.calls(context, context, place)
                self.note_checker(item)
            callee = context.func if isinstance(context, ast.Call) else context
            guarded = guarded or bool(_GUARDS.search(last(dotted(callee)) or ""))
        self.suite(node.body, replace(place, guarded=guarded))

    def note_checker(self, item: ast.withitem) -> None:
        """`with MCPAssertions(client) as mcp`: what is called on it asserts."""
        made, name = item.context_expr, item.optional_vars
        if isinstance(made, ast.Call) and isinstance(name, ast.Name) and _ASSERTING_CLASS.fullmatch(last_part(made)):
            self.checkers.add(name.id)

    def is_raising(self, call: ast.Call) -> bool:
        """Whether a call demands an exception or a warning. A project's own helper of such a name is followed."""
        name = last_part(call)
        if name not in RAISING or (name == "Raises" and not call.args):
            return False
        own = self.scope.helper(dotted(call.func)) if name not in self.local else None
        return own is None or not own.assertions

    def summary(self, statements: Sequence[ast.stmt]) -> str:
        """The source of a block: its one expression where it has only one."""
        match statements:
            case [ast.Expr(value=value)] | [ast.Assign(targets=[ast.Name()], value=value)]:
                return normal(value, self.known.values)
            case _:
                return "; ".join(unparsed(statement) for statement in statements)[:LONGEST]

    def attempt(self, node: ast.Try | ast.TryStar, place: _Place) -> None:
        """try/except: failing behind the call demands its exception, failing in a handler that there is none."""
        start = len(self.found)
        types = ", ".join(unparsed(handler.type) for handler in node.handlers if handler.type) or "Exception"
        body = [it for it in node.body if not self.fails(it)]
        subject = self.summary(body)
        raises = Demand(Predicate.TYPE, subject, types) if node.handlers else place.failing
        self.suite(node.body, replace(place, guarded=place.guarded or bool(node.handlers), failing=raises))
        for handler in node.handlers:
            self.suite(handler.body, replace(place, failing=Demand(Predicate.TRUTH, subject, negated=True)))
        self.suite(node.orelse, replace(place, failing=raises))
        self.suite(node.finalbody, place)
        self.drop_decoration(start)

    def fails(self, node: ast.stmt) -> bool:
        """Whether a statement does nothing but fail the test."""
        match node:
            case ast.Assert(test=test):
                return truth(test, {}) is False
            case ast.Raise(exc=ast.Call(func=func)) | ast.Expr(value=ast.Call(func=func)):
                return resolve(dotted(func), self.scope.imports) in _FAILING
            case _:
                return False

    def calls(self, node: ast.AST, at: ast.AST, place: _Place) -> None:
        """Every call in an expression or plain statement that asserts."""
        for call in calls_in(node):
            if self.checkers and root(call.func) in self.checkers:
                self.add(Demand(Predicate.TRUTH, self.scope.source(call)), at, Form.HELPER, call)
            else:
                self.call(call, at, place)

    def call(self, call: ast.Call, at: ast.AST, place: _Place) -> None:
        """One call: well known, followed, or taken at its name."""
        name = dotted(call.func)
        origin = resolve(name, self.scope.imports)
        if origin in _FAILING and origin != "AssertionError":
            self.add(self.failure(place), call, Form.FAIL)
            return
        if self.is_raising(call):
            self.raises_call(call, origin, at)
            return
        if self.silent_filter(call, origin):
            self.add(Demand(Predicate.TYPE, "warnings", "error", negated=True), at, Form.RAISES, call)
            return
        known = asserting_call(call, origin, self.known)
        helper = None if known and known.form is not Form.HELPER else self.scope.helper(name) if name else None
        if known and not (helper and helper.assertions):
            for demand in known.demands:
                if not demand.constant or not self.is_meant(demand.constant, place):
                    self.add(demand, at, known.form, call)
            return
        if helper is not None:
            self.follow(call, helper, at)
        elif name.partition(".")[0] not in self.local and self.is_statement(call, at):
            unread = unread_helper(call, self.known) or runs_code(call, self.known)
            for demand in unread.demands if unread else ():
                self.add(replace(demand, constant=""), at, Form.HELPER, call)
        self.handed_over(call, at, place)

    def is_statement(self, call: ast.Call, at: ast.AST) -> bool:
        """Whether nothing is done with the result: a helper that asserts gives none."""
        value = at.value if isinstance(at, ast.Expr) else at
        value = value.value if isinstance(value, ast.Await | ast.YieldFrom) else value
        return value is call or last_part(call).startswith(("assert", "_assert"))

    def silent_filter(self, call: ast.Call, origin: str) -> bool:
        """`warnings.simplefilter("error")`: no warning may come."""
        first = call.args[0] if call.args else None
        return last(origin) in {"simplefilter", "filterwarnings"} and (
            isinstance(first, ast.Constant) and first.value == "error"
        )

    def raises_call(self, call: ast.Call, origin: str, at: ast.AST) -> None:
        """`pytest.raises(E, f, 1)` calls f(1) itself; without a function it only makes a context."""
        given = raised_call(call)
        if not given and not origin.startswith(("self.", "pytest.")):
            return
        expected, match = raised(call, self.known)
        inner = (
            ast.Call(given[0], list(given[1:]), [word for word in call.keywords if word.arg != "match"])
            if given
            else call
        )
        self.add(Demand(Predicate.TYPE, normal(inner, self.known.values), expected, match=match), at, Form.RAISES, call)

    def follow(self, call: ast.Call, helper: Helper, at: ast.AST) -> None:
        """Take down what a helper demands at this call of it."""
        line = getattr(at, "lineno", call.lineno)
        end = getattr(at, "end_lineno", None) or line
        self.found.extend(followed(helper, call, line, end, self.scope.source(call)))

    def handed_over(self, call: ast.Call, at: ast.AST, place: _Place) -> None:
        """What is handed to what will call it: a helper (`run(check)`), a trap (`lambda: pytest.fail()`)."""
        trap = keyword(call, "side_effect")
        if trap is not None and root(trap) == "AssertionError":
            self.add(Demand(Predicate.TRUTH, self.summary([ast.Expr(call)]), negated=True), at, Form.FAIL, call)
        for value in (*call.args, *(word.value for word in call.keywords)):
            if isinstance(value, ast.Lambda):
                self.calls(value.body, at, replace(place, nested=True, failing=None))
            helper = self.scope.helper(value.id) if isinstance(value, ast.Name) and value.id not in self.local else None
            if helper and helper.assertions:
                self.found.extend(
                    followed(helper, ast.Call(value, [], []), call.lineno, call.lineno, self.scope.source(at))
                )


def assertions(
    function: Function, scope: Scope, cases: frozenset[str] = frozenset(), name: str = "", *, measured: bool = False
) -> tuple[Assertion, ...]:
    """What a function demands.

    `cases` are its parametrised arguments that are written out, `name` its qualified name, `measured` is true for a
    benchmark: it may compare without asserting.
    """
    nodes = below(function)
    nested = [it for it in nodes[1:] if isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef)]
    reader = _Reader(
        function,
        scope,
        bindings(function, nodes, cases),
        compares=bool(COMPARES_BY_DESIGN.search(name or function.name)) or compares_itself(nodes),
        measured=measured,
        asynchronous=frozenset(it.name for it in nested if isinstance(it, ast.AsyncFunctionDef)),
        local=frozenset(it.name for it in nested),
    )
    reader.suite(function.body, _Place())
    return (*reader.found, *examples(function))
