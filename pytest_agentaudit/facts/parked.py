"""Tests that a change skips or expects to fail: which marks and calls are new, and whether the test ran before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import Delta, Pairing, TestPair
from pytest_agentaudit.facts.model import Condition, Skip, TestCase
from pytest_agentaudit.model import Evidence, Location, Outcome

SHOWN = 3
"""How many names a message lists."""

_STRONGER = {
    Condition.ALWAYS: frozenset({Condition.ALWAYS}),
    Condition.RESULT: frozenset({Condition.ALWAYS, Condition.RESULT, Condition.UNKNOWN}),
    Condition.UNKNOWN: frozenset({Condition.ALWAYS, Condition.RESULT, Condition.UNKNOWN}),
}
"""A test that had one of these at base loses nothing by another one of this condition."""

_AS_MUCH = {"skip": frozenset({"skip"}), "xfail": frozenset({"skip", "xfail"})}
"""What held a test back at base as much as the word does: an expected failure is no loss to a skipped test."""


class Parked(Struct, frozen=True):
    """A skip or xfail that the change added to a test."""

    pair: TestPair
    skip: Skip

    @property
    def existed(self) -> bool:
        """Whether the test (the case, where the mark stands on one) was there at base, and collected."""
        old = self.pair.old
        if old is None or old.uncollected:
            return False
        return not self.skip.row or self.skip.row in old.rows

    @property
    def ran(self) -> bool:
        """Whether it held somebody to something at base: it existed, and its failures were not expected."""
        return self.existed and self.pair.old is not None and not any(it.word == "xfail" for it in self.pair.old.skips)

    @property
    def symbol(self) -> str:
        """The test's qualified name."""
        return self.pair.new.qualified_name if self.pair.new else ""

    @property
    def name(self) -> str:
        """The test, with its case."""
        return f"`{self.symbol}` ({self.skip.row})" if self.skip.row else f"`{self.symbol}`"


def parked(pair: TestPair, word: str) -> Iterator[Parked]:
    """The skips ("skip") or expected failures ("xfail") that head's test has and base's had not.

    Conditions on the environment, and those that never hold, are left out; so is a new test's that cannot be told.
    """
    if pair.new is None or pair.new.uncollected or (pair.old and _is_blank(pair.old)):
        return
    had = [skip for skip in pair.old.skips if skip.word in _AS_MUCH[word]] if pair.old else []
    known = {skip.text for skip in had}
    for skip in pair.new.skips:
        stronger = _STRONGER.get(skip.condition)
        if skip.word != word or stronger is None or skip.text in known:
            continue
        if pair.how is Pairing.NEW and skip.condition is Condition.UNKNOWN:
            continue
        if not any(it.condition in stronger and it.row in {"", skip.row} for it in had):
            yield Parked(pair, skip)


def _is_blank(old: TestCase) -> bool:
    """Whether a test did nothing at base but say that it is still to be written."""
    return old.touched and not old.assertions and old.names <= {"NotImplementedError"}


def by_wording(pairs: Iterable[TestPair], word: str) -> Iterator[tuple[str, list[Parked]]]:
    """The path and the tests of each wording in a file: one edit, however many tests it reaches."""
    groups: dict[tuple[str, str, Condition], list[Parked]] = defaultdict(list)
    for pair in pairs:
        for it in parked(pair, word):
            groups[pair.new_path, it.skip.text, it.skip.condition].append(it)
    for (path, _, _), group in groups.items():
        yield path, group


def listed(group: Sequence[Parked]) -> str:
    """The names of the first few tests."""
    names = list(dict.fromkeys(it.name for it in group))
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def others(path: str, group: Sequence[Parked]) -> tuple[Location, ...]:
    """Where the tests behind the first one stand."""
    first = group[0].skip.line
    return tuple(
        Location(path, it.skip.line if it.skip.line != first else it.pair.new.line, symbol=it.symbol)
        for it in group[1:]
        if it.pair.new
    )


def seen(path: str, group: Sequence[Parked], evidence: Evidence | None, outcome: Outcome) -> tuple[int, int]:
    """How many of these tests' cases ended so in the run, and how many there were."""
    names = {it.symbol for it in group}
    tests = evidence.tests if evidence else ()
    ran = [test.outcome for test in tests if test.path == path and test.function in names]
    return sum(it is outcome for it in ran), len(ran)


def all_parked(delta: Delta) -> bool:
    """Whether the change touches the product and all the tests that it adds or edits are always held back."""
    product = any(file.role is FileRole.PRODUCT for file in delta.files)
    touched = (pair.new for pair in delta.tests if pair.new and pair.new.touched and not pair.new.uncollected)
    return product and all(any(it.condition is Condition.ALWAYS for it in test.skips) for test in touched)


def no_longer_strict(pair: TestPair) -> Iterator[Skip]:
    """Head's expected failures that base's did not let pass: there a test that passed was a failure."""
    strict = {it.row for it in pair.old.skips if it.word == "xfail" and it.strict} if pair.old else set()
    here = [it for it in pair.new.skips if it.word == "xfail"] if pair.new else []
    if strict and here and not any(it.strict for it in here):
        yield from (it for it in here if it.row in strict and it.condition is not Condition.NEVER)
