"""Which tests notice when an altered function is another: by a trial without the change, or by a mutant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.altered import Altered
from pytest_agentaudit.facts.candidates import Candidate, candidates
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.mutated import mutated
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.mutant import Fate, Operator
from pytest_agentaudit.proof import Ended, Proofs, TrialKind

_WORDS = {Ended.ASSERTION: "fails", Ended.CRASH: "crashes", Ended.COLLECTION: "cannot be imported"}
"""What is said of a test that a trial found wanting."""
_MUTANTS = {
    Operator.REVERT: "is the base's",
    Operator.EXTREME: "does nothing",
    Operator.PERTURB: "answers otherwise",
}


class Notice(Struct, frozen=True):
    """What became of tests (by their node ids) when functions were others, in words. `asserted` is true where an
    assertion said so, and no other exception.
    """

    functions: tuple[Altered, ...]
    tests: frozenset[str]
    words: str
    asserted: bool


def notices(delta: Delta, evidence: Evidence, proofs: Proofs) -> Iterator[Notice]:
    """All that trials and mutants showed of tests that ran altered functions."""
    ids: dict[tuple[str, str], set[str]] = defaultdict(set)
    for test in evidence.tests:
        ids[test.path, test.function].add(test.node_id)
    if proofs.reports:
        for candidate in candidates(delta, evidence):
            yield from _of_trials(candidate, frozenset(ids[candidate.test]), proofs)
    for one in mutated(delta, proofs.mutants) if proofs.mutants else ():
        for mutant, end in one.tried:
            if end.fate is Fate.NOTICED and end.test:
                what = _MUTANTS.get(mutant.operator, f"has another `{mutant.operator}`")
                words = f"an assertion fails when `{one.function.new.qualified_name}` {what}"
                yield Notice((one.function,), frozenset({end.test}), words, asserted=True)


def _of_trials(candidate: Candidate, node_ids: frozenset[str], proofs: Proofs) -> Iterator[Notice]:
    """What the base's functions alone in the place of head's, or else all of its code, showed of one test."""
    functions = tuple(it for it in candidate.functions if it.old)
    parts = TrialKind.EXAMPLES if candidate.of_product else TrialKind.FUNCTIONS
    end = proofs.ends(parts).get(candidate.test)
    if end is None:
        functions, end = candidate.functions, proofs.ends(TrialKind.REVERT).get(candidate.test)
    if end is not None and end.ended in _WORDS:
        words = f"{_WORDS[end.ended]} without the change" + (f": {end.reason}" if end.reason else "")
        yield Notice(functions, node_ids, words, end.ended is Ended.ASSERTION)
