"""What trials say of the tests that came with a change, function by function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.altered import Altered
from pytest_agentaudit.facts.candidates import Candidate
from pytest_agentaudit.proof import RED, Ended, Proofs, TestEnd, TrialKind, TrialReport


class Standing(StrEnum):
    """What is known of a test that ran changed code."""

    RED = "red"  # it fails without the change
    GREEN = "green"  # it passes without the change
    NEEDS = "needs"  # it cannot be imported without the change, and what it ran is new
    UNKNOWN = "unknown"


class Tried(Struct, frozen=True):
    """A candidate and what the trials showed of it: `why` says what is not known, or what made it red."""

    candidate: Candidate
    standing: Standing
    why: str = ""


def tried(candidates: tuple[Candidate, ...], proofs: Proofs) -> Iterator[Tried]:
    """What is known of each candidate."""
    whole, parts, examples = (proofs.of(it) for it in (TrialKind.REVERT, TrialKind.FUNCTIONS, TrialKind.EXAMPLES))
    first, second, shown = (proofs.ends(it) for it in (TrialKind.REVERT, TrialKind.FUNCTIONS, TrialKind.EXAMPLES))
    for it in candidates:
        if it.of_product:
            yield _by_functions(it, shown.get(it.test, TestEnd(*it.test, Ended.MISSING)), examples)
            continue
        end = first.get(it.test)
        if whole is None or end is None or whole.problem:
            yield Tried(it, Standing.UNKNOWN, (whole.problem if whole else "") or "no trial was made")
        elif end.ended not in {Ended.COLLECTION, Ended.MISSING}:
            yield _by(it, it.functions, end, whole)
        else:
            yield _by_functions(it, second.get(it.test, end), parts)


def _by_functions(it: Candidate, end: TestEnd, parts: TrialReport | None) -> Tried:
    """What is known of a test whose file cannot be imported without the change, which so far says nothing of it."""
    old = tuple(function for function in it.functions if function.old and parts and function.path in parts.placed)
    if parts is None or not old:
        return Tried(it, Standing.NEEDS, end.reason)
    return Tried(it, Standing.UNKNOWN, parts.problem) if parts.problem else _by(it, old, end, parts)


def _by(it: Candidate, functions: tuple[Altered, ...], end: TestEnd, report: TrialReport) -> Tried:
    if end.ended in RED:
        return Tried(it, Standing.RED, end.reason)
    if end.ended is not Ended.GREEN:
        return Tried(it, Standing.UNKNOWN, end.reason or f"without the change it is {end.ended}")
    if not {function.path for function in functions} <= set(report.served):
        return Tried(it, Standing.UNKNOWN, "the base's code was not imported in its place")
    return Tried(it, Standing.GREEN)


class Unshown(Struct, frozen=True):
    """Altered functions that candidates ran and none shows to be right: all `tests` that ran them pass without the
    change. `functions` is empty where it is what modules do on import that no test shows.
    """

    functions: tuple[Altered, ...]
    tests: tuple[Candidate, ...]


def unshown(known: tuple[Tried, ...]) -> Iterator[Unshown]:
    """The groups of altered functions that hang together by the tests that ran them, where each of these is green."""
    runs: dict[Altered, list[Tried]] = defaultdict(list)
    for it in known:
        for function in it.candidate.functions:
            runs[function].append(it)
    groups: dict[tuple[tuple[str, str], ...], tuple[list[Altered], list[Tried]]] = {}
    for function, tests in runs.items():
        if all(it.standing is Standing.GREEN for it in tests):
            groups.setdefault(tuple(it.candidate.test for it in tests), ([], tests))[0].append(function)
    for functions, tests in groups.values():
        yield Unshown(tuple(functions), tuple(it.candidate for it in tests))
    if not runs and known and all(it.standing is Standing.GREEN for it in known):
        yield Unshown((), tuple(it.candidate for it in known))
