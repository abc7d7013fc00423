"""The rule rewritten-outcome."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import GOOD, OUTCOME, PATCH, REPORTS, RUNNERS, Asked
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
from pytest_agentaudit.rules.bent_run import (
    capped,
    copies,
    culprits,
    merged,
    new_ones,
    place,
    replaced_here,
    seen,
    shown,
)
from pytest_agentaudit.rules.outside import Lie, by_outside


class RewrittenOutcome(Rule):
    """Code of the repository changes what pytest reports of a test.

    Hooks that set a report's outcome, clear the exception of a call, catch what a test raises or answer in the place of
    pytest's own status; functions of pytest that make reports, replaced.

    Level: error where a test that raised was reported as something else in this run, or where the outcome is set to
    passed whatever happened, or just where it failed; warning where an option, a mark or something else decides; note
    for a plugin's own words, such as "rerun". Hooks that only look at the report are silent.

    Why: the suite is green whatever the tests find.
    Fix: leave the outcome alone, and mend the test or the code. For a known failure, mark that test as xfail with a
    reason.
    Not a fix: setting another attribute of the report, or doing the same in a plugin.
    """

    name = "rewritten-outcome"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("rewritten_outcome")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition and its copies; one for a run that shows what no spelling does."""
        found = False
        for (file, group), *others in copies(merged(self._static(audit))):
            first = min(group, key=lambda it: (_level(it).rank, it.line))
            level = min((capped(it, _level(first)) for it, _ in ((file, group), *others)), key=lambda it: it.rank)
            proof = _proof(audit)
            found = found or level is not Level.NOTE
            yield self.finding(
                place(file, first),
                _message(first),
                level=Level.ERROR if proof else level,
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="leave the outcome to pytest; mark a known failure as xfail, with its reason",
                not_a_fix="another attribute of the report, the same in a plugin",
                related=(
                    *(place(file, it) for it in group if it is not first),
                    *(place(copy, its[0]) for copy, its in others),
                ),
            )
        if not found:
            said = tuple(self._by_run(audit))
            yield from said or by_outside(self, audit, Lie.OUTCOME, "leave the outcome to pytest")

    @staticmethod
    def _static(audit: Audit) -> Iterator[tuple[FileDelta, Occurrence]]:
        for file, it in new_ones(audit, OUTCOME):
            if _says_something(it):
                yield file, it
        made = {file.path for file, it in new_ones(audit, OUTCOME) if _says_something(it)}
        for file, it in new_ones(audit, PATCH):
            if it.details["part"] == "report" and file.path not in made:
                yield file, it

    def _by_run(self, audit: Audit) -> Iterator[Finding]:
        """A test that raised was reported as something else, and a changed file had a hand in its reports."""
        run = seen(audit)
        if run is None or not run.overruled:
            return
        places = [Location(it.path, it.line) for it in replaced_here(audit)]
        places += [Location(path) for path in culprits(audit, REPORTS | RUNNERS)]
        if places:
            yield self.finding(
                places[0],
                f"{shown(it.node_id for it in run.overruled)} raised and was reported as {run.overruled[0].said}.",
                evidence={"proof": _proof(audit)},
                fix="leave the outcome to pytest; mark a known failure as xfail, with its reason",
                not_a_fix="another attribute of the report, the same in a plugin",
                related=tuple(places[1:]),
            )


def _says_something(it: Occurrence) -> bool:
    """Whether an occurrence makes a result better than it was."""
    value, asked, hook = (it.details[key] for key in ("value", "asked", "hook"))
    if value not in GOOD and value != "computed":
        return False
    if hook == "pytest_report_teststatus" and asked not in {Asked.NOTHING, Asked.FAILED, Asked.NAME}:
        return False
    return asked not in {Asked.PASSED, Asked.MAIN} and not (value == "computed" and not hook)


def _level(it: Occurrence) -> Level:
    if it.kind == PATCH:
        return Level.ERROR
    value, asked = it.details["value"], it.details["asked"]
    if value in {"computed", "rerun"}:
        return Level.NOTE
    if value == "passed" and asked in {Asked.NOTHING, Asked.FAILED, Asked.NAME}:
        return Level.WARNING if "summary's list" in it.details["what"] else Level.ERROR
    return Level.WARNING


def _message(it: Occurrence) -> str:
    if it.kind == PATCH:
        return f"`{it.details['target']}` is replaced: pytest's reports are made by code of the repository."
    hook = f"`{it.details['hook']}`" if it.details["hook"] else "code of the repository"
    when = {
        Asked.NOTHING: "whatever happened",
        Asked.FAILED: "where a test failed",
        Asked.NAME: "for tests chosen by name",
    }
    value = it.details["value"]
    becomes = "is made anew" if value == "computed" else f"becomes {value}"
    return f"In {hook} {it.details['what']} {becomes} {when.get(Asked(it.details['asked']), 'under a condition')}."


def _proof(audit: Audit) -> str:
    run = seen(audit)
    if run is None or not run.overruled:
        return ""
    first = run.overruled[0]
    tests = shown(it.node_id for it in run.overruled)
    return f"in this run {tests} raised ({first.raised}) and was reported as {first.said}"
