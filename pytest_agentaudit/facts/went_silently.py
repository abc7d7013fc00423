"""Demands that went while the code under their test changed: what, without a run, speaks for a weakening."""

from __future__ import annotations

from pytest_agentaudit.change.model import CODE
from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, TestPair
from pytest_agentaudit.facts.model import Form, Predicate
from pytest_agentaudit.patterns import regex

_PART = regex(r"(?:\[|\.get\()(['\"])(\w+)\1")


def only_went(it: AssertionPair, pair: TestPair, delta: Delta) -> bool:
    """Whether a demand went and nothing weaker came for it: beside changed code nobody can tell that from one that went
    with its contract. More speaks against a test that demands nothing any more, and for a part that the code still
    gives by its name.
    """
    if it.loss is not Loss.DROPPED or it.old is None or pair.new is None:
        return False
    if it.old.form is Form.RAISES:  # what was refused may be answered now
        return True
    return any(not one.constant for one in pair.new.assertions) and not _is_given(it.old.subject, delta)


def asks_it_of_more(it: AssertionPair) -> bool:
    """Whether what was the whole is asked for as a part, word for word: what is around it came with the code."""
    old, new = it.old, it.new
    if old is None or new is None or old.negated or new.negated or old.expected != new.expected or not old.expected:
        return False
    if old.form is Form.MOCK:
        return new.form is Form.MOCK and "assert_any_call(" in new.text
    return old.predicate >= Predicate.EQUALITY and new.predicate is Predicate.MEMBERSHIP


def _is_given(subject: str, delta: Delta) -> bool:
    """Whether a part is asked for by its name, and the code that changed names it as it did."""
    names = [found[2].encode() for found in _PART.finditer(subject)]
    texts = [it.pair.new.content for it in delta.files if it.role in CODE and it.pair.new and it.pair.old]
    return bool(names) and any(
        all(b'"%b"' % name in text or b"'%b'" % name in text for name in names) for text in texts
    )
