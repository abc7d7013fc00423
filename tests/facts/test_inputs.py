"""Inputs that were made easier while what is expected stayed."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.inputs import eased_inputs
from tests.support.changes import pair_of


def eased(before: str, after: str) -> list[tuple[str, str]]:
    test = "import pytest\nfrom shop import tidy\n\n\ndef test_it():\n    {}\n"
    return [(it.was, it.now) for it in eased_inputs(pair_of(test.format(before), test.format(after)))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[3, 1, 2]", "[1, 2, 3]"),
        ("[1, 2, 3]", "[1]"),
        ("[1]", "[]"),
        ("{'a': 1, 'b': 2}", "{'a': 1}"),
        ("'a/../b'", "'ab'"),
        ("'\u00fc'", "'u'"),
        ("'a'", "''"),
        ("-1", "1"),
        ("7", "0"),
    ],
)
def test_easier(old: str, new: str) -> None:
    assert eased(f"assert tidy({old}) is not None", f"assert tidy({new}) is not None") == [(old, new)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[1]", "[1, 2]"),
        ("[1, 2]", "[3, 4]"),
        ("'a'", "'b'"),
        ("'a b'", "'a-b'"),
        ("1", "-1"),
        ("3", "4"),
        ("True", "False"),
        ("x", "y"),
        ("[1, 2]", "(1,)"),
        ("items()", "[]"),
    ],
)
def test_as_hard_or_unknown(old: str, new: str) -> None:
    assert eased(f"assert tidy({old}) is not None", f"assert tidy({new}) is not None") == []


def test_inside_of_other_calls_and_by_keyword() -> None:
    assert eased("assert len(tidy(items=[1, 2])) > 0", "assert len(tidy(items=[1])) > 0") == [("[1, 2]", "[1]")]
    assert eased(
        "with pytest.raises(ValueError):\n        tidy(-1)", "with pytest.raises(ValueError):\n        tidy(1)"
    )


def test_other_calls_and_other_demands_are_none() -> None:
    assert eased("assert tidy([1, 2]) == 1", "assert sort([1]) == 1") == []
    assert eased("assert tidy([1, 2]) == 1", "assert tidy([1]) == 2") == []
    assert eased("assert tidy([1, 2], 3) == 1", "assert tidy([1]) == 1") == []


def test_the_expected_value_itself() -> None:
    assert eased("assert tidy('  a') == 'a'", "assert tidy('a') == 'a'") == [("'  a'", "'a'")]


@pytest.mark.parametrize(("old", "new"), [("OTHER", "ANOTHER"), ("[3, 1, 2]", "[1, 2, 3]"), ("*MORE", "*ALL")])
def test_rows_that_are_no_rows(old: str, new: str) -> None:
    test = "import pytest\n\n\n@pytest.mark.parametrize(('items', 'out'), [{}])\ndef test_it(items, out):\n"
    test += "    assert tidy(items) == out\n"
    assert list(eased_inputs(pair_of(test.format(old), test.format(new)))) == []
