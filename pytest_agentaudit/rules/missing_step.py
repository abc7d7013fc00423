"""A required step was not taken."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged, StepReport, StepResult
from pytest_agentaudit.rules.base import Audit, Example, Rule

SOURCE = {"src/shop.py": "def price():\n    return 1\n", "CHANGELOG.md": "# Changes\n"}
EDITED = {**SOURCE, "src/shop.py": "def price():\n    return 2\n"}


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
    examples = (
        Example(
            "required file left alone",
            before=SOURCE,
            after=EDITED,
            steps=(
                StepReport(
                    "changelog",
                    StepResult.FAILED,
                    "src/** changed, CHANGELOG.md did not",
                    ("src/shop.py",),
                    "make this change touch CHANGELOG.md too",
                ),
            ),
            expect=("src/shop.py:2 error",),
        ),
        Example(
            "the command names the file",
            before={"src/a.py": "a = 1\n", "src/b.py": "b = 1\n"},
            after={"src/a.py": "a = 2\na += 1\n", "src/b.py": "b = 1\nimport os\n"},
            steps=(
                StepReport(
                    "lint",
                    StepResult.FAILED,
                    "`ruff check src/a.py src/b.py` exited with 1: src/b.py:2:8: F401 unused import",
                    ("src/b.py", "src/a.py"),
                    "run `ruff check src/a.py src/b.py` and mend what it reports",
                ),
            ),
            expect=("src/b.py:2 error",),
        ),
        Example(
            "the required file was deleted instead",
            before={**SOURCE, "pyproject.toml": "[project]\nname = 'shop'\n"},
            after={"src/shop.py": EDITED["src/shop.py"], "pyproject.toml": "[project]\nname = 'shop'\n"},
            steps=(
                StepReport(
                    "changelog",
                    StepResult.FAILED,
                    "src/** changed, CHANGELOG.md did not",
                    ("src/shop.py",),
                    "make this change touch CHANGELOG.md too",
                ),
            ),
            expect=("src/shop.py:2 error",),
        ),
        Example(
            "the command is not installed",
            before=SOURCE,
            after=EDITED,
            steps=(
                StepReport("types", StepResult.FAILED, "`mypy` is not installed", ("src/shop.py",), "install mypy"),
            ),
            expect=("src/shop.py:2 error",),
        ),
        Example(
            "two steps, one of them taken",
            before=SOURCE,
            after={**EDITED, "CHANGELOG.md": "# Changes\n- the price\n"},
            steps=(
                StepReport("changelog", StepResult.PASSED, "CHANGELOG.md changed", ("src/shop.py",)),
                StepReport(
                    "docs", StepResult.FAILED, "src/** changed, docs/** did not", ("src/shop.py",), "edit docs/**"
                ),
            ),
            expect=("src/shop.py:2 error",),
        ),
        Example(
            "the command was run and found nothing",
            before=SOURCE,
            after=EDITED,
            steps=(StepReport("lint", StepResult.PASSED, "`ruff check src/shop.py` exited with 0", ("src/shop.py",)),),
        ),
        Example(
            "the command cannot be tried: head is not checked out",
            before=SOURCE,
            after=EDITED,
            steps=(StepReport("lint", StepResult.NOT_JUDGED, "the revision is not checked out", ("src/shop.py",)),),
        ),
        Example(
            "all files that it would check are gone",
            before={**SOURCE, "src/old.py": "a = 1\n"},
            after=SOURCE,
            steps=(StepReport("lint", StepResult.PASSED, "every file that it would check is gone", ("src/old.py",)),),
        ),
        Example(
            "step taken",
            before=SOURCE,
            after={**EDITED, "CHANGELOG.md": "# Changes\n- the price\n"},
            steps=(StepReport("changelog", StepResult.PASSED, "CHANGELOG.md changed", ("src/shop.py",)),),
        ),
        Example("no step applies", before=SOURCE, after={**SOURCE, "notes.txt": "x\n"}),
    )

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
