"""What the base's and head's versions of altered tests notice of product functions that are broken one by one.

The functions are those that the base's versions run and that the change left as they were: a demand on them that was
right before the change is right after it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from importlib import import_module

from msgspec import Struct, field

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.altered import altered_functions
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.old_tests import unserved
from pytest_agentaudit.facts.reverted import base_tests, other_test_files
from pytest_agentaudit.facts.touched_tests import passed
from pytest_agentaudit.facts.versions import MOST_STANDING, Test, Versions, gone_tests, left_standing, versions
from pytest_agentaudit.model import Entered, Evidence
from pytest_agentaudit.mutant import Fate, Mutant, MutantFate
from pytest_agentaudit.proof import UNREACHED, Covering, Ended, MutationPlan, Proofs, TrialKind, TrialReport

MOST_FUNCTIONS = 30
"""How many functions are broken: first those that the fewest altered tests run, then those that the tests name."""

Key = tuple[str, str, int]
"""A function by its path, and its code's qualified name and first line."""


class Weight(StrEnum):
    """What mutants say of a test that was altered."""

    LESS = "less"  # one that the base's version noticed by an assertion passes head's
    SAME = "same"  # head's version notices all that the base's did
    UNKNOWN = "unknown"


class Weighed(Struct, frozen=True):
    """A test's weight. `lost` are the mutants that the base's version noticed and head's passes, `unseen` those of them
    that no other test of the run was seen to notice; `noticed` counts those that the base's version noticed.
    """

    weight: Weight
    lost: tuple[Mutant, ...] = ()
    unseen: tuple[Mutant, ...] = ()
    noticed: int = 0


UNWEIGHED = Weighed(Weight.UNKNOWN)


def watched_tests(change: Change, delta: Delta, evidence: Evidence) -> tuple[Test, ...]:
    """The base's tests of which it matters which functions they run; none where data of tests changed, which no trial
    puts back.
    """
    if other_test_files(change):
        return ()
    return tuple(dict.fromkeys((*(it.old for it in versions(delta, evidence)), *gone_tests(delta))))


class _Witness(Struct, frozen=True):
    """A test of the base that holds on head's code, and its cases on both sides."""

    test: Test
    names: frozenset[str]
    old: frozenset[str]
    new: frozenset[str]


class Scales(Struct, frozen=True, dict=True, eq=False):
    """Weighs altered tests: which functions to break, and what the fates of these mutants mean."""

    change: Change
    delta: Delta
    evidence: Evidence
    proofs: Proofs

    @cached_property
    def plans(self) -> tuple[MutationPlan, ...]:
        """The plan for the base's versions and that for head's; none where there is nothing to break."""
        functions = {key: it for key, it in self._mutants.items() if it}
        if not functions:
            return ()
        paths = dict.fromkeys(path for path, _, _ in functions)
        texts = {path: self._texts[path] for path in paths}
        mutants = tuple(mutant for it in functions.values() for mutant in it)
        old = {key: sorted(case for it in self._runs[key] for case in it.old) for key in functions}
        new = {key: sorted(self._head_cases(key)) for key in functions}
        return (
            _plan(texts, mutants, old, self._old_files, placed=base_tests(self.change)),
            _plan(texts, mutants, new, self._files_of(new), widen=True),
        )

    def _head_cases(self, key: Key) -> frozenset[str]:
        """The cases of head's tests that may notice a broken function: those of what became of the witnesses, and those
        of other new and altered tests that run it: a demand may have moved.
        """
        ran = self._entered.get(key)
        also = self._brought.intersection(ran.tests if ran else ())
        return also.union(*(it.new for it in self._runs[key]))

    @cached_property
    def _entered(self) -> dict[Key, Entered]:
        """The functions that the run's tests ran, and which of the altered files' tests."""
        return {(it.path, it.qualname, it.first_line): it for it in self.evidence.entered or ()}

    @cached_property
    def _brought(self) -> frozenset[str]:
        """The cases of tests that are new or were edited, and passed."""
        tests = {(it.new_path, it.new.qualified_name) for it in self.delta.tests if it.new and it.new.touched}
        return frozenset[str]().union(*map(self._cases, sorted(tests)))

    @property
    def not_judged(self) -> Iterator[str]:
        """What could not be weighed, and why."""
        report = self.proofs.of(TrialKind.WATCHED)
        files = other_test_files(self.change) if self.evidence.entered is not None else ()
        lost = (
            report.problem if report else f"{files[0]} changed too: no trial can put the base's back" if files else ""
        )
        if report and not lost and (data := unserved(report)):
            lost = f"no test was seen to open the base's {data[0]}"
        if lost:
            yield f"altered and deleted tests: {lost}"
        if (count := left_standing(self.delta, self.evidence)) > 0:
            yield f"{count} tests that stand on altered helpers, fixtures or data: {MOST_STANDING} others were weighed"
        if (count := len(self._runs) - MOST_FUNCTIONS) > 0:
            which = f"mutants were made of {MOST_FUNCTIONS}, those that the fewest of these tests run"
            yield f"{count} product functions that altered tests run: {which}"
        unjudged = [it for fates in self._fates for it in fates.values() if it.fate is Fate.NOT_JUDGED]
        told = [it for it in unjudged if it.reason != UNREACHED or it is self._fates[0].get(it.id)]
        reasons = Counter(it.reason for it in told)
        yield from (f"{count} mutants for altered tests: {reason}" for reason, count in reasons.items())

    def of(self, tests: Iterable[Test]) -> Weighed:
        """What is known of head's tests, all of them together: less, where that is known of one."""
        wanted = set(tests)
        olds = {it.old for it in self._all if it.new in wanted or it.cause in wanted}
        found = [self._weigh(self._witnesses[it]) if it in self._witnesses else UNWEIGHED for it in sorted(olds)]
        less = [it for it in found if it.weight is Weight.LESS]
        if less:
            return less[0]
        return found[0] if found and all(it.weight is Weight.SAME for it in found) else UNWEIGHED

    @cached_property
    def tests(self) -> tuple[Versions, ...]:
        """All tests that may be weighed."""
        return tuple(it for it in self._all if it.old in self._witnesses)

    @cached_property
    def _all(self) -> tuple[Versions, ...]:
        return versions(self.delta, self.evidence)

    @cached_property
    def _report(self) -> TrialReport | None:
        report = self.proofs.of(TrialKind.WATCHED)
        return report if report and not report.problem and not unserved(report) else None

    @cached_property
    def _witnesses(self) -> dict[Test, _Witness]:
        """The base's tests that are green on head's code, and whose versions at head all passed."""
        found: dict[Test, _Witness] = {}
        ends = self.proofs.ends(TrialKind.WATCHED)
        for test, now in _by_old(self._all).items():
            end = ends.get(test)
            cases = [self._cases(it.new) for it in now]
            if end and end.ended is Ended.GREEN and all(cases):
                found[test] = _Witness(test, now[0].names, frozenset(end.cases), frozenset[str]().union(*cases))
        return found

    def _cases(self, test: Test) -> frozenset[str]:
        return frozenset(self.evidence.tests[at].node_id for at in passed(self.evidence, *test))

    @cached_property
    def _runs(self) -> dict[Key, tuple[_Witness, ...]]:
        """The unaltered functions that witnesses run, those first that matter most."""
        by_case = {case: it for it in self._witnesses.values() for case in it.old}
        altered = {(it.path, it.new.start_line) for it in altered_functions(self.delta)}
        found: dict[Key, tuple[_Witness, ...]] = {}
        for it in self._report.entered if self._report else ():
            witnesses = {id(one): one for case in it.tests if (one := by_case.get(case))}
            if witnesses and (it.path, it.first_line) not in altered and _is_named(it):
                found[it.path, it.qualname, it.first_line] = tuple(witnesses.values())
        return dict(sorted(found.items(), key=lambda it: (len(it[1]), not _names(it[0], it[1]), it[0])))

    @cached_property
    def _mutants(self) -> dict[Key, tuple[Mutant, ...]]:
        """The mutants of the functions that are broken, in the order of the functions."""
        chosen = list(self._runs)[:MOST_FUNCTIONS]
        by_path: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, qualname, first_line in chosen:
            by_path[path].append((qualname, first_line))
        maker = import_module("pytest_agentaudit.facts.mutants")
        made: dict[Key, list[Mutant]] = {key: [] for key in chosen}
        for path, keys in by_path.items():
            for it in maker.whole_mutants(path, self._texts.get(path, ""), keys):
                made[path, it.qualname, it.first_line].append(it)
        return {key: tuple(it) for key, it in made.items()}

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Head's texts of the files whose functions are broken; one that is no UTF-8 is left out."""
        found: dict[str, str] = {}
        for path in {path for path, _, _ in list(self._runs)[:MOST_FUNCTIONS]}:
            content = self.change.new.read(path)
            try:
                found[path] = content.decode("utf-8") if content else ""
            except UnicodeDecodeError:
                continue
        return found

    @property
    def _old_files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(path for path, _ in self._witnesses))

    def _files_of(self, cases: Mapping[Key, list[str]]) -> tuple[str, ...]:
        wanted = {case for it in cases.values() for case in it}
        return tuple(dict.fromkeys(sorted(it.path for it in self.evidence.tests if it.node_id in wanted)))

    @cached_property
    def _fates(self) -> tuple[Mapping[str, MutantFate], ...]:
        return tuple({it.id: it for it in fates.fates} for fates in self.proofs.weighing)

    def _weigh(self, witness: _Witness) -> Weighed:
        """What a version noticed, and what of that its successors do."""
        if len(self._fates) < len(self.plans) or not self.plans:
            return UNWEIGHED
        count = _Count()
        for key, witnesses in self._runs.items():
            if any(it is witness for it in witnesses):
                for mutant in self._mutants.get(key, ()):
                    if not mutant.operator.is_control:
                        self._compare(witness, mutant, count)
        return count.weighed

    def _compare(self, witness: _Witness, mutant: Mutant, count: _Count) -> None:
        old, new = (fates.get(mutant.id) for fates in self._fates)
        if old is None or new is None or old.fate is Fate.NOT_JUDGED:
            count.is_whole = False
        elif witness.old.isdisjoint(old.noticed):
            count.gained += not witness.new.isdisjoint(new.noticed)
        elif new.reason == UNREACHED and not self._runs_at_import(mutant):
            count.lose(mutant, unseen=not self._runs_somewhere(mutant))
        elif new.fate in {Fate.NOT_JUDGED, Fate.NOT_REACHED}:
            count.is_whole = False
        elif not witness.new.isdisjoint(new.noticed) or self._has_moved(old, new):
            count.kept += 1
        elif not new.noticed and witness.new <= set(new.passed):
            count.lose(mutant, unseen=new.fate is Fate.SURVIVED)
        else:
            count.is_whole = False

    def _has_moved(self, old: MutantFate, new: MutantFate) -> bool:
        """Whether a new or altered test notices a mutant that it did not notice before: the demand went there."""
        before = (it.new for it in self._witnesses.values() if not it.old.isdisjoint(old.noticed))
        return not frozenset(new.noticed) <= frozenset[str]().union(*before)

    def _runs_somewhere(self, mutant: Mutant) -> bool:
        """Whether a test of the suite may run a function."""
        known = _key(mutant) in self._entered
        return known or self.evidence.entered is None or bool(self.evidence.partial)

    def _runs_at_import(self, mutant: Mutant) -> bool:
        """Whether a function may run before any test does: what comes of that, mutants do not reach."""
        ran = self._entered.get(_key(mutant))
        return self.evidence.entered is None or (ran is not None and ran.at_import)


class _Count(Struct):
    """What became of mutants, counted."""

    kept: int = 0
    gained: int = 0
    lost: list[tuple[Mutant, bool]] = field(default_factory=list)
    is_whole: bool = True

    def lose(self, mutant: Mutant, *, unseen: bool) -> None:
        """One that is noticed no more."""
        self.lost.append((mutant, unseen))

    @property
    def weighed(self) -> Weighed:
        """What that says."""
        lost, unseen = tuple(it for it, _ in self.lost), tuple(it for it, is_unseen in self.lost if is_unseen)
        noticed = self.kept + len(lost)
        if len(lost) > self.gained:
            return Weighed(Weight.LESS, lost, unseen, noticed)
        return Weighed(Weight.SAME, noticed=noticed) if noticed and not lost and self.is_whole else UNWEIGHED


def _plan(
    texts: Mapping[str, str],
    mutants: tuple[Mutant, ...],
    cases: Mapping[Key, list[str]],
    files: tuple[str, ...],
    *,
    placed: Mapping[str, bytes | None] | None = None,
    widen: bool = False,
) -> MutationPlan:
    covering = tuple(Covering(*key, tuple(tests)) for key, tests in cases.items())
    return MutationPlan("", texts, mutants, covering, files, widen=widen, each=True, placed=placed or {})


def _by_old(found: Iterable[Versions]) -> dict[Test, list[Versions]]:
    by_old: dict[Test, list[Versions]] = defaultdict(list)
    for it in found:
        by_old[it.old].append(it)
    return by_old


def _key(mutant: Mutant) -> Key:
    return mutant.path, mutant.qualname, mutant.first_line


def _is_named(it: Entered) -> bool:
    """Whether it is a function with a name of its own, no lambda or comprehension."""
    return "<" not in it.qualname.replace(".<locals>.", ".")


def _names(key: Key, witnesses: Iterable[_Witness]) -> bool:
    """Whether one of the tests names the function, or the class around it."""
    words = key[1].replace(".<locals>", "").split(".")
    return any(not it.names.isdisjoint(words) for it in witnesses)
