"""Which trials a change calls for, one round after the other."""

from __future__ import annotations

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.candidates import candidates
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.reverted import base_functions, base_product
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.proof import Fate, Plan, Proofs, Trial, TrialKind


def next_plan(change: Change, delta: Delta, evidence: Evidence, proofs: Proofs) -> Plan | None:
    """The next round of trials, given the `proofs` of those before; None once there is nothing to be learnt by one.

    First all candidates meet the base's product. Those that cannot even be imported there meet head's product with the
    base's functions: an import that fails says nothing of what a test demands.
    """
    if proofs.of(TrialKind.REVERT) is None:
        tests = tuple(it.test for it in candidates(delta, evidence))
        files = base_product(change) if tests else {}
        return Plan((Trial(TrialKind.REVERT, files, tests),)) if files else None
    if proofs.of(TrialKind.FUNCTIONS) is None and not any(proofs.problems):
        fates = proofs.fates(TrialKind.REVERT)
        tests = tuple(test for test, it in fates.items() if it.fate in {Fate.COLLECTION, Fate.MISSING})
        files = base_functions(change, delta) if tests else {}
        return Plan((Trial(TrialKind.FUNCTIONS, files, tests),)) if files else None
    return None
