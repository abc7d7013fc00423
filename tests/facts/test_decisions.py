"""Decisions.of(): which functions of a change decide more than before, and by how much in sum."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.changed import changed_functions
from pytest_agentaudit.facts.decisions import Decisions
from tests.support.changes import delta_of

PLAIN = "def total(items):\n    whole = sum(items)\n    return whole\n"
BRANCH = "def total(items):\n    whole = sum(items)\n    if whole > 9:\n        whole -= 1\n    return whole\n"
GUARD = "def total(items):\n    if not items:\n        raise ValueError\n    whole = sum(items)\n    return whole\n"
LOGS = GUARD.replace("raise ValueError", "logger.debug('nothing')")
ASSERTS = "def total(items):\n    assert items is not None\n    whole = sum(items)\n    return whole\n"
HANDLER = PLAIN.replace(
    "    whole = sum(items)\n", "    try:\n        whole = sum(items)\n    except TypeError:\n        whole = 0\n"
)


def of(before: str, after: str) -> tuple[int, dict[str, tuple[int, list[int]]]]:
    """The sum, and by function its rise with the lines of its logic."""
    delta = delta_of({"shop.py": before}, {"shop.py": after})
    decisions = Decisions.of(delta)
    found = [function for _, functions in changed_functions(delta) for function in functions]
    return decisions.total, {
        it.definition.qualified_name: (decisions.rise(it), [line.line for line in decisions.logic(it)]) for it in found
    }


@pytest.mark.parametrize(
    ("after", "total", "rise", "logic"),
    [
        (BRANCH, 1, 1, [3, 4]),
        (GUARD, 1, 0, []),
        (LOGS, 1, 0, []),
        (ASSERTS, 0, 0, []),
        (HANDLER, 1, 1, []),
    ],
)
def test_an_edited_function(after: str, total: int, rise: int, logic: list[int]) -> None:
    assert of(PLAIN, after) == (total, {"total": (rise, logic)})


def test_a_new_function_counts_itself() -> None:
    added = "\n\ndef refund(order):\n    if order:\n        order.undo()\n        return 1\n    return 0\n"
    assert of(PLAIN, PLAIN + added) == (2, {"refund": (2, [7, 8, 9, 10])})


def test_what_went_is_counted_off() -> None:
    assert of(BRANCH, PLAIN)[0] == -1
    helper = BRANCH.replace("total", "lowered") + "\n\ndef total(items):\n    return lowered(items)\n"
    assert of(BRANCH, helper)[0] == 1


def test_an_assert_that_goes_takes_no_decision_with_it() -> None:
    assert of(ASSERTS, PLAIN)[0] == 0


def test_tests_do_not_count() -> None:
    delta = delta_of({"tests/test_shop.py": PLAIN}, {"tests/test_shop.py": BRANCH})
    assert Decisions.of(delta) == Decisions({}, 0, frozenset(), {})


@pytest.mark.parametrize(
    ("before", "after", "fresh"),
    [
        (PLAIN, BRANCH, {"total": 1}),
        (PLAIN, HANDLER, {"total": 1}),
        (BRANCH, BRANCH.replace("total", "lowered") + "\n\ndef total(items):\n    return lowered(items)\n", {}),
        (BRANCH, BRANCH.replace("if whole > 9", "if not whole > 9"), {}),
        (PLAIN, PLAIN.replace("sum(items)", "sum(it for it in items if it.paid and it.sent)"), {"total": 3}),
        (
            "def pay(it):\n    it.cost = 1  # type: ignore\n",
            "def pay(it):\n    if it is not None:\n        it.cost = 1\n",
            {},
        ),
        ("def pay(it):\n    it.cost = 1\n", "def pay(it):\n    if it is not None:\n        it.cost = 1\n", {"pay": 1}),
    ],
)
def test_what_the_base_decided_nowhere(before: str, after: str, fresh: dict[str, int]) -> None:
    found = Decisions.of(delta_of({"shop.py": before}, {"shop.py": after})).fresh
    assert found == {("shop.py", name): count for name, count in fresh.items()}
