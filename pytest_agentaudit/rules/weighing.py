"""How the base's tests, run on head's code, weigh what a rule says of their head's versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from pytest_agentaudit.facts.old_tests import Holding, held
from pytest_agentaudit.model import Finding, Level
from pytest_agentaudit.rules.base import Audit


def _never(_finding: Finding) -> bool:
    return False


def weighed(audit: Audit, said: Iterable[Finding], *, is_sure: Callable[[Finding], bool] = _never) -> Iterator[Finding]:
    """What a rule says, with what the base's tests show on the new code. Where all that they demanded still holds, a
    finding is a note; where they fail, it is told. Those that are about a loss without a doubt (`is_sure`) stay as they
    are in the first case, and a warning becomes an error in the second.
    """
    return (_weighed(audit, it, is_sure=is_sure(it)) for it in said)


def _weighed(audit: Audit, finding: Finding, *, is_sure: bool) -> Finding:
    places = (finding.location, *finding.related)
    known = held(audit.delta, audit.proofs, [(place.path, place.symbol) for place in places])
    if known.holding is Holding.HOLDS:
        level, proof = finding.level if is_sure else Level.NOTE, "still passes on the new code"
    elif known.holding is Holding.FAILS:
        level = Level.ERROR if finding.level is Level.WARNING and is_sure else finding.level
        proof = f"fails on the new code: {known.why}"
    else:
        return finding
    return replace(
        finding, level=level, evidence={**finding.evidence, "proof": f"the base's version of the test {proof}"}
    )
