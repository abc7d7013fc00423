"""What a test asked for in an assertion, and asks for now where it waits for it, or picks what meets it."""

from __future__ import annotations

from pytest_agentaudit.change.model import Side
from pytest_agentaudit.facts.delta import AssertionPair, Loss, TestPair
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.source_names import NAMES
from pytest_agentaudit.facts.strength import literal
from pytest_agentaudit.patterns import regex

_WAITS = regex(r"\bwhile\b([^:]*(?:\bfor\b[^:]*)?):")
"""The condition of a loop."""
_PICKS = regex(r"\b(\w+) = [\[({]?[^\[\]={}]* for \w+ in (\w+) if ([^\]}]{0,160})")
"""A variable, what it is picked from, and by which condition."""
_SHORT = 4
"""Characters below which a text stands in another one by chance."""


def is_asked_in_code(it: AssertionPair, pair: TestPair, side: Side) -> bool:
    """Whether a dropped demand is waited for by a loop of the test now, or picks what the test demands something of.
    `side` is head's file of the test.
    """
    if it.loss is not Loss.DROPPED or it.old is None or pair.new is None:
        return False
    source = _folded(side, pair.new)
    was = it.old.text.removeprefix("assert ")
    return any(was in found[1] for found in _WAITS.finditer(source)) or _is_picked(it, pair, source)


def _is_picked(it: AssertionPair, pair: TestPair, source: str) -> bool:
    """Whether what held the text that was asked for is picked by that text now, and counted."""
    text = literal(it.old.expected) if it.old else None
    if it.old is None or not isinstance(text, str) or len(text) < _SHORT:
        return False
    fresh = {name for one in pair.assertions if one.new and one.old is None for name in NAMES.findall(one.new.text)}
    paired = {name for one in pair.assertions if one.new and one.old for name in NAMES.findall(one.new.subject)}
    asked = set(NAMES.findall(it.old.text))
    return any(
        found[1] in fresh | paired and found[2] in asked and text in found[3] for found in _PICKS.finditer(source)
    )


def _folded(side: Side, test: TestCase) -> str:
    """The source of a test, comments dropped and white space folded."""
    lines = side.lines(range(test.line, test.end_line + 1))
    words = (line.decode("utf-8", "replace").partition("  #")[0].split() for line in lines)
    return " ".join(word for line in words if line and not line[0].startswith("#") for word in line)
