"""regex(): a pattern that is compiled when it is first used."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentaudit.audit import authors
from pytest_agentaudit.change import names
from pytest_agentaudit.facts import contracts
from pytest_agentaudit.facts.gates import baselines, guards, hooks, tasks, workflows
from pytest_agentaudit.patterns import Worded, regex, worded
from pytest_agentaudit.rules import dropped_validation, excluded_coverage

_ROOMS = (authors, baselines, contracts, dropped_validation, excluded_coverage, guards, hooks, names, tasks, workflows)


def test_it_does_what_the_pattern_does() -> None:
    words = regex(r"[a-z]+", re.IGNORECASE)
    assert words.findall("One two") == ["One", "two"]
    assert words.sub("x", "One two") == "x x"
    assert words.pattern == "[a-z]+"
    assert regex(rb"\d").search(b"a1")


def test_it_is_compiled_when_it_is_first_used() -> None:
    broken = regex("(")
    with pytest.raises(re.error):
        broken.search("x")


def test_it_has_the_patterns_attributes_alone() -> None:
    assert hasattr(regex("x"), "fullmatch")
    assert not hasattr(regex("x"), "absent")


def test_a_pattern_with_words_is_not_compiled_for_a_text_without_them() -> None:
    broken = worded(("name", "other"), "(")
    assert broken.search("a text") is None
    assert broken.match("a text") is None
    assert broken.fullmatch("a text") is None
    with pytest.raises(re.error):
        broken.search("an other text")


def test_a_pattern_with_words_does_what_the_pattern_does_for_a_text_with_one() -> None:
    names = worded(("name",), "my names?", re.IGNORECASE)
    assert names.search("This is MY NAME.")
    assert names.fullmatch("my names")
    assert not names.fullmatch("my names too")
    assert names.findall("my name") == ["my name"]


def _worded() -> list[Any]:
    """Every pattern of the package that has words."""
    held = [it for room in _ROOMS for it in vars(room).values()]
    held += [it for table in held if isinstance(table, dict) for it in table.values()]
    held += [it for table in held if isinstance(table, tuple) for it in table]
    return [pytest.param(it, id=str(it.pattern)[:30]) for it in held if isinstance(it, Worded)]


@pytest.mark.parametrize("pattern", _worded())
def test_one_of_the_words_stands_in_whatever_the_pattern_meets(pattern: Any) -> None:

    @settings(max_examples=15, database=None, deadline=None)
    @given(st.from_regex(re.compile(pattern.pattern, pattern.flags)))
    def check(text: str) -> None:
        assert pattern.may_meet(text)

    check()
