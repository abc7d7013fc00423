"""Which trials a change calls for, one round after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.candidates import Candidate, candidates
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.mutated import mutation_plan
from pytest_agentaudit.facts.old_tests import old_versions
from pytest_agentaudit.facts.proven import tried, unshown
from pytest_agentaudit.facts.reverted import base_functions, base_product, base_tests, other_test_files
from pytest_agentaudit.facts.tallies import Scales, watched_tests
from pytest_agentaudit.facts.versions import Test
from pytest_agentaudit.model import Evidence
from pytest_agentaudit.proof import Ended, MutationPlan, Plan, Proofs, Trial, TrialKind

PATIENCE, TIMES_LONGER = 5.0, 6.0
"""How long a test may take without the change: so many seconds, and so many times what the longest takes with it."""


class Proving(Struct, frozen=True, dict=True):
    """The trials of one change. `suspected` tells, when it is asked, which tests of head a rule holds for weakened;
    `prove` is how far proofs may go. `entries` are the product's files, changed or not.
    """

    change: Change
    delta: Delta
    evidence: Evidence
    suspected: Callable[[], Iterable[Test]]
    prove: str = "revert"
    entries: tuple[str, ...] = ()

    def next_plan(self, proofs: Proofs) -> Plan | None:
        """The next round, given the `proofs` of those before; None once there is nothing to be learnt by one.

        First all candidates meet the base's product, and the base's versions of suspected tests meet head's. Then
        candidates that cannot even be imported on the base's product meet head's with the base's functions (an import
        that fails says nothing of what a test demands), edited tests that pass on it are tried in the base's version,
        and old tests that failed run again, and on the base's product.
        """
        made = {it.kind for it in proofs.reports}
        begun = bool(made) or proofs.mutants is not None
        steps = self._second(proofs) if begun else self._first()
        trials = tuple(it for it in steps if it.kind not in made and it.files and it.tests)
        mutants = None if begun else self._mutants()
        weighing = self._weighing(proofs) if begun and not proofs.weighing else ()
        return Plan(trials, mutants, weighing) if trials or mutants or weighing else None

    @property
    def _makes_mutants(self) -> bool:
        return self.prove.startswith("mutants")

    def _weighing(self, proofs: Proofs) -> tuple[MutationPlan, ...]:
        """The same mutants for the base's versions of altered tests and for head's."""
        if not self._makes_mutants or proofs.of(TrialKind.WATCHED) is None:
            return ()
        return Scales(self.change, self.delta, self.evidence, proofs).plans

    def _mutants(self) -> MutationPlan | None:
        if not self._makes_mutants:
            return None
        fine = self.prove == "mutants-fine"
        return mutation_plan(self.delta, self.evidence, self._candidates, fine=fine)

    @cached_property
    def _candidates(self) -> tuple[Candidate, ...]:
        return candidates(self.delta, self.evidence)

    def _first(self) -> Iterator[Trial]:
        product = base_product(self.change)
        if product:
            yield from self._of_altered(product)
        if self._makes_mutants:
            tests = watched_tests(self.change, self.delta, self.evidence)
            yield Trial(TrialKind.WATCHED, base_tests(self.change) if tests else {}, tests, self.entries)

    def _of_altered(self, product: Mapping[str, bytes | None]) -> Iterator[Trial]:
        tests = tuple(it.test for it in self._candidates if not it.of_product)
        yield Trial(TrialKind.REVERT, product if tests else {}, tests, patience=self._patience(tests))
        examples = tuple(it.test for it in self._candidates if it.of_product)
        yield Trial(TrialKind.EXAMPLES, base_functions(self.change, self.delta) if examples else {}, examples)
        suspects = self._old(self._suspects())
        suspects = tuple(dict.fromkeys((*suspects, *self._old(it.test for it in self._edited)))) if suspects else ()
        yield Trial(TrialKind.OLD_TESTS, base_tests(self.change) if suspects else {}, suspects)

    def _patience(self, tests: Collection[Test]) -> float:
        """How long one of these tests may take without the change, in seconds: what it shows then is that it ends with
        the change.
        """
        longest = max((it.seconds for it in self.evidence.tests if (it.path, it.function) in tests), default=0.0)
        return PATIENCE + TIMES_LONGER * longest

    def _suspects(self) -> Iterator[Test]:
        """The suspected tests: of a suite that is shared out, those that ran here."""
        ran = {(it.path, it.function) for it in self.evidence.tests}
        return (test for test in self.suspected() if not self.evidence.shard or test in ran)

    def _old(self, tests: Iterable[Test]) -> tuple[Test, ...]:
        """The base's versions of tests; none where files of tests changed that no import serves."""
        return () if other_test_files(self.change) else tuple(old_versions(self.delta, self.evidence, tests))

    @property
    def _edited(self) -> Iterator[Candidate]:
        """The tests that demand no more than they did, only something else."""
        return (it for it in self._candidates if it.is_edited and not it.demands_more)

    def _second(self, proofs: Proofs) -> Iterator[Trial]:
        if any(kind is not TrialKind.WATCHED for kind, _ in proofs.problems):
            return
        green = {it.test for group in unshown(tuple(tried(self._candidates, proofs))) for it in group.tests}
        blind = self._old(it.test for it in self._edited if it.test in green)
        yield Trial(TrialKind.OLD_TESTS, base_tests(self.change) if blind else {}, blind)
        ends = proofs.ends(TrialKind.REVERT)
        lost = tuple(test for test, it in ends.items() if it.ended in {Ended.COLLECTION, Ended.MISSING})
        yield Trial(TrialKind.FUNCTIONS, base_functions(self.change, self.delta) if lost else {}, lost)
        old = proofs.ends(TrialKind.OLD_TESTS)
        red = tuple(test for test, it in old.items() if it.ended is Ended.ASSERTION)
        if red:
            tests = base_tests(self.change)
            yield Trial(TrialKind.OLD_AGAIN, tests, red)
            yield Trial(TrialKind.BASE, {**base_product(self.change), **tests}, red)
