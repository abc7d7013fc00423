"""The run's side of proofs: child runs of pytest, one at a time, after the session and within a budget."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from msgspec import Struct
from msgspec.structs import replace

import pytest_agentaudit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.mutant import MutantFates
from pytest_agentaudit.process import Completed, run
from pytest_agentaudit.proof import (
    MutationOrder,
    MutationPlan,
    Plan,
    Proofs,
    Trial,
    TrialOrder,
    TrialReport,
    all_not_judged,
    untried,
)
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import WireError, from_plain, to_plain
from pytest_agentaudit.witness import EDITOR_ADAPTER, EDITOR_PIPE
from pytest_agentaudit.witness.hypothesis_caches import STORAGE, lend
from pytest_agentaudit.witness.spare import Call, Spare

OUT_OF_BUDGET = "budget"
"""The problem of what there was no time for."""
ENDING = 5.0
"""Seconds beyond its own limit that a child may take to end by itself."""
FOREIGN = ("PYTEST_XDIST", "COV_CORE", "COVERAGE_PROCESS", "PYTEST_CURRENT_TEST", EDITOR_PIPE)
"""Beginnings of variables that tell a child to be part of another run."""

_STORAGE = "hypothesis"
"""The part of a child's folder that hypothesis may use."""

_BOOT = """\
import json, sys
home, path, *given = sys.argv[1:]
sys.path.insert(0, home)
from pytest_agentaudit.witness.orders import main
sys.path[:] = json.loads(path)
sys.argv[1:] = []
main(*given)
"""
"""Loads this very package, wherever the import path of the project has another one."""

T = TypeVar("T")


class Start(Struct, frozen=True):
    """How the run was started, and how its children are: pytest's arguments, the folder, the import path, the
    environment. `caches` says whether pytest keeps a cache, which children are to leave alone. `before` stands before
    a child's command line, and `user` is the id of the user that it makes the child run as (0: ours). Children begin
    in the `spare`, where there is one.
    """

    arguments: tuple[str, ...]
    folder: str
    path: tuple[str, ...]
    environ: Mapping[str, str]
    caches: bool = True
    before: tuple[str, ...] = ()
    user: int = 0
    spare: Spare | None = None

    @classmethod
    def of(cls, config: pytest.Config, spare: Spare | None = None) -> Start:
        """As things are now: before the first conftest."""
        arguments = tuple(str(argument) for argument in config.invocation_params.args)
        folder, caches = str(config.invocation_params.dir), config.pluginmanager.has_plugin("cacheprovider")
        return cls(arguments, folder, tuple(sys.path), dict(os.environ), caches, spare=spare)

    def pytest_arguments(self, scratch: str) -> tuple[str, ...]:
        """The run's arguments for a child that may write to the folder `scratch`, and that no editor is to hear of."""
        cache = ("-o", f"cache_dir={scratch}/cache") if self.caches else ()
        return (*self.arguments, *cache, "-p", f"no:{EDITOR_ADAPTER}")

    def child(self, module: str, order: Value, kind: type[T], scratch: str, seconds: float) -> T:
        """Have `module` do what `order` says in a child; its answer. AuditError where there is none: its message says
        why, and is `OUT_OF_BUDGET` where the child took too long.
        """
        place = Path(scratch)
        (place / "order.json").write_text(json.dumps(to_plain(order)), encoding="ascii")
        if self.user:
            for file in (place, place / "order.json"):
                os.chown(file, self.user, self.user)
        else:
            lend(self.environ, self.folder, place / _STORAGE)
        done = self._done((module, str(place / "order.json"), str(place / "answer.json")), scratch, seconds)
        if done.timed_out:
            raise AuditError(OUT_OF_BUDGET)
        try:
            answer = from_plain(kind, json.loads((place / "answer.json").read_bytes()))
        except (OSError, ValueError, WireError):
            raise AuditError(f"its run of pytest ended without an answer: {_complaint(done)}") from None
        if isinstance(answer, TrialReport) and answer.problem:
            return replace(answer, problem=f"{answer.problem}: {_complaint(done)}")
        return answer

    def _done(self, call: tuple[str, ...], scratch: str, seconds: float) -> Completed:
        """Have a child make a call of `orders.main`: one of the spare, or a new process."""
        environ = self._environment(scratch)
        if self.spare:
            wanted = Call(call, self.folder, self.path, environ, f"{scratch}/output", seconds)
            if done := self.spare.run(wanted):
                return done
        home = str(Path(pytest_agentaudit.__file__).resolve().parents[1])
        argv = (*self.before, sys.executable, "-c", _BOOT, home, json.dumps(self.path), *call)
        return run(argv, cwd=self.folder, env=environ, timeout=seconds)

    def _environment(self, scratch: str) -> dict[str, str]:
        own = {"PYTHONDONTWRITEBYTECODE": "1", STORAGE: f"{scratch}/{_STORAGE}"}
        return {**{name: value for name, value in self.environ.items() if not name.startswith(FOREIGN)}, **own}


class Trials:
    """Makes the proofs of one audit within a budget of so many seconds."""

    def __init__(self, start: Start, root: str, budget: float) -> None:
        self._start, self._root, self._left = start, root, budget

    def make(self, plan: Plan, progress: Callable[[str], None]) -> Proofs:
        """What a plan's trials showed, in their order. `progress` is told in words what goes on."""
        reports = tuple(self._trial(trial, progress) for trial in plan.trials)
        fates = self._mutants(plan.mutants, progress) if plan.mutants else None
        weighing: tuple[MutantFates, ...] = ()
        for share, it in zip(range(len(plan.weighing), 0, -1), plan.weighing, strict=True):
            seen = tuple(fate.id for fates in weighing for fate in fates.fates if fate.noticed)
            if weighing and not seen:
                weighing += (MutantFates(),)
            else:
                weighing += (self._mutants(replace(it, noticed=seen) if weighing else it, progress, share),)
        return Proofs(reports, fates, weighing)

    def _trial(self, trial: Trial, progress: Callable[[str], None]) -> TrialReport:
        progress(f"{len(trial.tests)} tests once more: {trial.kind}, {self._left:.0f} s left")

        def make(scratch: str) -> TrialReport:
            order = TrialOrder(trial, self._root, scratch, self._start.pytest_arguments(scratch))
            return self._start.child("child", order, TrialReport, scratch, self._left)

        return self._timed(make, lambda why: untried(trial, why))

    def _mutants(self, plan: MutationPlan, progress: Callable[[str], None], share: int = 1) -> MutantFates:
        """What becomes of a plan's mutants, in so much of the time as leaves as much to the others that `share` it."""
        chosen = sum(not it.operator.is_control for it in plan.mutants)
        seconds = self._left / share
        progress(f"{chosen} mutants, {seconds:.0f} s left")
        return self._timed(
            lambda scratch: try_mutants(replace(plan, root=self._root, seconds=seconds), self._start, scratch),
            lambda why: all_not_judged(plan, why),
        )

    def _timed(self, make: Callable[[str], T], otherwise: Callable[[str], T]) -> T:
        """What `make` gives in a folder that is its own, as long as there is time; else the reason why not."""
        if self._left <= 0:
            return otherwise(OUT_OF_BUDGET)
        started = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="agentaudit-", ignore_cleanup_errors=True) as scratch:
                return make(scratch)
        except (AuditError, OSError) as error:
            return otherwise(str(error))
        finally:
            self._left -= time.monotonic() - started


def try_mutants(plan: MutationPlan, start: Start, scratch: str) -> MutantFates:
    """Try a plan's mutants in a child that may write to the folder `scratch`; AuditError where that does not work."""
    files = tuple(str(Path(plan.root, name)) for name in plan.files)
    order = MutationOrder(plan, files, scratch, start.pytest_arguments(scratch))
    return start.child("mutation", order, MutantFates, scratch, plan.seconds + ENDING)


def _complaint(done: Completed) -> str:
    """The last line in which pytest said what was wrong."""
    lines = (done.stdout + done.stderr).decode(errors="replace").split("\n")
    said = [line for line in lines if line.startswith(("INTERNALERROR>", "ERROR", "E  "))]
    return said[-1].removeprefix("INTERNALERROR>").strip() if said else done.complaint
