"""What deleted tests would run on head's code, and what of that no other test runs."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.facts.versions import Test
from pytest_agentaudit.model import Entered, Evidence
from pytest_agentaudit.proof import RED, Ended, Proofs, TrialKind


class Protection(StrEnum):
    """What became of the protection that deleted tests gave."""

    LOST = "lost"  # functions that nobody else runs
    KEPT = "kept"  # they pass on head's code, and others run each function that they run
    UNKNOWN = "unknown"


class Runs(Struct, frozen=True):
    """What is known of deleted tests. `lost` are the functions that they alone would run, `passing` says whether all of
    them pass on head's code, `why` what is not known, or what they fail by ("" for neither).
    """

    protection: Protection
    lost: tuple[Entered, ...] = ()
    passing: bool = False
    why: str = ""


UNTRIED = Runs(Protection.UNKNOWN)


def runs(whole: Evidence | None, proofs: Proofs | None, tests: Iterable[Test]) -> Runs:
    """What the base's versions of deleted tests showed on head's code, all of them together, beside a whole run."""
    report = proofs.of(TrialKind.WATCHED) if proofs else None
    if whole is None or whole.entered is None or report is None or report.problem:
        return UNTRIED
    known = {(it.path, it.function): it for it in report.ends}
    ends = [known[test] for test in tests if test in known]
    if not ends:
        return UNTRIED
    cases = {case for end in ends for case in end.cases}
    mine = [it for it in report.entered if not cases.isdisjoint(it.tests)]
    others = {(it.path, it.qualname, it.first_line) for it in whole.entered}
    alone = (it for it in mine if (it.path, it.qualname, it.first_line) not in others and "<" not in it.qualname)
    lost = tuple(sorted(alone, key=lambda it: (it.path, it.first_line)))
    passing = all(it.ended is Ended.GREEN for it in ends)
    why = next(filter(None, (_why(it.ended, it.reason) for it in ends)), "")
    if lost:
        return Runs(Protection.LOST, lost, passing, why)
    return Runs(Protection.KEPT if mine and passing else Protection.UNKNOWN, passing=passing, why=why)


def _why(ended: Ended, reason: str) -> str:
    if ended in {Ended.COLLECTION, Ended.MISSING}:
        return f"the deleted test cannot be imported on the new code, which proves nothing: {reason or 'not collected'}"
    if ended is Ended.SKIPPED:
        return "the deleted test skips itself here, which proves nothing"
    return f"the deleted test fails on the new code: {reason}" if ended in RED else ""
