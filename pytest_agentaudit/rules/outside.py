"""What the rules on the harness share: what `agentaudit verify` saw of a run from outside, and by its canaries."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.model import Finding, Level, Location, NotJudged, Outcome
from pytest_agentaudit.outside import Canary, Outside
from pytest_agentaudit.rules.base import Audit, Rule

FAILED = frozenset({Outcome.FAILED.value, Outcome.ERROR.value})
SUSPECTS = (FileRole.CONFTEST, FileRole.TEST, FileRole.PRODUCT)
"""The roles of code that a run loads, that most likely to bend it first."""


class Lie(StrEnum):
    """In which part a run was not what it said."""

    OUTCOME = "outcome"
    EXIT = "exit"
    RUNNER = "runner"
    COLLECTION = "collection"


def by_outside(rule: Rule, audit: Audit, lie: Lie, fix: str) -> Iterator[Finding | NotJudged]:
    """One finding where the run said something else than what was seen of it; without a suspect, not judged."""
    outside = audit.evidence.outside if audit.evidence else None
    proof = _SEEN[lie](outside, audit.evidence.exit_status) if outside and audit.evidence else ""
    if not proof:
        return
    places = [Location(file.path) for role in SUSPECTS for file in audit.files(role) if file.pair.new]
    said = f"{proof[0].upper()}{proof[1:]}"
    if not places:
        yield NotJudged(f"{said}; nothing in this change is loaded by it", rule=rule.name)
        return
    yield rule.finding(
        places[0],
        f"{said}; of the changed files that the run loads, this is the first to look at.",
        level=Level.ERROR,
        evidence={"proof": proof},
        fix=fix,
        not_a_fix="bending the run in another place",
        related=tuple(places[1:]),
    )


def _outcome(outside: Outside, _said: int) -> str:
    for canary in outside.canaries:
        if canary.must_fail and canary.ran and canary.said and canary.said not in FAILED:
            return f"a test that must fail ran and was reported as {canary.said}"
    return f"the run handed over {outside.accounts} accounts of itself" if outside.accounts > 1 else ""


def _exit(outside: Outside, said: int) -> str:
    if outside.exit_status == 0 and not outside.accounts:
        return "the process of the tests ended with success before its session did"
    if outside.exit_status == 0 and said:
        return f"the session of the tests ended with status {said}, and its process with 0"
    if _failed(outside.canaries) and outside.canary_status == 0:
        return "a run in which a test failed ended with exit status 0"
    if outside.canaries and outside.canary_status == 0 and not outside.canary_accounts:
        return "a run of two tests ended with success before its session did"
    return ""


def _failed(canaries: tuple[Canary, ...]) -> bool:
    return any(it.must_fail and it.ran and it.said in {*FAILED, ""} for it in canaries)


def _runner(outside: Outside, _said: int) -> str:
    unrun = any(not it.ran and it.said == Outcome.PASSED.value for it in outside.canaries)
    return "a test was reported as passed whose body never began" if unrun else ""


def _collection(outside: Outside, _said: int) -> str:
    """A canary that nobody reported and that did not run, in a run that came to its end as if all were well."""
    gone = any(not it.ran and not it.said for it in outside.canaries)
    ended = outside.canary_accounts == 1 and outside.canary_status in {0, 1, 5}
    return "a test that was asked for by its file was not among those that ran" if gone and ended else ""


_SEEN = {Lie.OUTCOME: _outcome, Lie.EXIT: _exit, Lie.RUNNER: _runner, Lie.COLLECTION: _collection}
