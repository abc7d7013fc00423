"""The base's versions of tests that the change edited, on head's code: what became of what they demanded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.proof import Ended, Proofs, TrialKind

Test = tuple[str, str]
"""Path and qualified name."""


class Holding(StrEnum):
    """Whether what the base's test demanded holds on head's code."""

    HOLDS = "holds"
    FAILS = "fails"  # by an assertion, twice, and the base's test was green on the base's code
    UNKNOWN = "unknown"


class Held(Struct, frozen=True):
    """What is known, and where it fails, why."""

    holding: Holding
    why: str = ""


def old_versions(delta: Delta, tests: Iterable[Test]) -> Iterator[Test]:
    """The base's versions of head's tests, and base's tests that are gone, as far as a file still stands in their
    place.
    """
    standing = {file.pair.new.path for file in delta.files if file.pair.new}
    before: dict[Test, list[Test]] = defaultdict(list)
    for pair in delta.tests:
        if pair.old and pair.new and pair.old_path in standing and not pair.old.uncollected:
            before[pair.new_path, pair.new.qualified_name].append((pair.old_path, pair.old.qualified_name))
        elif pair.old and pair.new is None and pair.old_path in standing and not pair.old.uncollected:
            before[pair.old_path, pair.old.qualified_name].append((pair.old_path, pair.old.qualified_name))
    yield from dict.fromkeys(old for test in tests for old in before.get(test, ()))


def held(delta: Delta, proofs: Proofs | None, tests: Iterable[Test]) -> Held:
    """What trials say of the base's versions of these tests, all of them together."""
    if proofs is None or proofs.of(TrialKind.OLD_TESTS) is None:
        return Held(Holding.UNKNOWN)
    old = tuple(old_versions(delta, tests))
    if not old:
        return Held(Holding.UNKNOWN)
    first, again, base = (proofs.ends(kind) for kind in (TrialKind.OLD_TESTS, TrialKind.OLD_AGAIN, TrialKind.BASE))
    if all(test in first and first[test].ended is Ended.GREEN for test in old):
        return Held(Holding.HOLDS)
    for test in old:
        ends = [known[test].ended for known in (first, again, base) if test in known]
        if ends == [Ended.ASSERTION, Ended.ASSERTION, Ended.GREEN]:
            return Held(Holding.FAILS, first[test].reason or "by an assertion")
    return Held(Holding.UNKNOWN)
