"""How the base's tests, run on head's code, weigh what a rule says of their head's versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from pytest_agentaudit.facts.old_tests import Holding, held
from pytest_agentaudit.model import Finding, Level
from pytest_agentaudit.rules.base import Audit


def _never(_finding: Finding) -> bool:
    return False


def weighed(audit: Audit, said: Iterable[Finding], *, graver: Callable[[Finding], bool] = _never) -> Iterator[Finding]:
    """What a rule says, with the levels that proofs leave: a note where all that the base's tests demanded still holds;
    where they fail on the new code, what was a warning is an error, if `graver` says so of the finding.
    """
    return (_weighed(audit, it, graver) for it in said)


def _weighed(audit: Audit, finding: Finding, graver: Callable[[Finding], bool]) -> Finding:
    places = (finding.location, *finding.related)
    known = held(audit.delta, audit.proofs, [(place.path, place.symbol) for place in places])
    if known.holding is Holding.HOLDS:
        proof = {"proof": "the base's version of the test passes on the new code"}
        return replace(finding, level=Level.NOTE, evidence={**finding.evidence, **proof})
    if known.holding is Holding.FAILS:
        proof = {"proof": f"the base's version of the test fails on the new code: {known.why}"}
        level = Level.ERROR if finding.level is Level.WARNING and graver(finding) else finding.level
        return replace(finding, level=level, evidence={**finding.evidence, **proof})
    return finding
