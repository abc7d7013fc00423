"""One function's mutants before its tests: first the two controls, without which no fate means anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import islice

import pytest
from msgspec.structs import replace

from pytest_agentaudit.mutant import ANOTHER, CONTROL_STATUS, Fate, Mutant, MutantFate, Operator, SetAside
from pytest_agentaudit.proof import NO_TEST, UNREACHED, Covering
from pytest_agentaudit.witness.more_tests import MoreTests
from pytest_agentaudit.witness.mutant_child import MOST_CRASHES, Word
from pytest_agentaudit.witness.runs import SILENCE, NullRuns, Run, Runner, patience, unfit_in

BUDGET = "budget"
NULL_RUNS = 4
"""How often the tests are run without a mutant, each time without those that failed before."""
ENOUGH = 60
"""The tests that a mutant meets at least which only crashes: the next one may notice it. Where none of the first tests
can be a witness, so many more are looked at together.
"""
FAR_MARKS = frozenset(
    {"network", "internet", "online", "external", "db", "database", "django_db", "e2e", "end_to_end", "slow"}
)
"""Marks of tests that reach outside of the process or take long."""


class Trial:
    """A function, its controls and its witnesses."""

    def __init__(
        self,
        covering: Covering,
        items: Mapping[str, pytest.Item],
        known: NullRuns,
        *,
        widens: bool,
        noticed: Collection[str] | None = None,
        each: bool = False,
    ) -> None:
        self._covering = covering
        self._known = known
        self._widens = widens
        self._noticed = noticed
        self._first = len(covering.tests) if each else covering.first
        self._ask = self._ask_each if each else self._ask_any
        self._each = each
        self.controls: dict[Operator, Mutant] = {}
        self._probes: list[Mutant] = []
        self._survivors: dict[str, MutantFate] = {}
        self.set_aside: list[SetAside] = []
        self._all = items
        self._items: list[pytest.Item] = []
        self._rest: list[pytest.Item] = []
        self._verdict: tuple[Fate, str] | None = None
        self._seconds = 0.0
        self._is_reached = False

    @property
    def first_tests(self) -> tuple[str, ...]:
        """The tests that every mutant meets, if they can be witnesses."""
        names = (it for it in self._covering.tests if it in self._all and not _far_mark(self._all[it]))
        return tuple(islice(names, self._first))

    def take(self, mutant: Mutant) -> None:
        """Know a mutant of the function beforehand: a control, or one of the many of which few are noticed."""
        if mutant.operator.is_control:
            self.controls[mutant.operator] = mutant
        elif self._each and self._noticed is None and not mutant.operator.is_whole:
            self._probes.append(mutant)

    def fate(self, mutant: Mutant, run: Runner) -> MutantFate:
        """What becomes of a mutant."""
        if self._verdict is None:
            fate, reason = self._verdict = self._check(run)
        else:
            fate, reason = self._verdict
        if reason:
            return MutantFate(mutant.id, fate, reason=reason)
        if not mutant.operator.is_whole:
            self._ask_together(run)
        found = self._survivors.get(mutant.id) or self._ask(mutant, run)
        widens = self._widens and (mutant.operator.is_whole or self._each)
        matters = self._noticed is None or mutant.id in self._noticed
        if found.fate is Fate.SURVIVED and (self._rest or (widens and matters)):
            return replace(self._with_more(found, mutant, run), passed=found.passed)
        return found

    def _ask_together(self, run: Runner) -> None:
        """Find small mutants that all tests pass although they ran into them: a process of its own for each is only
        needed for the others, which an earlier one may have harmed.
        """
        rest, self._probes = self._probes, []
        seconds, names = patience(self._seconds), tuple(item.nodeid for item in self._items)
        while rest:
            runs = run.chain(rest, self._items, seconds * len(rest), silence=SILENCE)
            for mutant, found in zip(rest, runs, strict=False):
                is_reached = any(mutant.id in ids for ids in found.reached.values())
                words = [word for word, _, _ in found.endings.values()]
                if found.is_done and is_reached and words == [Word.PASSED] * len(names):
                    self._survivors[mutant.id] = MutantFate(mutant.id, *_unharmed(mutant, found), passed=names)
            rest = [] if runs[-1].is_cut else rest[len(runs) :]

    def _ask_any(self, mutant: Mutant, run: Runner) -> MutantFate:
        """Whether some test notices: one of the next, where the first ones crash and are few."""
        found = run(mutant, self._items, patience(self._seconds))
        fate = self._read(mutant, self._items, found)
        if fate.fate is Fate.CRASHED and self._rest and found.failed < MOST_CRASHES:
            return self._noticed_by_more(mutant, run) or fate
        return fate

    def _ask_each(self, mutant: Mutant, run: Runner) -> MutantFate:
        """Which tests notice, and which pass. One that ends the process, or does not come to its end, does neither, and
        those behind it are asked in another one.
        """
        words: dict[str, Word] = {}
        rest, found = self._items, Run()
        while rest:
            found = run(mutant, rest, patience(self._seconds), silence=SILENCE)
            if found.is_cut or found.problem:
                return self._read(mutant, rest, replace(found, endings={}))
            words |= {rest[index].nodeid: word for index, (word, _, _) in found.endings.items()}
            if found.is_done or found.begun < 0:
                break
            rest = rest[found.begun + 1 :]
        noticed, passed = (tuple(it for it in words if words[it] is word) for word in (Word.NOTICED, Word.PASSED))
        if not noticed and len(passed) == len(self._items):
            return MutantFate(mutant.id, *_unharmed(mutant, found), passed=passed)
        fate = Fate.NOTICED if noticed else Fate.CRASHED
        return MutantFate(mutant.id, fate, next(iter(noticed), ""), noticed=noticed, passed=passed)

    def _check(self, run: Runner) -> tuple[Fate, str]:
        """Whether the controls behave: no reason where they do."""
        if len(self.controls) < len((Operator.NULL, Operator.CONTROL)):
            return Fate.NOT_JUDGED, "a control is missing"
        for name in self._covering.tests:
            if name not in self._all:
                self._put_aside(name, "not collected")
            elif mark := _far_mark(self._all[name]):
                self._put_aside(name, f"marked {mark}")
            else:
                self._rest.append(self._all[name])
        return self._without_mutant(run) or self._with_control(run) or (Fate.NOT_JUDGED, "")

    def _without_mutant(self, run: Runner) -> tuple[Fate, str] | None:
        """Run the tests on the same code, until all pass; None where some do. Where none of the first ones can be a
        witness, or reaches the function in a process of its own, more of the others are asked.
        """
        for times, size in enumerate((self._first, *(max(self._first, ENOUGH),) * (NULL_RUNS - 1))):
            if not self._items or (times == 1 and not self._is_reached):
                self._items, self._rest = [*self._items, *self._rest[:size]], self._rest[size:]
            if not self._items:
                return Fate.NOT_JUDGED, self._why_none()
            found = self._known.run(self.controls[Operator.NULL], self._items, run, apart=self._each)
            if found.problem:
                return Fate.NOT_REACHED, found.problem
            if found.is_cut:
                return Fate.NOT_JUDGED, BUDGET
            unfit = unfit_in(self._items, found)
            failed = any(failure for _, failure in unfit.values()) or not found.is_done
            self._seconds = sum(it[1] for index, it in found.endings.items() if self._items[index] not in unfit)
            for item, (reason, _) in unfit.items():
                self._put_aside(item.nodeid, reason)
            fit = [index for index, item in enumerate(self._items) if item not in unfit]
            self._is_reached = self._reach(found, fit)
            self._items = [self._items[index] for index in fit]
            if not failed and self._items and (self._is_reached or times or not self._rest):
                return None
        return Fate.NOT_JUDGED, "its tests do not keep passing without a mutant"

    def _why_none(self) -> str:
        if not self.set_aside:
            return NO_TEST
        first = min(self.set_aside, key=lambda it: it.test)
        return f"{NO_TEST} can be a witness: {first.test} {first.reason}"

    def _reach(self, found: Run, indices: Iterable[int]) -> bool:
        """Whether some of the tests of a run without a mutant ran into the function's mark."""
        mark = self.controls[Operator.NULL].id
        return any(mark in found.reached.get(index, ()) for index in indices)

    def _with_control(self, run: Runner) -> tuple[Fate, str] | None:
        """Run the tests on the control mutant, unless they are known to reach the function; None where they do."""
        if self._is_reached:
            return None
        found = run(self.controls[Operator.CONTROL], self._items, patience(self._seconds))
        if found.status == CONTROL_STATUS:
            return None
        if found.problem:
            return Fate.NOT_REACHED, found.problem
        if found.spawned:
            return Fate.NOT_JUDGED, f"{UNREACHED}, but start other programs"
        return Fate.NOT_JUDGED, BUDGET if found.is_cut else UNREACHED

    def _with_more(self, survivor: MutantFate, mutant: Mutant, run: Runner) -> MutantFate:
        """A survivor's fate before more tests."""
        more = self._more
        asked = len(self._items)
        for portion in more.portions(run):
            found = self._read(mutant, portion.items, run(mutant, portion.items, patience(portion.seconds)))
            if found.fate is Fate.NOT_JUDGED and portion.covers:
                return found
            if found.fate not in {Fate.SURVIVED, Fate.NOT_REACHED, Fate.NOT_JUDGED}:
                return found
            asked += len(portion.items)
        reason = _passed(asked)
        if more.left:
            reason = f"{reason}, {more.left} more that run it were not tried"
            return replace(survivor, fate=Fate.NOT_JUDGED, reason=reason)
        return replace(survivor, reason=reason)

    def _noticed_by_more(self, mutant: Mutant, run: Runner) -> MutantFate | None:
        """The fate of a mutant under which the first tests only crash, where one of the next notices it."""
        for portion in self._more.covering(run, ENOUGH - len(self._items)):
            found = self._read(mutant, portion.items, run(mutant, portion.items, patience(portion.seconds)))
            if found.fate is Fate.NOTICED:
                return found
        return None

    @cached_property
    def _more(self) -> MoreTests:
        """The rest of the tests that cover the function, and the others of their files."""
        known = {it.test for it in self.set_aside} | {item.nodeid for item in self._items}
        files = {item.path for item in (*self._items, *self._rest)} if self._widens else set()
        rest = [it for it in self._rest if it.nodeid not in known]
        known.update(it.nodeid for it in rest)
        near = [it for it in self._all.values() if it.path in files and it.nodeid not in known and not _far_mark(it)]
        return MoreTests(rest, near, self.controls[Operator.NULL], self._known, self._put_aside)

    @staticmethod
    def _read(mutant: Mutant, items: Sequence[pytest.Item], found: Run) -> MutantFate:
        """The fate that a child's account tells of."""
        failures = [(index, it) for index, it in found.endings.items() if it[0].is_failure]
        if failures:
            index, (word, _, reason) = min(failures, key=lambda it: it[1][0] is not Word.NOTICED)
            return MutantFate(mutant.id, _FATES[word], items[index].nodeid, reason)
        if found.is_done:
            return MutantFate(mutant.id, *_unharmed(mutant, found))
        if found.is_cut:
            return MutantFate(mutant.id, Fate.NOT_JUDGED, reason=BUDGET)
        name = items[found.begun].nodeid if found.begun >= 0 else ""
        fate = Fate.TIMED_OUT if found.status is None else Fate.DIED
        return MutantFate(mutant.id, fate, name, found.ended)

    def _put_aside(self, name: str, reason: str) -> None:
        it = self._covering
        self.set_aside.append(SetAside(it.path, it.qualname, it.first_line, name, reason))


def _unharmed(mutant: Mutant, found: Run) -> tuple[Fate, str, str]:
    """What it means that no test failed. Where a function always gave what a probe gives, the probe was there."""
    if found.problem:
        return Fate.NOT_REACHED, "", found.problem
    if mutant.operator is Operator.PERTURB and ANOTHER in mutant.replacement and not found.given:
        return Fate.NOT_REACHED, "", "no value of a plain type is returned"
    return Fate.SURVIVED, "", _passed(len(found.endings))


def _passed(count: int) -> str:
    return f"{count} {'test passes' if count == 1 else 'tests pass'}"


_FATES = {Word.NOTICED: Fate.NOTICED, Word.CRASHED: Fate.CRASHED, Word.TIMED_OUT: Fate.TIMED_OUT}


def _far_mark(item: pytest.Item) -> str:
    return next((mark.name for mark in item.iter_markers() if mark.name in FAR_MARKS), "")
