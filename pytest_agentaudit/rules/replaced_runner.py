"""The rule replaced-runner."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import CHOOSERS, PATCH, RUNNER, RUNNERS, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import capped, culprits, merged, new_ones, place, replaced_here, seen, shown
from pytest_agentaudit.rules.outside import Lie, by_outside


class ReplacedRunner(Rule):
    """Code of the repository stands in the place of what runs the tests, and does not run them.

    A hook such as `pytest_pyfunc_call` or `pytest_runtest_protocol` that answers without calling the test, an item
    whose `runtest` or function is replaced by something that does not call it, an item class that does nothing, a
    replaced function of pytest's runner.

    Level: error where tests passed in this run although their body never began, or never ran although nothing stopped
    the run; without that, error where the answer is unconditional and warning where something decides. Runners that
    call the test, and wrappers, are silent; so is what an option decides.

    Why: a test that is not run passes.
    Fix: call the test (`item.runtest()`, or the function with its arguments), or leave the hook to pytest.
    Not a fix: calling it and dropping what it raises.
    """

    name = "replaced-runner"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("replaced_runner")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition; one for a run that shows what no spelling does."""
        found = False
        for file, group in merged(self._static(audit)):
            first = min(group, key=lambda it: (_level(file, it).rank, it.line))
            proof = _proof(audit)
            found = True
            yield self.finding(
                place(file, first),
                _message(first),
                level=Level.ERROR if proof else _level(file, first),
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="call the test in it, or leave the hook to pytest",
                not_a_fix="calling the test and dropping what it raises",
                related=tuple(place(file, it) for it in group if it is not first),
            )
        if not found:
            said = tuple(self._by_run(audit))
            yield from said or by_outside(self, audit, Lie.RUNNER, "leave it to pytest to run the tests")

    @staticmethod
    def _static(audit: Audit) -> Iterator[tuple[FileDelta, Occurrence]]:
        for file, it in new_ones(audit, RUNNER, PATCH):
            if it.kind == PATCH and it.details["part"] != "runner":
                continue
            if it.details["asked"] not in {Asked.ENVIRONMENT, Asked.MAIN} and not it.details.get("undone"):
                yield file, it

    def _by_run(self, audit: Audit) -> Iterator[Finding]:
        """Tests that were not run although they passed, or never began, with a changed file among the runners."""
        run, proof = seen(audit), _proof(audit)
        if run is None or not proof:
            return
        places = [Location(it.path, it.line) for it in replaced_here(audit)]
        hooks = RUNNERS | CHOOSERS if run.unrun else {"pytest_runtestloop", "pytest_runtest_protocol"}
        places += [Location(path) for path in culprits(audit, hooks)]
        if places:
            yield self.finding(
                places[0],
                f"{proof[0].upper()}{proof[1:]}; this file had a hand in how tests are run.",
                evidence={"proof": proof},
                fix="call the test in the hook, or leave the hook to pytest",
                not_a_fix="calling the test and dropping what it raises",
                related=tuple(places[1:]),
            )


def _level(file: FileDelta, it: Occurrence) -> Level:
    if it.details["asked"] in {Asked.NOTHING, Asked.NAME, Asked.FAILED}:
        return capped(file, Level.ERROR)
    return Level.WARNING if file.role is not FileRole.PRODUCT else Level.NOTE


def _message(it: Occurrence) -> str:
    if it.kind == PATCH:
        return f"`{it.details['target']}` is replaced: tests are run by code of the repository."
    when = " for tests chosen by name" if it.details["asked"] == Asked.NAME else ""
    return f"{it.details['what']}{when}."


def _proof(audit: Audit) -> str:
    run = seen(audit)
    if run is None:
        return ""
    if run.unrun:
        return f"in this run {shown(function for _, function in run.unrun)} passed and the body never began"
    if run.unstarted:
        return f"in this run {run.unstarted} selected tests never began, and nothing stopped it"
    return ""
