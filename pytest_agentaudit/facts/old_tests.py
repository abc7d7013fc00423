"""The base's versions of tests that the change edited, on head's code: what became of what they demanded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.reverted import SOURCE
from pytest_agentaudit.facts.versions import Test, versions
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.proof import Ended, Proofs, TrialKind, TrialReport


class Holding(StrEnum):
    """Whether what the base's test demanded holds on head's code."""

    HOLDS = "holds"
    FAILS = "fails"  # by an assertion, twice, and the base's test was green on the base's code
    UNKNOWN = "unknown"


class Held(Struct, frozen=True):
    """What is known, and where it fails, why."""

    holding: Holding
    why: str = ""


def old_versions(delta: Delta, evidence: Evidence | None, tests: Iterable[Test]) -> Iterator[Test]:
    """The base's versions of head's tests, and base's tests that are gone, as far as a file still stands in their
    place; for a fixture, a helper or a data file those of the tests of the run that stand on it.
    """
    standing = {file.pair.new.path for file in delta.files if file.pair.new}
    before: dict[Test, list[Test]] = defaultdict(list)
    for pair in delta.tests:
        if pair.old and pair.new and pair.old_path in standing and not pair.old.uncollected:
            before[pair.new_path, pair.new.qualified_name].append((pair.old_path, pair.old.qualified_name))
        elif pair.old and pair.new is None and pair.old_path in standing and not pair.old.uncollected:
            before[pair.old_path, pair.old.qualified_name].append((pair.old_path, pair.old.qualified_name))
    known = {(pair.new_path, pair.new.qualified_name) for pair in delta.tests if pair.new}
    wanted = list(tests)
    causes = {test for test in wanted if test not in known and test not in before}
    if causes and evidence:
        for it in versions(delta, evidence):
            if it.cause in causes:
                before[it.cause].append(it.old)
    yield from dict.fromkeys(old for test in wanted for old in before.get(test, ()))


def held(delta: Delta, evidence: Evidence | None, proofs: Proofs | None, tests: Iterable[Test]) -> Held:
    """What trials say of the base's versions of these tests, all of them together."""
    report = proofs.of(TrialKind.OLD_TESTS) if proofs else None
    if proofs is None or report is None or unserved(report):
        return Held(Holding.UNKNOWN)
    old = tuple(old_versions(delta, evidence, tests))
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


def unserved(report: TrialReport) -> tuple[str, ...]:
    """The data files of which no test of a trial was seen to open the base's: what they read, nobody knows."""
    return tuple(path for path in report.placed if not path.endswith(SOURCE) and path not in report.served)
