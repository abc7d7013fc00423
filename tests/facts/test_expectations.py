"""Demands that expect another value of the same subject."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.expectations import (
    Expectation,
    another_value,
    changed_expectations,
    changed_snapshots,
    grows,
    same_subject,
)
from tests.support.changes import pair_of


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1", "2"),
        ("'a'", "'b'"),
        ("True", "False"),
        ("1", "True"),
        ("None", "0"),
        ("[1, 2]", "[2, 1]"),
        ("{'a': x}", "{'b': x}"),
        ("Money(1, 'EUR')", "Money(2, 'EUR')"),
    ],
)
def test_other_values(old: str, new: str) -> None:
    assert another_value(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1", "1"),
        ("105", "105.0"),
        ("105.0", "100 * 1.05"),
        ("'ab'", "'a' + 'b'"),
        ("{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"),
        ("1", "LIMIT"),
        ("OLD", "NEW"),
        ("f(1)", "g(2)"),
        ("'a", "'b"),
    ],
)
def test_the_same_value_or_one_that_nobody_knows(old: str, new: str) -> None:
    assert not another_value(old, new)


def test_subjects_keep_their_inputs_and_their_shape() -> None:
    assert same_subject("out['a'].total(3)", "result['a'].total(3)")
    assert not same_subject("total(3)", "total(4)")
    assert not same_subject("total(3)", "len(total(3))")
    assert not same_subject("a", "b")


def steps(before: str, after: str) -> list[tuple[str, str]]:
    test = "import pytest\nfrom shop import total\n\n\n{}\n"
    return [(it.was, it.now) for it in changed_expectations(pair_of(test.format(before), test.format(after)))]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("assert total([1]) == 1", "assert total([1]) == 2", [("1", "2")]),
        ("assert total([1]) == 1", "assert total([2]) == 2", []),
        ("assert total([1]) == 1", "assert total([1]) > 0", []),
        ("assert 'a' in total([1])", "assert 'b' in total([1])", [("'a'", "'b'")]),
        ("assert 'a' in total([1])", "assert 'ab' in total([1])", []),
        ("assert not total([1]) == 1", "assert total([1]) == 2", []),
        ("assert isinstance(total([1]), Foo)", "assert isinstance(total([1]), Bar)", [("Foo", "Bar")]),
    ],
)
def test_only_the_expected_side_differs(before: str, after: str, found: list[tuple[str, str]]) -> None:
    assert steps(f"def test_it():\n    {before}", f"def test_it():\n    {after}") == found


def test_rows_with_the_same_inputs() -> None:
    mark = "@pytest.mark.parametrize(('a', 'wanted'), [(1, 2), (3, 4)])"
    table = f"{mark}\ndef test_it(a, wanted):\n    assert total(a) == wanted"
    assert steps(table, table.replace("(3, 4)", "(3, 5)")) == [("4", "5")]
    assert steps(table, table.replace("(3, 4)", "(5, 6)")) == []
    assert steps(table, table.replace("(1, 2), (3, 4)", "(3, 4), (1, 2)")) == []


def test_snapshots_in_the_test() -> None:
    test = "from inline_snapshot import snapshot\n\n\ndef test_it():\n    assert total([1]) == snapshot({})\n"
    assert [(it.was, it.now) for it in changed_snapshots(pair_of(test.format("{1: 2}"), test.format("{1: 3}")))] == [
        ("snapshot({1: 2})", "snapshot({1: 3})")
    ]
    assert changed_snapshots(pair_of(test.format(""), test.format("3"))) == []


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("{'a': 1}", "{'a': 1, 'b': 2}", True),
        ("{'a': {'b': 1}}", "{'a': {'b': 1, 'c': 2}}", True),
        ("{'a': [{'b': 1}]}", "{'a': [{'b': 1, 'c': 2}]}", True),
        ("{'a': [1]}", "{'a': [1, 2]}", False),
        ("{'a': 1}", "{'a': 2, 'b': 2}", False),
        ("{'a': 1, 'b': 2}", "{'a': 1}", False),
        ("[1]", "[1, 2]", False),
        ("{'a': x}", "{'a': x, 'b': 1}", False),
    ],
)
def test_grows(was: str, now: str, *, expected: bool) -> None:
    assert grows(Expectation(1, 1, "f()", was, now, "", "")) is expected
