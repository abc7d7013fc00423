"""What `pytest --agent-audit` says of hand-made weakenings and refactors of tests, each in a git repository of its own.

    python -m benchmarks.weakenings [--only WORD] [--workers 2] [--verbose]

Run from the repository's root. Every case of `tests/weakenings` is tried beside unchanged code; where the code changed,
beside a defect (weakenings) and beside a feature with tests of its own, by revert and by mutants. A case whose tests
are not what it says (red after the change, or blind to the defect before it) is named, and counts for nothing.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.support.audited import Project, Run
from tests.weakenings.case import Beside, Case
from tests.weakenings.refactored import REFACTORS
from tests.weakenings.weaker import WEAKENINGS

LOUD = frozenset({"warning", "error"})
PROVE = {Beside.SAME: ("mutants",), Beside.DEFECT: ("revert", "mutants"), Beside.GROWN: ("revert", "mutants")}
"""How far proofs go: where no code changed, there is nothing to prove by it."""


class Trial(NamedTuple):
    """A case as it is tried."""

    case: Case
    beside: Beside
    prove: str

    @property
    def kind(self) -> str:
        """What a table counts it among."""
        if self.case not in WEAKENINGS:
            return "refactors"
        if self.beside in self.case.kept:
            return "weakenings that lose nothing"
        return "weakenings, only by mutants" if self.beside in self.case.only_by_mutants else "weakenings"

    @property
    def name(self) -> str:
        """What a table says of it."""
        return f"{self.case.title}, beside {self.beside}, {self.prove}"


class Outcome(NamedTuple):
    """What was said of a case: rules with their levels; `fault` tells what is wrong with the case itself."""

    trial: Trial
    said: tuple[tuple[str, str, str], ...]
    not_judged: str = ""
    fault: str = ""

    @property
    def is_right(self) -> bool:
        """A weakening is found, by mutants where nothing else could, and a refactor left alone."""
        kind, prove = self.trial.kind, self.trial.prove
        return self.is_loud is (kind == "weakenings" or (kind == "weakenings, only by mutants" and prove == "mutants"))

    @property
    def is_loud(self) -> bool:
        """Whether anything was found above a note."""
        return any(level in LOUD for _, level, _ in self.said)

    @property
    def shown(self) -> str:
        """All that is known of it, line by line."""
        head = "FAULT" if self.fault else "right" if self.is_right else "WRONG"
        said = (f"{level} {rule}: {message}" for rule, level, message in self.said)
        return "\n    ".join(filter(None, (f"{head} {self.trial.name}", *said, self.not_judged, self.fault)))


def trials(word: str) -> Iterator[Trial]:
    """All that is to be tried, where `word` stands in the title."""
    for case in (*WEAKENINGS, *REFACTORS):
        if word in case.title:
            for beside in case.besides:
                yield from (Trial(case, beside, prove) for prove in PROVE[beside])


def tried(trial: Trial) -> Outcome:
    """One run of the real command."""
    with tempfile.TemporaryDirectory() as folder:
        before = trial.case.before()
        after = {**dict.fromkeys(before), **trial.case.after(trial.beside)}
        project = Project(Path(folder, "project"), before)
        project.write(after)
        run = project.pytest(f"--agent-audit-prove={trial.prove}", "-p", "no:cacheprovider")
        return Outcome(trial, *_read(run), _fault(trial, project))


def _read(run: Run) -> tuple[tuple[tuple[str, str, str], ...], str]:
    if run.report is None:
        return (), "no report"
    said = ((it["rule"], it["level"], it["message"]) for it in run.report["findings"])
    return tuple(said), run.reasons


def _fault(trial: Trial, project: Project) -> str:
    """What is wrong with a case: its tests must pass after the change, and the old ones not on the defect."""
    if trial.prove != "mutants":
        return ""
    if (run := project.pytest(audit=False)).status not in {0, 5}:
        return f"red after the change:\n{run.text}"
    if trial.beside is not Beside.DEFECT:
        return ""
    old, now = trial.case.before(), trial.case.after(trial.beside)
    project.write({**{path: None for path in now if path not in old}, **old, "src/shop.py": now["src/shop.py"]})
    return "" if project.pytest(audit=False).status == 1 else "the old tests pass on the defect"


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many of each kind were found, by what became of the code."""
    yield "| cases | beside | proofs | tried | with an error | with a warning at most | neither |"
    yield "|---|---|---|---|---|---|---|"
    groups = dict.fromkeys((it.trial.kind, it.trial.beside, it.trial.prove) for it in outcomes if not it.fault)
    for kind, beside, prove in sorted(groups):
        found = [it for it in outcomes if (it.trial.kind, it.trial.beside, it.trial.prove) == (kind, beside, prove)]
        errors = sum(any(level == "error" for _, level, _ in it.said) for it in found)
        loud = sum(it.is_loud for it in found)
        yield f"| {kind} | {beside} | {prove} | {len(found)} | {errors} | {loud - errors} | {len(found) - loud} |"


def main() -> None:
    """Try them all, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases with this in their title")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="say what was said of each")
    options = parser.parse_args()
    with ThreadPoolExecutor(options.workers) as pool:
        outcomes = []
        for it in pool.map(tried, trials(options.only)):
            outcomes.append(it)
            if it.fault or not it.is_right or options.verbose:
                print(it.shown, flush=True)
    print("\n".join(table(outcomes)))


if __name__ == "__main__":
    main()
