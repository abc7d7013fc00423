"""A required step was not taken."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged, StepReport, StepResult
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class MissingStep(Rule):
    """A step that the policy asks for with this change was not taken.

    Why: a team agrees that some changes come with a changelog entry, a migration, documentation or a clean run of a
    checker. Where nobody asks, these steps are the first to be left out, and a statement that they were taken proves
    nothing. The wording of a step is the base revision's: the change cannot talk its way out of it.

    A step with `require` was taken when each of its patterns matches a file that the change adds, edits or renames. A
    step with `run` was taken when its command, run by the audit in the work tree, exits with 0. A command that is not
    installed or runs out of time was not taken; one that cannot be tried, because the audited revision is not checked
    out, is not judged.

    Fix: take the step in the same change: write the entry, or run the command and mend what it reports.

    Not a fix: deleting the required file, which counts as no change of it; editing the step in the same change, since
    the base's policy decides.
    """

    name = "missing-step"
    family = Family.STEPS
    level = Level.ERROR
    examples = kept_apart("missing_step")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each step that failed, at the file that tells most of it."""
        for step in audit.steps:
            if step.result is StepResult.FAILED:
                yield self.finding(
                    _place(audit, step),
                    f"The step `{step.name}` was not taken: {step.reason}.",
                    fix=step.fix,
                    not_a_fix="deleting what the step requires, or editing the step in the same change",
                )
            elif step.result is StepResult.NOT_JUDGED:
                yield NotJudged(f"step {step.name}: {step.reason}", rule=self.name)


def _place(audit: Audit, step: StepReport) -> Location:
    """The first path that the reason names, else the one with most changed lines; at its first changed line."""
    changed = {pair.path: pair for pair in audit.change.pairs}
    known = [path for path in step.paths if path in changed]
    named = [path for path in known if path in step.reason]
    if not known:
        return Location(step.paths[0] if step.paths else ".")
    path = named[0] if named else max(known, key=lambda it: len(changed[it].added) + len(changed[it].removed))
    return Location(path, min(changed[path].added, default=1))
