"""Probes: small changes that tell an old test from a new one."""

from __future__ import annotations

from textwrap import dedent

import pytest

from pytest_agentaudit.facts.mutable import read_source
from pytest_agentaudit.facts.mutants_probing import EACH, MOST, probing_edits
from pytest_agentaudit.mutant import Operator


def probed(text: str, operator: Operator) -> list[str]:
    """The text of a file with one function, under each probe of a kind."""
    source = read_source(dedent(text))
    assert source
    function = source.at("f", 1)
    assert function
    found = [edit for it, edit in probing_edits(source, function) if it is operator]
    assert all(source.edited(function, edit) for edit in found)
    return [f"{source.text[:start]}{new}{source.text[end:]}" for start, end, new in found]


@pytest.mark.parametrize(
    ("operator", "before", "after"),
    [
        (Operator.DEFAULT, "def f(a, b=2): return a\n", ["def f(a, b=2): b = 3 if b == 2 else b; return a\n"]),
        (Operator.DEFAULT, "def f(*, a='x'):\n  if a:\n    g()\n", ["a = \"\" if a == 'x' else a\n  if a:"]),
        (Operator.DEFAULT, "def f(a=None, b=1.5): pass\n", ["b = 2.5 if b == 1.5 else b; pass"]),
        (Operator.EMPTY, "def f(a): return a + a\n", ["return __another__(a + a, 'empty')"]),
        (Operator.ORDER, "def f(a): return a, a\n", ["return __another__((a, a), 'order')"]),
        (Operator.ITEM, "def f(a): return g(a)\n", ["__another__(g(a), 0)", "__another__(g(a), -1)"]),
        (Operator.ITEM, "def f(a): return {'x': 1, 'y': a}\n", ["'y': a}, 0)", "'y': a}, 1)"]),
        (Operator.CALL, "def f(a): return a.split()\n", ['return a.split(" ")']),
        (Operator.CALL, "def f(a): return a.strip().lower()\n", ["return a.strip()\n", "return a.rstrip().lower()"]),
        (Operator.CALL, "def f(a): return sorted(a)\n", ["return list(a)"]),
        (Operator.CALL, "def f(a): return sorted(a, key=g), a.split(','), max(a, 1)\n", []),
        (Operator.OPERAND, "def f(a, b): return (a + b) % (b or 1)\n", ["return (a + b)\n", "return (a) % (b or 1)"]),
        (Operator.OPERAND, "def f(a): return '%s' % a\n", []),
        (Operator.ARGUMENT, "def f(a): a.send(1, to=a)\n", ["send(__another__(1), to=a)", "to=__another__(a))"]),
        (Operator.MESSAGE, "def f(a): raise ValueError(f'no {a}')\n", ['raise ValueError("")']),
    ],
)
def test_a_kind(operator: Operator, before: str, after: list[str]) -> None:
    found = probed(before, operator)
    assert len(found) == len(after)
    assert all(text in one for one, text in zip(found, after, strict=True)), found


def test_not_too_many() -> None:
    source = read_source("def f(a, b=1, c=2, d=3, e=4):\n" + "    b = a + 1 if a == 2 else a.strip()\n" * 20)
    assert source
    function = source.at("f", 1)
    assert function
    kinds = [operator for operator, _ in probing_edits(source, function)]
    assert len(kinds) <= MOST
    assert kinds.count(Operator.DEFAULT) == EACH


def test_what_a_function_shows_of_itself_is_left_alone() -> None:
    source = read_source("def __repr__(self, a=1):\n    return str(a)\n")
    assert source
    function = source.at("__repr__", 1)
    assert function
    assert probing_edits(source, function) == ()
