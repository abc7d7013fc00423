"""Which demands of a paired test fell, and which of these have an explanation in the change itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, Pairing, TestPair
from pytest_agentaudit.facts.model import Condition, TestCase
from pytest_agentaudit.facts.pairing_assertions import likeness
from pytest_agentaudit.facts.subjects import Subjects

SAME_SUBJECT = 0.8
"""Likeness from which a demand of a test whose product changed is held against another one, not taken for a new one."""


def fresh_calls(delta: Delta) -> Mapping[str, set[str]]:
    """Path -> what its new tests call of the product."""
    calls: dict[str, set[str]] = defaultdict(set)
    for pair in delta.tests:
        if pair.how is Pairing.NEW and pair.new and pair.new.assertions:
            calls[pair.new_path] |= {call for call in pair.new.calls if call.rpartition(".")[2] in delta.defined}
    return calls


def was_off(old: TestCase) -> bool:
    """Whether the test held nobody to anything at base: skipped, or expected to fail."""
    return any(it.condition in {Condition.ALWAYS, Condition.UNKNOWN} for it in old.skips)


def explained(subjects: Subjects, it: AssertionPair) -> bool:
    """Whether a dropped demand spoke of what the product no longer has, or is one of a helper that moved there."""
    dropped = it.old is not None and it.loss in {Loss.DROPPED, Loss.CASE}
    return dropped and it.old is not None and (subjects.outlived(it.old) or subjects.is_product_helper(it.old))


def fallen(pair: TestPair, *, product_changed: bool) -> list[AssertionPair]:
    """The demands that fell. Where the product changed, one that gave way to another demand was replaced, not lost.

    What gave way to an assertion that cannot fail is left out: that assertion is a finding of its own.
    """
    hollow = sum(it.old is None and it.new is not None and bool(it.new.constant) for it in pair.assertions)
    lost = []
    for it in pair.assertions:
        if it.loss is Loss.DROPPED and hollow:
            hollow -= 1
        elif it.loss and not (it.new and it.new.constant):
            lost.append(it)
    return _not_replaced(pair, lost) if product_changed else lost


def _not_replaced(pair: TestPair, fallen: list[AssertionPair]) -> list[AssertionPair]:
    fresh = sum(it.old is None and it.new is not None and not it.new.constant for it in pair.assertions)
    kept = []
    for it in fallen:
        if it.loss in {Loss.DROPPED, Loss.CASE} and fresh:
            fresh -= 1
        elif it.old and it.new and likeness(it.old, it.new) < SAME_SUBJECT and it.old.subject != it.new.subject:
            continue
        else:
            kept.append(it)
    return kept
