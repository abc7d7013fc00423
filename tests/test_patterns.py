"""regex(): a pattern that is compiled when it is first used."""

from __future__ import annotations

import re

import pytest

from pytest_agentaudit.patterns import regex


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
