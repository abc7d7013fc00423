"""What the base's and head's versions of altered tests notice of product functions that are broken one by one.

The functions are those that the base's versions run and that the change left as they were: a demand on them that was
right before the change is right after it. Where a test was deleted, or its text lost something, some functions are
probed by small changes too, altered ones among them: what the base's version demands of them holds on head's code.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import import_module

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.change.model import Change
from pytest_agentaudit.facts.altered import altered_functions
from pytest_agentaudit.facts.candidates import runners
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.old_tests import unserved
from pytest_agentaudit.facts.reverted import base_tests, other_test_files
from pytest_agentaudit.facts.touched_tests import passed
from pytest_agentaudit.facts.versions import MOST_STANDING, Test, Versions, gone_tests, left_standing, versions
from pytest_agentaudit.facts.weights import UNWEIGHED, Count, Key, Weighed, Weight, plan
from pytest_agentaudit.model import Entered, Evidence
from pytest_agentaudit.mutant import Fate, Mutant, MutantFate
from pytest_agentaudit.proof import UNREACHED, Ended, MutationPlan, Proofs, TrialKind, TrialReport

MOST_FUNCTIONS = 16
"""How many functions are broken: first those that the fewest altered tests run, then those that the tests name, then
those that few other tests run.
"""
MOST_SURE = 6
"""How many of them are run by tests alone whose own words changed, and whose text lost nothing."""
MOST_PROBED = 8
"""How many of them are probed."""
MOST_FILES = 5
"""Files of tests that run a function, above which it is not probed: all of them would have to be asked."""


def watched_tests(change: Change, delta: Delta, evidence: Evidence) -> tuple[Test, ...]:
    """The base's tests of which it matters which functions they run; none where data of tests changed, which no trial
    puts back.
    """
    if other_test_files(change):
        return ()
    return tuple(dict.fromkeys((*(it.old for it in versions(delta, evidence)), *gone_tests(delta))))


class _Witness(Struct, frozen=True):
    """A test of the base that holds on head's code, and its cases on both sides: none at head, where it was deleted. It
    `is_sure` where its own words changed alone, and lost nothing.
    """

    test: Test
    names: frozenset[str]
    old: frozenset[str]
    new: frozenset[str] = frozenset()
    is_doubtful: bool = True
    is_sure: bool = False


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
        old = {key: sorted({case for it in self._witnesses_of(key) for case in it.old}) for key in functions}
        new = {key: sorted(self._head_cases(key)) for key in functions}
        return (
            plan(texts, mutants, old, self._old_files, placed=base_tests(self.change)),
            plan(texts, mutants, new, self._files_of(new), widen=True),
        )

    def _head_cases(self, key: Key) -> frozenset[str]:
        """The cases of head's tests that may notice a broken function: those of what became of the witnesses, and those
        of other new and altered tests that run it: a demand may have moved. Of a function that is probed, one of each
        file too: survivors are shown to the rest of it.
        """
        near = self._near(key).values() if key in self._probed else ()
        also = self._brought.intersection(self._running(key))
        return also.union(near, *(it.new for it in self._witnesses_of(key)))

    def _witnesses_of(self, key: Key) -> tuple[_Witness, ...]:
        return (*self._runs.get(key, ()), *self._probed.get(key, ()))

    def _running(self, key: Key) -> frozenset[str]:
        """The cases that are known to run a function."""
        ran = self._entered.get(key)
        return self._by_lines.get((key[0], key[2]), frozenset()).union(ran.tests if ran else ())

    def _near(self, key: Key) -> dict[str, str]:
        """A case of each file whose tests run a function."""
        ran = self._running(key)
        return {it.path: it.node_id for it in reversed(self.evidence.tests) if it.node_id in ran}

    @cached_property
    def _by_lines(self) -> dict[tuple[str, int], frozenset[str]]:
        """The cases that ran altered functions, by their path and first line: those of all files."""
        found: dict[tuple[str, int], set[str]] = defaultdict(set)
        for index, functions in runners(self.delta, self.evidence).items():
            for it in functions:
                found[it.path, it.new.start_line].add(self.evidence.tests[index].node_id)
        return {place: frozenset(cases) for place, cases in found.items()}

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
        if (count := len(list(self._broken)) - MOST_FUNCTIONS) > 0:
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
        is_same = bool(found) and all(it.weight is Weight.SAME for it in found)
        one = next((it for it in found if it.missed), found[0] if is_same else UNWEIGHED)
        return replace(one, weight=Weight.SAME if is_same else Weight.UNKNOWN)

    def missed(self, deleted: Iterable[Test]) -> tuple[Mutant, ...]:
        """What deleted tests of the base noticed, and no test does since."""
        found = (self._weigh(self._witnesses[it]).missed for it in deleted if it in self._witnesses)
        return tuple({it.id: it for missed in found for it in missed}.values())

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
                new, doubt = frozenset[str]().union(*cases), any(it.is_doubtful for it in now)
                sure = not doubt and all(it.cause is None for it in now)
                found[test] = _Witness(test, now[0].names, frozenset(end.cases), new, is_doubtful=doubt, is_sure=sure)
        for test, names in gone_tests(self.delta).items():
            end = ends.get(test)
            if end and end.ended is Ended.GREEN:
                found[test] = _Witness(test, names, frozenset(end.cases))
        return found

    def _cases(self, test: Test) -> frozenset[str]:
        return frozenset(self.evidence.tests[at].node_id for at in passed(self.evidence, *test))

    @cached_property
    def _runs(self) -> dict[Key, tuple[_Witness, ...]]:
        """The unaltered functions that witnesses run, those first that matter most."""
        altered = {(it.path, it.new.start_line) for it in altered_functions(self.delta)}
        standing = {key: it for key, it in self._all_runs.items() if (key[0], key[2]) not in altered}
        return self._ranked({key: tuple(one for one in it if one.new) for key, it in standing.items()})

    @cached_property
    def _probed(self) -> dict[Key, tuple[_Witness, ...]]:
        """The functions that are probed, with the witnesses of whose edit or end that is."""
        found = {key: tuple(one for one in it if one.is_doubtful) for key, it in self._all_runs.items()}
        chosen = list(self._ranked({key: it for key, it in found.items() if it and self._can_ask_all(key)}).items())
        return dict(chosen[:MOST_PROBED])

    def _ranked(self, runs: Mapping[Key, tuple[_Witness, ...]]) -> dict[Key, tuple[_Witness, ...]]:
        """Those of the functions that some witness runs, and first those that matter most."""
        found = [(key, it) for key, it in runs.items() if it]
        others = {key: self._entered[key] for key, _ in found if key in self._entered}
        spread = {key: (it.elsewhere, len(it.tests)) for key, it in others.items()}
        found.sort(key=lambda it: (len(it[1]), not _names(*it), spread.get(it[0], (False, 0)), it[0]))
        return dict(found)

    def _can_ask_all(self, key: Key) -> bool:
        """Whether all tests of the run that run a function are known, and few enough to be asked."""
        ran = self._entered.get(key)
        is_known = (key[0], key[2]) in self._by_lines or (ran is not None and not ran.elsewhere)
        return is_known and len(self._near(key)) <= MOST_FILES

    @cached_property
    def _all_runs(self) -> dict[Key, tuple[_Witness, ...]]:
        """The functions that witnesses run."""
        by_case = {case: it for it in self._witnesses.values() for case in it.old}
        found: dict[Key, tuple[_Witness, ...]] = {}
        for it in self._report.entered if self._report else ():
            witnesses = {id(one): one for case in it.tests if (one := by_case.get(case))}
            if witnesses and _is_named(it):
                found[it.path, it.qualname, it.first_line] = tuple(witnesses.values())
        return found

    @cached_property
    def _mutants(self) -> dict[Key, tuple[Mutant, ...]]:
        """The mutants of the functions that are broken, in the order of the functions."""
        chosen = self._chosen
        by_path: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for path, qualname, first_line in chosen:
            by_path[path].append((qualname, first_line))
        maker = import_module("pytest_agentaudit.facts.mutants")
        made: dict[Key, list[Mutant]] = {key: [] for key in chosen}
        for path, keys in by_path.items():
            probed = {(qualname, first_line) for at, qualname, first_line in self._probed if at == path}
            for it in maker.whole_mutants(path, self._texts.get(path, ""), keys, probed):
                made[path, it.qualname, it.first_line].append(it)
        return {key: tuple(it) for key, it in made.items()}

    @property
    def _chosen(self) -> tuple[Key, ...]:
        """The functions that are broken."""
        return tuple(dict.fromkeys((*list(self._broken)[:MOST_FUNCTIONS], *self._probed)))

    @property
    def _broken(self) -> Iterator[Key]:
        """The unaltered functions that are worth to be broken: of those that sure tests alone run, the nearest."""
        left = MOST_SURE
        for key, witnesses in self._runs.items():
            left -= (is_near := all(it.is_sure for it in witnesses))
            if not is_near or left >= 0:
                yield key

    @cached_property
    def _texts(self) -> dict[str, str]:
        """Head's texts of the files whose functions are broken; one that is no UTF-8 is left out."""
        found: dict[str, str] = {}
        for path in {path for path, _, _ in self._chosen}:
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
        count = Count()
        for key, mutants in self._mutants.items():
            is_standing, is_probed = (witness in it.get(key, ()) for it in (self._runs, self._probed))
            for mutant in mutants:
                if is_standing and mutant.operator.is_whole:
                    self._compare(witness, mutant, count)
                elif is_probed and not mutant.operator.is_control:
                    self._probe(witness, mutant, count)
        return count.weighed

    def _probe(self, witness: _Witness, mutant: Mutant, count: Count) -> None:
        """Whether a version noticed a small change, and all tests of the run pass it now."""
        old, new = (fates.get(mutant.id) for fates in self._fates)
        if old is None or new is None:
            return
        if witness.old.isdisjoint(old.noticed):
            count.caught += not witness.new.isdisjoint(new.noticed)
        elif new.fate is Fate.SURVIVED:
            count.missed.append(mutant)

    def _compare(self, witness: _Witness, mutant: Mutant, count: Count) -> None:
        old, new = (fates.get(mutant.id) for fates in self._fates)
        if old is None or old.fate is Fate.NOT_JUDGED:
            count.is_whole = False
        elif witness.old.isdisjoint(old.noticed):
            count.gained += new is not None and not witness.new.isdisjoint(new.noticed)
        elif new is None:
            count.is_whole = False
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
