"""Which demands of a paired test fell, and which of these have an explanation in the change itself."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, Pairing, TestPair
from pytest_agentaudit.facts.model import Assertion, Condition, Form, TestCase
from pytest_agentaudit.facts.pairing_assertions import likeness
from pytest_agentaudit.facts.subjects import Subjects

_CALLEE = re.compile(r"(?:\w+ *= *)?(?:await +)?(?:\w+\.)*(\w+)\(")
_TAIL = re.compile(r"(?:\.\w+|\[[^\[\]]*\])*$")

SAME_SUBJECT = 0.8
"""Likeness from which a demand of a test whose product changed is held against another one, not taken for a new one."""


def fresh_calls(delta: Delta) -> Mapping[str, set[str]]:
    """Path -> what its new tests call of the product."""
    calls: dict[str, set[str]] = defaultdict(set)
    for pair in delta.tests:
        if pair.how is Pairing.NEW and pair.new and pair.new.assertions:
            calls[pair.new_path] |= {call for call in pair.new.calls if call.rpartition(".")[2] in delta.defined}
    return calls


Check = tuple[str, str, int]


def gained(delta: Delta) -> frozenset[Check]:
    """What head's tests demand themselves and base's did not, or had a helper do: a helper's demands may have gone
    there.
    """
    return frozenset(
        check_of(it.new)
        for pair in delta.tests
        for it in pair.assertions
        if it.new and it.new.form is not Form.HELPER and (it.old is None or it.old.form is Form.HELPER)
    )


def check_of(it: Assertion) -> Check:
    """What is checked, whatever it is checked of: "r['b'] == 2" and "load('x')['b'] == 2" are the same."""
    tail = _TAIL.search(it.subject)
    return tail[0] if tail else "", it.expected, it.predicate


def keeps_name(pair: TestPair) -> bool:
    """Whether a helper is called as before: one of another name is another one, to its callers."""
    return bool(pair.old and pair.new and pair.old.qualified_name == pair.new.qualified_name)


def of_helper(it: AssertionPair, names: frozenset[str]) -> bool:
    """Whether a test made a demand by calling one of these helpers."""
    called = _CALLEE.match(it.old.text) if it.old and it.old.form in {Form.HELPER, Form.RAISES} else None
    return called is not None and called[1] in names


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
    added = [it.new for it in pair.assertions if it.old is None and it.new]
    hollow = sum(bool(it.constant) for it in added)
    lost = [it for it in pair.assertions if it.loss and not (it.new and it.new.constant)]
    lost = _without(lost, {Loss.DROPPED}, hollow)
    if not product_changed:
        return lost
    replaced = _without(lost, {Loss.DROPPED, Loss.CASE}, len(added) - hollow)
    return [it for it in replaced if not _is_another(it)]


def _without(fallen: list[AssertionPair], kinds: set[Loss], count: int) -> list[AssertionPair]:
    """What is left when `count` of these kinds, the first ones, are explained by something that was added."""
    spared = [it for it in fallen if it.loss in kinds][:count]
    return [it for it in fallen if it not in spared]


def _is_another(it: AssertionPair) -> bool:
    """Whether the new demand is too unlike the old one to be what became of it."""
    if not it.old or not it.new or it.old.subject == it.new.subject:
        return False
    return likeness(it.old, it.new) < SAME_SUBJECT
