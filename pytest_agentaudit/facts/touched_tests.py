"""Head's tests by where they stand: what joins an occurrence with its test, and a test with its run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta, TestPair
from pytest_agentaudit.facts.model import Condition, Occurrence, TestCase
from pytest_agentaudit.model import Evidence, Outcome


class TouchedTests(Struct, frozen=True, eq=False, dict=True):
    """The tests that a change touched, by path and qualified name."""

    delta: Delta

    @cached_property
    def _pairs(self) -> Mapping[tuple[str, str], TestPair]:
        return {(pair.new_path, pair.new.qualified_name): pair for pair in self.delta.tests if pair.new}

    def helpers(self) -> Iterator[TestPair]:
        """The touched helpers and fixtures that stand in no test: what is inside one is read with it."""
        return (it for it in self.delta.support if not it.new or not self._is_inside(it.new_path, it.new))

    def _is_inside(self, path: str, helper: TestCase) -> bool:
        outer = helper.qualified_name.rpartition(".")[0]
        while outer:
            if (path, outer) in self._pairs:
                return True
            outer = outer.rpartition(".")[0]
        return False

    def at(self, path: str, it: Occurrence) -> TestPair | None:
        """The test around an occurrence; None where it stands in none that the change touched."""
        return self._pairs.get((path, it.symbol))

    def runs(self, path: str, it: Occurrence) -> bool:
        """Whether an occurrence stands in a test that pytest collects."""
        pair = self.at(path, it)
        return pair is not None and pair.new is not None and not pair.new.uncollected

    def is_alone(self, path: str, it: Occurrence) -> bool:
        """Whether a test makes no demand but those that an occurrence's `lines` name, helpers and fixtures followed."""
        pair = self.at(path, it)
        if not it.details["alone"] or pair is None or pair.new is None:
            return False
        lines = set(map(int, it.details["lines"].split()))
        return all(found.constant or found.line in lines for found in pair.new.assertions)


def skipped_here(delta: Delta, evidence: Evidence) -> tuple[str, ...]:
    """The touched tests that the run skipped for its Python, platform or another part of its environment."""
    skipped = {(it.path, it.function) for it in evidence.tests if it.outcome is Outcome.SKIPPED}
    skipped -= {(it.path, it.function) for it in evidence.tests if it.outcome is not Outcome.SKIPPED}
    found = [
        pair.new.qualified_name
        for pair in delta.tests
        if pair.new and pair.new.touched and (pair.new_path, pair.new.qualified_name) in skipped
        if any(it.condition is Condition.ENVIRONMENT for it in pair.new.skips)
    ]
    return tuple(dict.fromkeys(found))


def passed(evidence: Evidence, path: str, name: str) -> frozenset[int]:
    """The indexes of a test function's cases in the run, where it ran and every one of them passed; else none."""
    mine = [at for at, it in enumerate(evidence.tests) if it.path == path and it.function == name]
    return frozenset(mine) if all(evidence.tests[at].outcome is Outcome.PASSED for at in mine) else frozenset()
