"""Demands for an exception that the tests of the base made and that nobody at head makes any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta, Pairing, TestPair
from pytest_agentaudit.facts.model import Assertion, Form, TestCase


class LostDemand(Struct, frozen=True):
    """A test that demanded an exception: at base, with its path, and what became of it (None: it is gone)."""

    path: str
    test: TestCase
    demand: Assertion
    new: TestCase | None

    @property
    def words(self) -> str:
        """What became of it."""
        if self.new is None:
            return f"`{self.test.qualified_name}`, which demanded `{self.demand.expected}`, was removed"
        return f"`{self.new.qualified_name}` no longer demands `{self.demand.expected}`"


class ErrorDemands(Struct, frozen=True, eq=False, dict=True):
    """The lost demands of a change, found once."""

    delta: Delta

    @cached_property
    def lost(self) -> tuple[LostDemand, ...]:
        """All of them, in the order of the tests."""
        kept = {_key(it) for pair in self.delta.tests for it in _demands(pair.new)}
        return tuple(it for pair in self.delta.tests for it in _lost(pair) if _key(it.demand) not in kept)

    def of(self, names: Iterable[str], exceptions: Iterable[str] = ()) -> LostDemand | None:
        """The first one of a test that names one of `names`, for one of `exceptions` where these are known."""
        wanted, raised = {it for it in names if it}, {it.rpartition(".")[2] for it in exceptions if it}
        for it in self.lost:
            expected = it.demand.expected
            fits = not raised or any(word in expected for word in raised)
            if fits and not wanted.isdisjoint(it.test.names):
                return it
        return None


def _demands(test: TestCase | None) -> Iterator[Assertion]:
    return (it for it in test.assertions if it.form is Form.RAISES) if test else iter(())


def _key(demand: Assertion) -> tuple[str, str]:
    return demand.subject, demand.expected


def _lost(pair: TestPair) -> Iterator[LostDemand]:
    if pair.old is None:
        return
    if pair.how is Pairing.GONE:
        yield from (LostDemand(pair.old_path, pair.old, it, None) for it in _demands(pair.old))
        return
    for both in pair.assertions:
        was = both.old
        if was and was.form is Form.RAISES and both.loss and (both.new is None or both.new.form is not Form.RAISES):
            yield LostDemand(pair.old_path, pair.old, was, pair.new)
