"""Tests that are gone while their likes became rows of a parametrised one: the case that was left out."""

from __future__ import annotations

from pytest_agentaudit.facts.delta import Delta, Pairing
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.patterns import regex

_LITERAL = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<![\w.])\d[\w.]*")


def left_behind(delta: Delta, path: str, gone: TestCase) -> TestCase | None:
    """Head's parametrised test that took in tests of the same file that were like this one but for their literals."""
    merged = (it for it in delta.tests if it.how is Pairing.MERGED and it.old_path == path and it.new and it.new.rows)
    shape = _shape(gone)
    return next((it.new for it in merged if gone.assertions and it.old and _shape(it.old) == shape), None)


def _shape(test: TestCase) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a test calls and demands, without literals."""
    return test.calls, tuple(_LITERAL.sub("_", it.text) for it in test.assertions)
