"""The run's side of a trial: child runs of pytest, one at a time, after the session and within a budget."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.process import Completed, run
from pytest_agentaudit.proof import Plan, Trial, TrialReport
from pytest_agentaudit.wire import WireError, from_plain, to_plain
from pytest_agentaudit.witness.child import Order

OUT_OF_BUDGET = "budget"
"""The problem of a trial for which no time was left."""

_BOOT = """\
import json, sys
sys.path[:] = json.loads(sys.argv[1])
sys.argv = [sys.argv[0], *sys.argv[2:]]
from pytest_agentaudit.witness.child import main
sys.exit(main(*sys.argv[1:]))
"""


class Trials:
    """Makes the trials of one audit. To be set up before the first conftest: children get the import path and the
    environment of that moment.
    """

    def __init__(self, config: pytest.Config, root: str, budget: float) -> None:
        self._arguments = tuple(str(argument) for argument in config.invocation_params.args)
        self._caches = config.pluginmanager.has_plugin("cacheprovider")
        self._cwd = str(config.invocation_params.dir)
        self._root, self._left = root, budget
        self._environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        self._path = tuple(sys.path)

    def make(self, plan: Plan, progress: Callable[[str], None]) -> tuple[TrialReport, ...]:
        """The reports of a plan's trials, in their order. `progress` is told in words what goes on."""
        return tuple(self._one(trial, progress) for trial in plan.trials)

    def _one(self, trial: Trial, progress: Callable[[str], None]) -> TrialReport:
        if self._left <= 0:
            return TrialReport(trial.kind, problem=OUT_OF_BUDGET)
        progress(f"{len(trial.tests)} tests once more: {trial.kind}, {self._left:.0f} s left")
        started = time.monotonic()
        try:
            with tempfile.TemporaryDirectory(prefix="agentaudit-trial-") as folder:
                return self._run(trial, folder)
        except (AuditError, OSError) as error:
            return TrialReport(trial.kind, problem=str(error))
        finally:
            self._left -= time.monotonic() - started

    def _run(self, trial: Trial, folder: str) -> TrialReport:
        plan, result = Path(folder, "plan.json"), Path(folder, "report.json")
        cache = ("-o", f"cache_dir={folder}/cache") if self._caches else ()
        order = Order(trial, self._root, folder, (*self._arguments, *cache))
        plan.write_text(json.dumps(to_plain(order)), encoding="utf-8")
        argv = [sys.executable, "-c", _BOOT, json.dumps(self._path), str(plan), str(result)]
        done = run(argv, cwd=self._cwd, env=self._environ, timeout=self._left)
        if done.timed_out:
            return TrialReport(trial.kind, problem=OUT_OF_BUDGET)
        try:
            report = from_plain(TrialReport, json.loads(result.read_text(encoding="utf-8")))
        except (OSError, ValueError, WireError):
            return TrialReport(trial.kind, problem=f"its run of pytest ended without a report: {done.complaint}")
        return replace(report, problem=f"{report.problem}: {_complaint(done)}") if report.problem else report


def _complaint(done: Completed) -> str:
    """The last line in which pytest said what was wrong."""
    lines = (done.stdout + done.stderr).decode(errors="replace").split("\n")
    said = [line for line in lines if line.startswith(("INTERNALERROR>", "ERROR", "E  "))]
    return said[-1].removeprefix("INTERNALERROR>").strip() if said else done.complaint
