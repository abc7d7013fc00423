"""The proofs of several shards as one: a union, free of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pytest_agentaudit.mutant import Fate, MutantFate, MutantFates
from pytest_agentaudit.proof import (
    GRAVITY,
    NO_TEST,
    UNREACHED,
    Ended,
    Proofs,
    TestEnd,
    TrialKind,
    TrialReport,
)
from pytest_agentaudit.witness.merge import all_entered

_WEIGHT = (
    *(Fate.NOT_REACHED, Fate.SURVIVED, Fate.NOT_JUDGED),
    *(Fate.DIED, Fate.TIMED_OUT, Fate.CRASHED, Fate.NOTICED),
)
"""The last of a mutant's fates speaks for it. It survived only where every shard that was to try it did."""


def joined(parts: Iterable[Proofs]) -> Proofs:
    """What all shards' trials showed, and what became of each mutant that one of them tried."""
    known = tuple(parts)
    reports: dict[TrialKind, list[TrialReport]] = defaultdict(list)
    for part in known:
        for report in part.reports:
            reports[report.kind].append(report)
    fates = [part.mutants for part in known if part.mutants is not None]
    weighing = [part.weighing for part in known if part.weighing]
    return Proofs(
        tuple(_report(kind, reports[kind]) for kind in TrialKind if kind in reports),
        _fates(fates) if fates else None,
        tuple(_fates(sides) for sides in zip(*weighing, strict=True)),
    )


def _report(kind: TrialKind, reports: Sequence[TrialReport]) -> TrialReport:
    """The trials of one kind. What one of them could not try is told test by test, for another may have tried it."""
    ends: dict[tuple[str, str], TestEnd] = {}
    for report in reports:
        for it in report.ends:
            end = replace(it, ended=Ended.UNTRIED, reason=report.problem) if report.problem else it
            test = it.path, it.function
            ends[test] = max(ends.get(test, end), end, key=_gravity)
    return TrialReport(
        kind,
        tuple(ends[test] for test in sorted(ends)),
        placed=_all(report.placed for report in reports),
        served=_all(report.served for report in reports if not report.problem),
        seconds=max(report.seconds for report in reports),
        entered=all_entered(report.entered for report in reports),
    )


def _gravity(end: TestEnd) -> tuple[int, str]:
    return GRAVITY.index(end.ended), end.reason


def _fates(parts: Sequence[MutantFates]) -> MutantFates:
    by_id: dict[str, list[MutantFate]] = defaultdict(list)
    for part in parts:
        for it in part.fates:
            by_id[it.id].append(it)
    aside = {it for part in parts for it in part.set_aside}
    return MutantFates(
        tuple(_fate(by_id[name]) for name in sorted(by_id)),
        tuple(sorted(aside, key=lambda it: (it.path, it.first_line, it.qualname, it.test, it.reason))),
    )


def _fate(fates: Sequence[MutantFate]) -> MutantFate:
    """The fate of one mutant, with all tests that noticed it, and where all were asked, those that passed."""
    heaviest = max(map(_weight, fates))
    worst = min((it for it in fates if _weight(it) == heaviest), key=lambda it: (it.test, it.reason))
    noticed = {test for it in fates if it.fate is Fate.NOTICED for test in (it.test, *it.also)}
    return replace(
        worst,
        also=tuple(sorted(noticed - {worst.test})),
        noticed=_all(it.noticed for it in fates),
        passed=_all(it.passed for it in fates),
    )


def _weight(it: MutantFate) -> int:
    """How much a fate says. That a shard's own tests can be no witnesses says nothing where others are."""
    is_silent = it.fate is Fate.NOT_JUDGED and it.reason.startswith((NO_TEST, UNREACHED))
    return -1 if is_silent else _WEIGHT.index(it.fate)


def _all(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({it for group in groups for it in group}))
