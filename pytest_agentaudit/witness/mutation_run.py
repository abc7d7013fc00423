"""Starts the child pytest that tries mutants, and reads what became of them."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import MutantFates
from pytest_agentaudit.process import Completed, run
from pytest_agentaudit.wire import WireError, from_plain, to_plain
from pytest_agentaudit.witness.mutation import FATES, PLAN
from pytest_agentaudit.witness.mutation_plan import MutationPlan
from pytest_agentaudit.witness.trial import NO_TEST
from pytest_agentaudit.witness.zygote import all_not_judged

MODULE = "pytest_agentaudit.witness.mutation"
STARTING = 60.0
"""Seconds beyond the plan's that the child may take to start, to collect and to end."""
FOREIGN = ("PYTEST_XDIST", "COV_CORE", "COVERAGE_PROCESS", "PYTEST_CURRENT_TEST")
"""Beginnings of variables that tell a child to be part of another run."""


def try_mutants(
    plan: MutationPlan,
    *,
    folder: str = "",
    python: str = sys.executable,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> MutantFates:
    """Try a plan's mutants in a child pytest that is started in `folder` (default: the plan's root).

    `arguments` are pytest's, such as `--rootdir` and `-c`; the files of the covering tests are added. Never raises:
    where the child does not come to its end, all is not judged, and the reason is the first line of its complaint.
    """
    if not (files := _files(plan)):
        return all_not_judged(plan, NO_TEST)
    with tempfile.TemporaryDirectory(prefix="agentaudit-") as scratch:
        place = Path(scratch)
        (place / "plan.json").write_text(json.dumps(to_plain(plan)), encoding="ascii")
        command = [python, "-m", "pytest", "-p", MODULE, f"{PLAN}={place / 'plan.json'}"]
        command += [f"{FATES}={place / 'fates.json'}", "-o", f"cache_dir={place / 'cache'}", *arguments, *files]
        try:
            done = run(
                command,
                cwd=folder or plan.root,
                env={**_environment(environment), "HYPOTHESIS_STORAGE_DIRECTORY": str(place / "hypothesis")},
                timeout=plan.seconds + STARTING,
            )
            return from_plain(MutantFates, json.loads((place / "fates.json").read_bytes()))
        except FileNotFoundError:
            return all_not_judged(plan, f"the child run did not get so far: {_complaint(done)}")
        except (AuditError, WireError, ValueError) as error:
            return all_not_judged(plan, f"the child run failed: {error}")


def _files(plan: MutationPlan) -> tuple[str, ...]:
    """The files of the covering tests, each once: node ids may be too many, or too odd, for a command line."""
    names = (test.partition("::")[0] for covering in plan.covering for test in covering.tests)
    return tuple(dict.fromkeys(names))


def _environment(given: Mapping[str, str] | None) -> dict[str, str]:
    kept = os.environ if given is None else given
    return {
        **{name: value for name, value in kept.items() if not name.startswith(FOREIGN)},
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _complaint(done: Completed) -> str:
    """What pytest said: on stderr, or by the last line of its report."""
    lines = [line for line in done.stdout.decode("utf-8", "replace").split("\n") if line.strip()]
    if broken := [line for line in lines if line.startswith("INTERNALERROR>")]:
        return broken[-1]
    was_killed = done.timed_out or done.status < 0
    return done.complaint if was_killed or done.stderr.strip() or not lines else lines[-1].strip("= ")
