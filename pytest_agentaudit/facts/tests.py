"""The tests of a file, and what each of them demands."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.assertions import assertions
from pytest_agentaudit.facts.bindings import Function, parameters
from pytest_agentaudit.facts.bodies import calls, literals, names, statement_digest
from pytest_agentaudit.facts.cases import Cases, cases
from pytest_agentaudit.facts.collecting import Collecting
from pytest_agentaudit.facts.collector import Collector
from pytest_agentaudit.facts.contracts import imports_alone, is_contract
from pytest_agentaudit.facts.draws import draws
from pytest_agentaudit.facts.listings import listings
from pytest_agentaudit.facts.mocks import mocks
from pytest_agentaudit.facts.model import Assertion, Form, Kind, Skip, TestCase
from pytest_agentaudit.facts.modules import Module, View, is_autouse, is_fixture
from pytest_agentaudit.facts.naming import Naming
from pytest_agentaudit.facts.nodes import below, dotted, is_docstring, last, resolve
from pytest_agentaudit.facts.parse import Parsed, Span
from pytest_agentaudit.facts.scope import HelperLookup
from pytest_agentaudit.facts.scripted import answers_main
from pytest_agentaudit.facts.skips import Marks
from pytest_agentaudit.facts.stretches import may_meet
from pytest_agentaudit.facts.tables import case_tables, has_computed_cases, listing_names
from pytest_agentaudit.facts.walk import statements
from pytest_agentaudit.patterns import regex

__all__ = ["Collecting", "HelperLookup", "test_cases", "test_code"]

TEST_NAME = regex(r"_*tests?(_|[A-Z0-9]|$)\w*|\w+_tests?|it_should_\w+|should_\w+", re.IGNORECASE)
"""Names by which a function reads like a test, collected or not."""

METHOD_NAME = regex(r"_*test(_\w+|$)")
"""The same for methods: other words are common in the names of helpers."""

CHECK_NAME = regex(r"_*(check|verify|spec|scenario|example|xtest|disabled_test|skip_test|broken_test|old_test)(_\w+|$)")
"""Names by which a function without parameters may be meant as a test."""

_BUILT_IN_FIXTURES = frozenset(
    {
        *("tmp_path", "tmpdir", "tmp_path_factory", "tmpdir_factory", "capsys", "capfd", "capsysbinary"),
        *("capfdbinary", "caplog", "monkeypatch", "request", "pytester", "testdir", "recwarn", "cache", "mocker"),
        *("benchmark", "httpx_mock", "event_loop", "client", "db", "settings", "snapshot", "record_property"),
    }
)
_SCAFFOLDS = frozenset(["setUp", "setUpClass", "setup", "setup_method", "setup_class", "asyncSetUp"])
_MODULE_SCAFFOLDS = frozenset(["setUpModule", "setup_module", "setup_function"])


def test_cases(
    parsed: Parsed,
    *,
    path: str,
    settings: Collecting,
    touched: frozenset[int] | None,
    helpers: HelperLookup,
) -> tuple[TestCase, ...]:
    """The tests of a file, and the functions that only look like tests, in the order of the source.

    Those that a line of `touched` meets are read deeply, all of them where it is None. A changed mark of a module or
    class, or a skip in its set-up, touches all tests under it. Fixtures and helpers are no tests.
    """
    lines = None if touched is None else sorted(touched)
    return test_code(Module(parsed, path, helpers), settings, lines, lines)[0]


def test_code(
    module: Module, settings: Collecting, touched: list[int] | None, edited: list[int] | None
) -> tuple[tuple[TestCase, ...], tuple[TestCase, ...]]:
    """The tests of a file as in `test_cases`, and the touched functions beside them: fixtures and helpers.

    Both lists of lines are in order. `edited` are those of them that the change met on this side.
    """
    if module.parsed.tree is None:
        return (), ()
    file = _File(module, settings, touched, edited)
    tests = tuple(file.tests())
    return tests, tuple(file.support(tests))


class _File(Struct, frozen=True, dict=True):
    module: Module
    settings: Collecting
    touched: list[int] | None
    edited: list[int] | None

    def meets(self, first: int, end: int) -> bool:
        """Whether a touched line lies in a range."""
        return may_meet(self.touched, first, end)

    @cached_property
    def marks(self) -> Marks:
        """The reader of marks."""
        return Marks.of(self.module)

    @cached_property
    def collector(self) -> Collector:
        """What pytest makes of the file."""
        return Collector(self.module, self.settings)

    @cached_property
    def is_conftest(self) -> bool:
        """Whether pytest reads the file for its fixtures and hooks only."""
        return self.module.path.rpartition("/")[2] == "conftest.py"

    @cached_property
    def naming(self) -> Naming:
        """Who names which function in this file."""
        return Naming(self.module.parsed)

    def tests(self) -> Iterator[TestCase]:
        """Every test, and what looks like one."""
        if self.is_conftest:
            return
        opted_out = frozenset(self.collector.opted_out_by_name())
        for span in self.module.parsed.definitions():
            node = span.node
            if span.kind is Kind.CLASS or isinstance(node, ast.ClassDef) or not self.is_candidate(span):
                continue
            why = self.collector.why_not(span)
            if not why and span.name in opted_out:
                why = f"{span.name}.__test__ is False"
            test = self.test(span, node, why)
            if test:
                yield test

    def support(self, tests: Iterable[TestCase]) -> Iterator[TestCase]:
        """The touched functions that are no tests: what tests call, fixtures among it."""
        known = {test.line for test in tests}
        for span in self.module.parsed.definitions():
            node = span.node
            if isinstance(node, ast.ClassDef) or span.line in known or not self.meets(span.start_line, span.end_line):
                continue
            yield self.deep(span, node, self.shallow(span, "", ()))

    def is_candidate(self, span: Span) -> bool:
        """Whether a function stands where a test can stand, and is no fixture, property or hook."""
        parent = span.parent
        while parent is not None:
            if parent.kind is not Kind.CLASS:
                return False
            parent = parent.parent
        made = [it.func if isinstance(it, ast.Call) else it for it in span.node.decorator_list]
        marks = {last(dotted(it)) for it in made}
        if marks & {"property", "cached_property", "overload", "contextmanager", "asynccontextmanager", "setter"}:
            return False
        return not span.name.startswith("pytest_") and not any(is_fixture(it, self.module.imports) for it in made)

    def test(self, span: Span, node: Function, why: str) -> TestCase | None:
        """The test at a span; None where it is no test and does not look like one."""
        touched = self.is_touched(span, why)
        called_by = self.naming.called_by(span) if touched and (why or self.is_open(span, node)) else ()
        if why and not self.is_named(span) and (not touched or called_by or not self.may_be_meant(span, node)):
            return None
        found = self.shallow(span, why, called_by)
        if not touched:
            return replace(found, touched=False)
        deep = self.deep(span, node, found)
        if why and not self.settings.is_function(span.name) and not _asserts(node, deep):
            return None
        return deep

    def is_named(self, span: Span) -> bool:
        """Whether a function is named like a test, by the settings or by custom."""
        custom = METHOD_NAME if span.parent is not None else TEST_NAME
        return self.settings.is_function(span.name) or bool(custom.fullmatch(span.name))

    def unknown(self, node: Function) -> list[str]:
        """The parameters that no fixture in reach fills."""
        asked = set(parameters(node)) - _BUILT_IN_FIXTURES - set(self.module.fixtures)
        return [name for name in asked if self.module.lookup.fixture(name, self.module.path) is None]

    def is_open(self, span: Span, node: Function) -> bool:
        """Whether a function asks for more than pytest can give it: somebody else may."""
        is_plain = span.parent is None and not node.decorator_list
        return bool(node.args.vararg or node.args.kwarg or (is_plain and self.unknown(node)))

    def may_be_meant(self, span: Span, node: Function) -> bool:
        """Whether a function of another name could be a test: a check without parameters, or with fixtures only."""
        if span.parent is not None and not CHECK_NAME.fullmatch(span.name):
            return False
        plain = not self.unknown(node) and not node.args.vararg and not node.args.kwarg and not node.args.defaults
        return plain and not span.name.startswith("__") and not self.settings.file(self.module.path)

    def is_touched(self, span: Span, why: str) -> bool:
        """Whether the change met the test, or a mark above it."""
        if self.meets(span.start_line, span.end_line) or any(self.meets(*lines) for lines in self.module_marks):
            return True
        if self.changed_listings and not self.changed_listings.isdisjoint(listing_names(span.node)):
            return True
        owner = span.parent
        while owner is not None:
            first = owner.start_line
            if self.meets(first, owner.line - 1) or (why and may_meet(self.edited, owner.line, owner.line)):
                return True
            if any(self.meets(*lines) for lines in self.class_marks(owner)):
                return True
            owner = owner.parent
        return False

    @cached_property
    def changed_listings(self) -> frozenset[str]:
        """The names of the module level whose collection a touched line meets: the cases of whoever names them."""
        if self.touched is None:
            return frozenset()
        found = listings(self.module.parsed.tree)
        return frozenset(name for name, first, end in found if self.meets(first, end))

    def marks_of(self, owner: ast.ClassDef | ast.Module | None) -> Sequence[ast.expr]:
        """The marks of a whole class or file."""
        if owner is None or not self.has_marks:
            return ()
        if id(owner) not in self.suites:
            self.suites[id(owner)] = tuple(self.marks.of_suite(owner.body))
        return self.suites[id(owner)]

    @cached_property
    def has_marks(self) -> bool:
        """Whether the word for the marks of whole classes and files stands in the file at all."""
        return "pytestmark" in self.module.parsed.text

    @cached_property
    def suites(self) -> dict[int, Sequence[ast.expr]]:
        """The marks of the classes and files asked for so far."""
        return {}

    @cached_property
    def module_marks(self) -> tuple[tuple[int, int], ...]:
        """The lines of what marks or skips the whole file."""
        marks = [(it.lineno, it.end_lineno or it.lineno) for it in self.marks_of(self.module.parsed.tree)]
        return (*marks, *((it.line, it.line) for it in self.module_skips))

    def class_marks(self, owner: Span) -> Iterator[tuple[int, int]]:
        """The lines of what marks or skips a whole class."""
        marks = self.marks_of(owner.node) if isinstance(owner.node, ast.ClassDef) else ()
        yield from ((it.lineno, it.end_lineno or it.lineno) for it in marks)
        yield from ((it.line, it.line) for it in self.scaffold_skips(owner.qualified_name))

    @cached_property
    def module_skips(self) -> tuple[Skip, ...]:
        """The skips of the whole file: its `pytestmark`, calls at import, set-up."""
        marks = self.marks.skips(self.marks_of(self.module.parsed.tree))
        return (*marks, *self.marks.module_body(), *self.scaffold_skips(""))

    def scaffold_skips(self, owner: str) -> Sequence[Skip]:
        """The skips in the set-up of a class, or ("") of the module."""
        return self.scaffolds.get(owner, ())

    @cached_property
    def scaffolds(self) -> dict[str, list[Skip]]:
        """The skips in set-up functions, by class."""
        found: dict[str, list[Skip]] = defaultdict(list)
        for span in self.module.parsed.definitions():
            node = span.node
            where = span.parent.qualified_name if span.parent else ""
            if isinstance(node, ast.ClassDef):
                continue
            sets_up = span.name in (_SCAFFOLDS if where else _MODULE_SCAFFOLDS)
            if sets_up or any(is_autouse(it, self.module.imports) for it in node.decorator_list):
                found[where].extend(self.marks.body(node))
        return found

    def mark_nodes(self, span: Span) -> list[ast.expr]:
        """All decorators that count for a test: its own, its classes', its file's `pytestmark`."""
        found: list[ast.expr] = []
        here: Span | None = span
        while here is not None:
            found.extend(here.node.decorator_list)
            if here is not span and isinstance(here.node, ast.ClassDef):
                found.extend(self.marks_of(here.node))
            here = here.parent
        return [*found, *self.marks_of(self.module.parsed.tree)]

    def shallow(self, span: Span, why: str, called_by: tuple[str, ...]) -> TestCase:
        """What is known of every test."""
        nodes = self.mark_nodes(span)
        table = self.table(nodes)
        marks = (resolve(dotted(it.func if isinstance(it, ast.Call) else it), self.module.imports) for it in nodes)
        return TestCase(
            qualified_name=span.qualified_name,
            start_line=span.start_line,
            line=span.line,
            end_line=span.end_line,
            assertions=(),
            skips=tuple(self.skips(span, nodes, table)),
            mocks=(),
            calls=(),
            cases=table.count,
            rows=table.rows,
            marks=tuple(
                dict.fromkeys(it.removeprefix("pytest.mark.") for it in marks if it.startswith("pytest.mark."))
            ),
            uncollected=why,
            called_by=called_by,
        )

    def table(self, nodes: Iterable[ast.expr]) -> Cases:
        """The parametrised cases."""
        return cases(nodes, self.module.imports, self.module.constants)

    def skips(self, span: Span, nodes: list[ast.expr], table: Cases) -> Iterator[Skip]:
        """The skips on the test, its cases, its class and its file."""
        owners = []
        here = span.parent
        while here is not None:
            owners.append(here.qualified_name)
            here = here.parent
        yield from self.marks.skips(nodes)
        for row, marks in table.marked:
            yield from self.marks.skips(marks, row)
        for owner in owners:
            yield from self.scaffold_skips(owner)
        yield from (it for it in self.module_skips if it.line not in {mark.lineno for mark in nodes})

    def deep(self, span: Span, node: Function, found: TestCase) -> TestCase:
        """What only touched tests are read for."""
        table = self.table(self.mark_nodes(span))
        owner = span.parent.qualified_name if span.parent else ""
        asked = frozenset(parameters(node))
        view = View(self.module, owner, asked)
        measured = "benchmark" in found.marks or "benchmark" in asked
        own = assertions(node, view, table.pinned, span.qualified_name, measured=measured)
        demands = (*(self.as_written(span, it) for it in own), *self.late(span, view))
        body = [it for it in node.body if not is_docstring(it, node)]
        nodes = [it for statement in body for it in below(statement)]
        return replace(
            found,
            assertions=demands,
            skips=(*found.skips, *self.marks.body(node)),
            mocks=tuple(mocks([*nodes, *node.decorator_list], self.module)),
            calls=tuple(calls(nodes)),
            reads=tuple(sorted({*names(nodes), *asked})),
            fingerprint=self.module.parsed.digests.of(node, self.module.imports).fingerprint,
            statements=tuple(statement_digest(it) for statement in body for it in statements(statement)),
            holds=tuple(sorted({*literals([*nodes, *(it for value in table.values for it in below(value))])})),
            tables=tuple(case_tables(node, nodes, self.mark_nodes(span), self.module, {it.line for it in demands})),
            draws=tuple(draws(node.decorator_list, nodes, self.module)),
            contract=all(it.constant for it in demands) and is_contract(self.source(span), body),
            imports_alone=imports_alone(body),
            computed_cases=has_computed_cases(node, {it.line for it in demands}),
            answers_main=answers_main(self.module.parsed.tree, span.qualified_name, demands),
        )

    def as_written(self, span: Span, demand: Assertion) -> Assertion:
        """The test's own demand with its statement's text as it stands, where it is a statement.

        One line without a comment says it by itself; what is laid out over several is read with libcst.
        """
        if demand.form is not Form.ASSERT:
            return demand
        text = self.module.parsed.lone_statement(demand.line, demand.end_line)
        if not text:
            concrete = self.module.parsed.concrete(span)
            text = concrete.text_at(demand.line, demand.end_line) if concrete else ""
        return replace(demand, text=text) if text.startswith("assert") else demand

    def source(self, span: Span) -> str:
        """A definition's lines, comments included."""
        return "\n".join(self.module.parsed.lines[span.piece[0] - 1 : span.piece[1]])

    def late(self, span: Span, view: View) -> Iterator[Assertion]:
        """What fixtures and tear-downs assert after the test."""
        yield from view.late()
        if span.parent is not None:
            yield from self.torn_down(span.parent.qualified_name)

    def torn_down(self, owner: str) -> tuple[Assertion, ...]:
        """What the tear-downs of a class assert."""
        if owner not in self.teardowns:
            found = (self.module.method(owner, name) for name in ("tearDown", "teardown_method", "asyncTearDown"))
            self.teardowns[owner] = tuple(demand for it in found if it for demand in it.assertions)
        return self.teardowns[owner]

    @cached_property
    def teardowns(self) -> dict[str, tuple[Assertion, ...]]:
        """What the tear-downs of the classes asked for so far assert."""
        return {}


def _asserts(node: Function, test: TestCase) -> bool:
    """Whether a function demands something itself: a helper's demands, or those of functions in it, count for names."""
    if CHECK_NAME.fullmatch(node.name) or TEST_NAME.fullmatch(node.name):
        return bool(test.assertions)
    nested = any(isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef) for it in node.body)
    return not nested and any(it.form is not Form.HELPER for it in test.assertions)
