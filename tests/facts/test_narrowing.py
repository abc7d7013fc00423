"""Cases that a test no longer runs through."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.narrowing import Narrowing, is_narrower, less_drawn
from tests.support.changes import changed_tests, pair_of
from tests.support.reading import read_one

HEAD = (
    "import pytest\nfrom hypothesis import assume, example, given, settings, strategies as st\n"
    "from shop import refund\n\n\n"
)
TABLE = (
    "@pytest.mark.parametrize(('a', 'b'), [(1, -1), (0, 0), (-5, 5)])\ndef test_it(a, b):\n    assert refund(a) == b\n"
)
DRAWN = "@settings(max_examples=200)\n@given(st.integers())\ndef test_it(a):\n    assert refund(refund(a)) == a\n"


def lost(before: str, after: str) -> list[str]:
    delta = changed_tests(HEAD + before, HEAD + after)
    narrowing = Narrowing(delta)
    return [row for pair in delta.tests for it in narrowing.lost(pair) for row in it.rows]


@pytest.mark.parametrize(
    ("after", "rows"),
    [
        (TABLE.replace(", (-5, 5)", ""), ["(-5, 5)"]),
        (TABLE.replace("(0, 0), (-5, 5)", "(2, -2)"), ["(0, 0)"]),
        (TABLE.replace("(1, -1), (0, 0)", "(0, 0)"), ["(1, -1)"]),
        (TABLE.replace("(-5, 5)", "(-6, 6)"), []),
        (TABLE.replace("(0, 0), (-5, 5)", "(-5, 5), (0, 0)"), []),
        (TABLE.replace("[(1, -1), (0, 0), (-5, 5)]", "rows()"), []),
        ("def test_it():\n    assert refund(1) == -1\n", ["(0, 0)", "(-5, 5)"]),
        (TABLE.replace(", (-5, 5)", "") + "\n\ndef test_five():\n    assert refund(-5) == 5\n", []),
        (TABLE + "\n\ndef test_five():\n    assert refund(5) == -5\n", []),
    ],
)
def test_rows_that_are_nowhere_else_are_lost(after: str, rows: list[str]) -> None:
    assert lost(TABLE, after) == rows


def test_rows_that_were_held_back_are_no_loss() -> None:
    marked = TABLE.replace("(-5, 5)", "pytest.param(-5, 5, marks=pytest.mark.skip)")
    assert lost(marked, TABLE.replace(", (-5, 5)", "")) == []


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (DRAWN.replace("200", "20"), ["max_examples"]),
        (DRAWN.replace("@settings(max_examples=200)\n", ""), ["max_examples"]),
        (DRAWN.replace("200", "2000"), []),
        (DRAWN.replace("integers()", "integers(min_value=0)"), ["0"]),
        (DRAWN.replace("integers()", "integers().filter(bool)"), ["0"]),
        (DRAWN.replace("integers()", "text()"), []),
        (DRAWN.replace("integers()", "just(3)"), ["0"]),
        (DRAWN.replace("    assert", "    assume(a)\n    assert"), ["assume"]),
        (DRAWN.replace("@given", "@example(3)\n@given"), []),
    ],
)
def test_what_hypothesis_draws_less_of(after: str, names: list[str]) -> None:
    assert [it.name for it in less_drawn(pair_of(HEAD + DRAWN, HEAD + after))] == names


@pytest.mark.parametrize(
    ("was", "now", "is_less"),
    [
        ("integers(0, 9)", "integers(0, 3)", True),
        ("integers(0, 9)", "integers(0, 10)", False),
        ("integers(min_value=0, max_value=9)", "integers(min_value=1, max_value=9)", True),
        ("integers(min_value=0, max_value=9)", "integers(min_value=1, max_value=20)", False),
        ("lists(integers(), max_size=9)", "lists(integers(), max_size=1)", True),
        ("lists(integers(), max_size=1)", "lists(integers(), min_size=0, max_size=1)", True),
        ("text().filter(bool)", "text()", False),
        ("sampled_from([1, 2, 3])", "sampled_from([1, 2])", True),
        ("sampled_from([1, 2])", "sampled_from([1, 2, 3])", False),
        ("just(1)", "just(2)", False),
        ("numbers", "just(2)", False),
    ],
)
def test_strategies_that_draw_less(was: str, now: str, *, is_less: bool) -> None:
    assert is_narrower(was, now) is is_less


def test_an_example_that_is_gone() -> None:
    told = DRAWN.replace("@given", "@example(3)\n@given")
    assert [(it.name, it.was) for it in less_drawn(pair_of(HEAD + told, HEAD + DRAWN))] == [("example", "3")]


def test_draws_are_read_where_hypothesis_is_imported() -> None:
    assert ("given.0", "st.integers()") in read_one(HEAD + DRAWN).draws
    assert read_one(DRAWN.replace("@settings(max_examples=200)\n", "")).draws == ()
