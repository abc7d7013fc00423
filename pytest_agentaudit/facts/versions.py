"""Tests that both sides have and that the change altered: in their own words, or in the helpers, fixtures and data that
they stand on.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_agentaudit.change.model import TESTS
from pytest_agentaudit.facts.delta import Delta, Pairing, TestPair
from pytest_agentaudit.facts.kinds.tests import PATCHED
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.reverted import SOURCE, is_data
from pytest_agentaudit.model import Evidence, Location

Test = tuple[str, str]
"""Path and qualified name."""

MOST_STANDING = 100
"""How many tests are taken that stand as they were, on altered helpers and fixtures."""

LENIENT = frozenset("|*?{")
"""What may let a pattern match more than a part of it does."""


class Versions(Struct, frozen=True):
    """A test of the base and what became of it. `place` is where the change altered it, `cause` the helper, fixture or
    file (path and qualified name, "" for none) where that is what was altered, `names` are the words of the base's
    test, where its text was read. It `is_doubtful` where the text lost a demand, a case or a literal.
    """

    old: Test
    new: Test
    place: Location
    cause: Test | None = None
    names: frozenset[str] = frozenset()
    is_doubtful: bool = False


class _Found(Struct, frozen=True):
    """The tests that are edited, and those that stand on what was."""

    evidence: Evidence
    edited: tuple[Versions, ...]
    standing: tuple[Versions, ...]


_KNOWN: WeakKeyDictionary[Delta, _Found] = WeakKeyDictionary()
"""What was found for the deltas that still live: planning and judging ask."""


def versions(delta: Delta, evidence: Evidence) -> tuple[Versions, ...]:
    """Each pair of an old and a new test once; of those that stand on what was altered, not too many."""
    found = _found(delta, evidence)
    return (*found.edited, *found.standing[:MOST_STANDING])


def left_standing(delta: Delta, evidence: Evidence) -> int:
    """How many more stand on what was altered."""
    return max(len(_found(delta, evidence).standing) - MOST_STANDING, 0)


def _found(delta: Delta, evidence: Evidence) -> _Found:
    known = _KNOWN.get(delta)
    if known is None or known.evidence is not evidence:
        edited = tuple(_edited(delta))
        taken = {it.new for it in edited}
        standing: dict[Test, Versions] = {}
        for it in _standing(delta, evidence):
            if it.new not in taken:
                standing.setdefault(it.new, it)
        known = _KNOWN[delta] = _Found(evidence, edited, tuple(standing.values()))
    return known


def gone_tests(delta: Delta) -> dict[Test, frozenset[str]]:
    """The tests that were deleted, with their words."""
    return {
        (pair.old_path, pair.old.qualified_name): pair.old.names
        for pair in delta.tests
        if pair.how is Pairing.GONE and pair.old and not pair.old.uncollected
    }


def _edited(delta: Delta) -> Iterator[Versions]:
    """The tests whose own words changed, other than by what was added behind them. One that stands as it was is not
    altered, whatever else was written in its likeness.
    """
    standing = {
        (pair.old_path, pair.old.qualified_name)
        for pair in delta.tests
        if pair.how is Pairing.SAME and pair.old and pair.new and _words(pair.old) == _words(pair.new)
    }
    for pair in delta.tests:
        old, new = pair.old, pair.new
        if old is None or new is None or old.uncollected or new.uncollected:
            continue
        before, after = (pair.old_path, old.qualified_name), (pair.new_path, new.qualified_name)
        if before not in standing and _words(old) != _words(new) and not _goes_on(old, new):
            place, doubt = Location(pair.new_path, new.line, new.line, after[1]), _lost_something(pair, old, new)
            yield Versions(before, after, place, names=old.names, is_doubtful=doubt)


def _words(test: TestCase) -> tuple[object, ...]:
    return test.fingerprint, test.rows, _cells(test)


def _goes_on(old: TestCase, new: TestCase) -> bool:
    """Whether the new test does all that the old one did, in the same way, before it does anything else, in all cases
    that the old one had.
    """
    around = ((it.marks, it.draws, len(it.mocks)) for it in (old, new))
    is_more = len(new.statements) > len(old.statements) or set(new.rows) > set(old.rows)
    is_alike = next(around) == next(around) and new.statements[: len(old.statements)] == old.statements
    return is_more and bool(old.statements) and is_alike and old.names <= new.names and _has_all_cases(old, new)


def _has_all_cases(old: TestCase, new: TestCase) -> bool:
    """Whether the cases that are written out for the old test are written out for the new one too."""
    return set(old.rows) <= set(new.rows) and all(
        any(was.names == now.names and set(was.rows) <= set(now.rows) for now in new.tables) for was in old.tables
    )


def _cells(test: TestCase) -> list[object]:
    """The cases that a test runs through, wherever they are written."""
    return [(it.names, it.rows) for it in test.tables]


def _lost_something(pair: TestPair, old: TestCase, new: TestCase) -> bool:
    """Whether a demand, a case, a draw or a literal of a test's text is weaker or gone."""
    return (
        any(it.loss for it in pair.assertions)
        or bool(old.literals - new.literals - _longer_patterns(pair))
        or old.draws != new.draws
        or not _has_all_cases(old, new)
    )


def _longer_patterns(pair: TestPair) -> frozenset[str]:
    """The `match=` patterns of the old test that stand in longer ones of the new test: these ask for more."""
    asked = ((it.old.match, it.new.match) for it in pair.assertions if it.old and it.new)
    return frozenset(repr(old) for old, new in asked if old and old in new and LENIENT.isdisjoint(new.replace(old, "")))


def _standing(delta: Delta, evidence: Evidence) -> Iterator[Versions]:
    """The tests of the run in reach of an altered helper, fixture or data file, or of what replaces product code."""
    ran = dict.fromkeys((it.path, it.function) for it in evidence.tests)
    new_ones = {(it.new_path, it.new.qualified_name) for it in delta.tests if it.new and not it.old}
    for place, everywhere in (*_altered_support(delta), *_replacements(delta), *_altered_data(delta)):
        reach = _Reach(delta, place, everywhere=everywhere)
        for test in ran:
            if test not in new_ones and reach.holds(test[0]):
                yield Versions(test, test, place, (place.path, place.symbol))


def _altered_support(delta: Delta) -> Iterator[tuple[Location, bool]]:
    """The helpers and fixtures that both sides have, and that do something else now."""
    for it in delta.support:
        if it.old and it.new and it.old.fingerprint != it.new.fingerprint:
            yield Location(it.new_path, it.new.line, symbol=it.new.qualified_name), False


def _replacements(delta: Delta) -> Iterator[tuple[Location, bool]]:
    """What puts something else in the place of the product since the change, and whether no test has to ask for it."""
    for file in delta.files:
        for it in file.new_ones(PATCHED):
            yield Location(file.path, it.line, symbol=it.symbol), it.details["by"] != "fixture"


def _altered_data(delta: Delta) -> Iterator[tuple[Location, bool]]:
    """What tests hold their results against or read, and that says something else now."""
    for file in delta.files:
        if file.role in TESTS and is_data(file.pair):
            yield Location(file.path), False


class _Reach(Struct):
    """The files whose tests a helper, fixture, replacement or data file at `place` may matter to."""

    delta: Delta
    place: Location
    everywhere: bool

    def holds(self, path: str) -> bool:
        """Whether the file's tests may."""
        if path == self.place.path:
            return True
        if not self.place.path.endswith(SOURCE):
            return self._reads(path)
        folder, _, file = self.place.path.rpartition("/")
        if file == "conftest.py" and not path.startswith(f"{folder}/" if folder else ""):
            return False
        named = self.delta.mentions.get(self.place.symbol.rpartition(".")[2], frozenset())
        alone = named <= {self.place.path}
        return path in named or (file == "conftest.py" and (self.everywhere or alone))

    def _reads(self, path: str) -> bool:
        """Whether the file's tests name the data file, or a snapshot tool keeps it for them."""
        *folders, name = self.place.path.split("/")
        home, kept = "/".join(folders[:-1]), folders[-1:] == ["__snapshots__"]
        own = f"{home}/{name.partition('.')[0]}.py".lstrip("/")
        return path in self.delta.quotes[name] or (kept and path == own)
