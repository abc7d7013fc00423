"""How proofs weigh what a rule says of tests that are weaker now: the base's tests on head's code, and mutants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.mutated import diff
from pytest_agentaudit.facts.old_tests import Holding, held
from pytest_agentaudit.facts.tallies import UNWEIGHED, Scales, Weighed, Weight
from pytest_agentaudit.model import Finding, Level
from pytest_agentaudit.mutant import Mutant
from pytest_agentaudit.proof import Proofs, TrialKind
from pytest_agentaudit.rules.base import Audit

_KNOWN: WeakKeyDictionary[Delta, tuple[Proofs, Scales]] = WeakKeyDictionary()
"""The scales of the deltas that still live: several rules weigh."""


def scales(audit: Audit) -> Scales | None:
    """What weighs the audit's tests by mutants; None where none were asked for."""
    if audit.proofs is None or audit.evidence is None:
        return None
    if audit.proofs.of(TrialKind.WATCHED) is None and audit.evidence.entered is None:
        return None
    known = _KNOWN.get(audit.delta)
    if known is None or known[0] is not audit.proofs:
        known = audit.proofs, Scales(audit.change, audit.delta, audit.evidence, audit.proofs)
        _KNOWN[audit.delta] = known
    return known[1]


def _never(_finding: Finding) -> bool:
    return False


def weighed(audit: Audit, said: Iterable[Finding], *, is_sure: Callable[[Finding], bool] = _never) -> Iterator[Finding]:
    """What a rule says, with what the base's tests show on the new code. Where all that they demanded still holds, a
    finding is a note; where they fail, it is told. Those that are about a loss without a doubt (`is_sure`) stay as they
    are in the first case, and a warning becomes an error in the second.

    Mutants have the last word, where they were made: a finding is an error where head's tests pass one that the base's
    noticed by an assertion, and a note where they notice all that the base's did.
    """
    return (by_mutants(audit, _weighed(audit, it, is_sure=is_sure(it))) for it in said)


def by_mutants(audit: Audit, finding: Finding) -> Finding:
    """What a rule says, with what mutants show of the tests that it is about."""
    known = scales(audit)
    found = known.of(_tests(finding)) if known else UNWEIGHED
    if found.weight is Weight.LESS:
        return replace(finding, level=Level.ERROR, evidence={**finding.evidence, **shown(audit, found)})
    if found.weight is Weight.SAME:
        count = f"{found.noticed} {'mutant' if found.noticed == 1 else 'mutants'} of unchanged code"
        proof = f"head's version of the test notices by an assertion all that the base's did: {count}"
        return replace(finding, level=Level.NOTE, evidence={**finding.evidence, "proof": proof})
    return finding


def shown(audit: Audit, found: Weighed) -> dict[str, str]:
    """The evidence of a loss: the first mutant that is noticed no more, as a source diff."""
    first, *others = found.unseen or found.lost
    more = f", and so it is with {len(others)} more" if others else ""
    return {
        "proof": f"the base's version notices by an assertion that `{first.qualname}` is broken, head's passes{more}",
        "mutant": _diff(audit, first),
    }


def _diff(audit: Audit, mutant: Mutant) -> str:
    content = audit.change.new.read(mutant.path)
    return diff(mutant, content.decode("utf-8")) if content else ""


def _tests(finding: Finding) -> list[tuple[str, str]]:
    return [(place.path, place.symbol) for place in (finding.location, *finding.related)]


def _weighed(audit: Audit, finding: Finding, *, is_sure: bool) -> Finding:
    known = held(audit.delta, audit.evidence, audit.proofs, _tests(finding))
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
