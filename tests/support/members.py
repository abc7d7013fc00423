"""Hand-made tests, demands and definitions, as the collectors would read them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.delta import AssertionPair, TestPair
from pytest_agentaudit.facts.demands import demands
from pytest_agentaudit.facts.model import Assertion, Definition, Form, Kind, Predicate, TestCase


def demand(source: str, line: int = 1, form: Form = Form.ASSERT) -> Assertion:
    """The demand of one `assert`."""
    statement = ast.parse(source).body[0]
    assert isinstance(statement, ast.Assert)
    (found,) = demands(statement.test)
    return found.at(line, line, form, source)


def raises(block: str, expected: str, line: int = 1, match: str = "") -> Assertion:
    """A `pytest.raises` around one statement."""
    text = f"with pytest.raises({expected}): {block}"
    return Assertion(line, line, Form.RAISES, Predicate.EQUALITY, block, expected, text, match=match)


def case(name: str, *statements: str, line: int = 1, rows: Iterable[str] = (), cases: int | None = 1) -> TestCase:
    """A test whose body holds these statements, one a line."""
    nodes = [node for statement in statements for node in ast.walk(ast.parse(statement))]
    at = enumerate(statements, line + 1)
    rows = tuple(rows)
    return TestCase(
        qualified_name=name,
        start_line=line,
        line=line,
        end_line=line + len(statements),
        assertions=tuple(demand(statement, number) for number, statement in at if statement.startswith("assert ")),
        skips=(),
        mocks=(),
        calls=tuple(ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)),
        reads=tuple(sorted({*_names(nodes)})),
        fingerprint="\n".join(statements),
        statements=statements,
        cases=len(rows) or cases,
        rows=rows,
        holds=tuple(sorted({ast.unparse(node) for node in nodes if isinstance(node, ast.Constant)})),
    )


def _names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name


def function(name: str, body: str = "", *parameters: str, line: int = 1, touched: bool = True) -> Definition:
    """A function whose body holds these words."""
    return Definition(
        qualified_name=name,
        kind=Kind.FUNCTION,
        start_line=line,
        line=line,
        end_line=line + 2,
        parameters=parameters,
        signature=f"({', '.join(parameters)})",
        decorators=(),
        fingerprint=body,
        reads=tuple(sorted({*re.findall(r"[a-z_]+", body)})),
        touched=touched,
    )


def placed(path: str, *members: TestCase) -> list[tuple[str, TestCase]]:
    """Tests of one file."""
    return [(path, member) for member in members]


def outline(pairs: Iterable[TestPair]) -> list[tuple[str, str, str]]:
    """How each old test was found again, and under which name."""
    return [
        (pair.how.value, pair.old.qualified_name if pair.old else "", pair.new.qualified_name if pair.new else "")
        for pair in pairs
    ]


def lost(pairs: Iterable[AssertionPair]) -> list[str]:
    """The losses of paired demands, as "old -> new: loss"."""
    return [
        f"{pair.old.text if pair.old else ''} -> {pair.new.text if pair.new else ''}: {pair.loss}"
        for pair in pairs
        if pair.loss
    ]
