"""Which expressions are decided before anything is asked."""

from __future__ import annotations

import ast

import pytest

from pytest_agentaudit.facts.folding import truth, why_true
from pytest_agentaudit.facts.kinds.tests import ALWAYS_TRUE, ITSELF, TUPLE


def expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    "source",
    [
        "True",
        "1",
        "'text'",
        "f'got {x}'",
        "(a, 'message')",
        "[a]",
        "{'a': b}",
        "x or True",
        "not False",
        "not None",
        "x or not x",
        "a == b or a != b",
        "1 + 1 == 2",
        "2 ** 3 == 8.0",
        "'a' in 'abc'",
        "3 in (1, 2, 3)",
        "len(x) >= 0",
        "len(x) > -1",
        "0 <= len(x)",
        "isinstance(x, object)",
        "isinstance('a', str)",
        "1 if True else x",
        "1 if x else 2",
        "bool(1)",
        "(x := 1)",
        "[] is not None",
        "(item for item in items)",
        "lambda: False",
        "x == x",
        "x is x",
        "x <= x",
        "1 < 2 < 3",
        "None is None",
    ],
)
def test_always_true(source: str) -> None:
    assert truth(expression(source), {}) is True


@pytest.mark.parametrize(
    "source",
    ["False", "0", "''", "[]", "None", "not True", "x and False", "1 == 2", "1 > 2", "'a' not in 'abc'", "1 is None"],
)
def test_always_false(source: str) -> None:
    assert truth(expression(source), {}) is False


@pytest.mark.parametrize(
    "source",
    [
        "x",
        "f()",
        "x == 1",
        "x or y",
        "f() == f()",
        "x.a == x.a",
        "x != x",
        "x < x",
        "len(x) > 0",
        "len(x) >= 1",
        "abs(x) >= 0 or y",
        "f() or not f()",
        "[*items]",
        "{**items}",
        "f'{x}'",
        "isinstance(x, int)",
        "x if y else z",
        "not_called()",
        "'a' < 1",
        "1 <= x",
        "10 ** 10 ** 10 == x",
        "'a' * 10 ** 9",
    ],
)
def test_undecided(source: str) -> None:
    assert truth(expression(source), {}) is None


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("(a == 1, 'message')", TUPLE),
        ("()", ""),
        ("x == x", ITSELF),
        ("x == x == y", ""),
        ("True", ALWAYS_TRUE),
        ("x", ""),
    ],
)
def test_the_reason(source: str, why: str) -> None:
    assert why_true(expression(source), {}) == why


@pytest.mark.parametrize(
    ("source", "why"),
    [("done", ALWAYS_TRUE), ("done is True", ALWAYS_TRUE), ("len(done) > 0", ""), ("done or x", ""), ("other", "")],
)
def test_names_of_literals_count_only_where_they_are_asserted_themselves(source: str, why: str) -> None:
    assert why_true(expression(source), {"done": ast.Constant(value=True)}) == why
