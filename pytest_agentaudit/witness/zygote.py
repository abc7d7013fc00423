"""The process that has collected the covering tests and runs none: it forks a child for each mutant instead."""

from __future__ import annotations

import gc
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

import pytest

from pytest_agentaudit.mutant import Fate, Mutant, MutantFate, MutantFates, Operator
from pytest_agentaudit.proof import NO_TEST, Covering, MutationPlan, all_not_judged
from pytest_agentaudit.witness.forked import Forked
from pytest_agentaudit.witness.forking import cannot_fork
from pytest_agentaudit.witness.mutant_child import Endings, Pipe, run_tests, settle
from pytest_agentaudit.witness.runs import NullRuns, Run, Runner
from pytest_agentaudit.witness.swap import Swapper
from pytest_agentaudit.witness.trial import Trial

SPAWNING = frozenset({"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.spawn"})
"""What Python's audit hooks call the start of other programs: these know of no mutant."""

MOST_TOGETHER = 300
"""Tests that run together without a mutant."""


class Zygote:
    """A plugin object: keeps the plan's tests of the collection, and tries mutants in the place of running them.

    The plan's time runs from its making. `result` is None until pytest gets so far. Temporary files of the tests go to
    `folder`, which its owner removes however the process ends.
    """

    def __init__(self, plan: MutationPlan, folder: str) -> None:
        self._plan, self._folder = plan, folder
        self._deadline = time.monotonic() + plan.seconds
        self._wanted = {test for covering in plan.covering for test in covering.tests}
        self._items: dict[str, pytest.Item] = {}
        self.result: MutantFates | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only the covering tests are of use."""
        self._items = {item.nodeid: item for item in items}
        items[:] = [item for item in items if item.nodeid in self._wanted]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try the mutants, before any test has filled a cache."""
        problem = cannot_fork()
        self.result = all_not_judged(self._plan, problem) if problem else self._try(session)
        return True

    def _try(self, session: pytest.Session) -> MutantFates:
        known = NullRuns()
        plan = self._plan
        trials = {
            _key(it): Trial(it, self._items, known, widens=plan.widen, noticed=plan.noticed, each=plan.each)
            for it in plan.covering
        }
        for mutant in self._plan.mutants:
            if trial := trials.get(_key(mutant)):
                trial.take(mutant)
        chosen = [mutant for mutant in self._plan.mutants if not mutant.operator.is_control]
        fates: dict[str, MutantFate] = {}
        with _Nursery(session.config, self._plan, self._deadline, Path(self._folder, "tests")) as nursery:
            if not plan.each and len(trials) > 1:
                self._run_together(trials.values(), known, nursery)
            for round_ in self._rounds(sorted(chosen, key=lambda it: not it.operator.is_whole)):
                for mutant in round_:
                    trial = trials.get(_key(mutant))
                    untried = MutantFate(mutant.id, Fate.NOT_JUDGED, reason=NO_TEST)
                    fates[mutant.id] = trial.fate(mutant, nursery) if trial else untried
                if all(it.fate is Fate.NOTICED for it in fates.values()):
                    break
        fates = {mutant.id: fates[mutant.id] for mutant in chosen if mutant.id in fates}
        return MutantFates(tuple(fates.values()), tuple(it for trial in trials.values() for it in trial.set_aside))

    def _run_together(self, trials: Iterable[Trial], known: NullRuns, run: Runner) -> None:
        """Run the first tests of all functions once without a mutant: many tests run several of them."""
        wanted = {name for trial in trials for name in trial.first_tests}
        items = [item for name, item in self._items.items() if name in wanted]
        null = next((it for it in self._plan.mutants if it.operator is Operator.NULL), None)
        if null and 0 < len(items) <= MOST_TOGETHER:
            known.run(null, items, run, apart=False)

    def _rounds(self, chosen: Sequence[Mutant]) -> tuple[list[Mutant], ...]:
        """The mutants that are tried first, and those that tell something only where one of these is not noticed."""
        noticed = self._plan.noticed
        if noticed is None:
            return (list(chosen),)
        return tuple([it for it in chosen if (it.id in noticed) is known] for known in (True, False))


def _key(function: Mutant | Covering) -> tuple[str, str, int]:
    return function.path, function.qualname, function.first_line


class _Nursery:
    """Forks one child after the other, and clears up behind them."""

    def __init__(self, config: pytest.Config, plan: MutationPlan, deadline: float, scratch: Path) -> None:
        self._config = config
        self._deadline = deadline
        self._scratch = scratch
        self._swapper = Swapper(plan.root, plan.texts)
        nulls = [mutant for mutant in plan.mutants if mutant.operator is Operator.NULL]
        for path in dict.fromkeys(mutant.path for mutant in plan.mutants):
            self._swapper.read(path, [mutant for mutant in nulls if mutant.path == path])

    def __enter__(self) -> Self:
        gc.freeze()  # children that collect garbage would copy every page that they look at
        return self

    def __exit__(self, *_: object) -> None:
        gc.unfreeze()

    def __call__(
        self, mutant: Mutant, items: Sequence[pytest.Item], seconds: float, *, silence: float | None = None
    ) -> Run:
        """Run tests under a mutant in a child; see `Runner`."""
        return self.chain((mutant,), items, seconds, silence=silence)[0]

    def chain(
        self, mutants: Sequence[Mutant], items: Sequence[pytest.Item], seconds: float, *, silence: float | None = None
    ) -> list[Run]:
        """Run tests under one mutant after the other in a child; see `Runner`."""
        runs, heard = [Run()], time.monotonic()
        if heard >= self._deadline:
            return [Run(is_cut=True)]
        end = min(self._deadline, heard + seconds)

        def left() -> float:
            return min(end, heard + silence if silence else end) - time.monotonic()

        child = Forked(lambda pipe: self._live(pipe, mutants, items, to_the_end=silence is not None))
        try:
            for message in child.messages(left):
                runs[-1].take(message)
                heard = time.monotonic()
                if runs[-1].is_done and len(runs) == len(mutants):
                    break
                if runs[-1].is_done:
                    runs.append(Run())
        finally:
            runs[-1].silent = time.monotonic() - heard
            child.close()
        last = runs[-1]
        last.status, last.is_cut = child.status, time.monotonic() >= self._deadline and not last.is_done
        shutil.rmtree(self._scratch, ignore_errors=True)
        is_begun = last.begun >= 0 or last.is_done or last.is_cut or len(runs) == 1
        return runs if is_begun else runs[:-1]

    def _live(self, pipe: Pipe, mutants: Sequence[Mutant], items: Sequence[pytest.Item], *, to_the_end: bool) -> None:
        """The child's life: it takes the mutants in, and runs the tests, until one of them does not pass."""
        sys.addaudithook(lambda event, _: pipe.send("spawned") if event in SPAWNING else None)
        settle(self._config, self._scratch)
        for mutant in mutants:
            all_passed = self._try(pipe, mutant, items, to_the_end=to_the_end)
            if not self._swapper.take_back() or not all_passed:
                return

    def _try(self, pipe: Pipe, mutant: Mutant, items: Sequence[pytest.Item], *, to_the_end: bool) -> bool:
        """Run the tests under a mutant; whether all passed."""
        if mutant.operator is Operator.NULL:
            self._swapper.mark()
        elif problem := self._swapper.swap(mutant).problem:
            pipe.send("problem", problem)
            return False
        endings = Endings(lambda file: self._swapper.files.path(file) == mutant.path)
        self._config.pluginmanager.register(endings)
        all_passed = run_tests(items, pipe, endings, self._swapper.reached, to_the_end=to_the_end)
        self._config.pluginmanager.unregister(endings)
        pipe.send("done", self._swapper.another.given)
        return all_passed
