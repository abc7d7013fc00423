"""The rule narrowed-run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.gates.model import Left, Narrowed
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""How many names a text lists."""


class NarrowedRun(Rule):
    """pytest was told to run fewer tests, or to mind less of what they show.

    Read are pytest's effective settings, by its own precedence of files, and the words of the commands that start it
    in CI, tox, nox, Makefiles and scripts: selection by name or marker, deselected tests, ignored files, paths and
    patterns of names that shrank, a new settings file that takes the place of the old one, coverage that is no longer
    measured, a plugin switched off, `xfail_strict` and warnings as errors given up.

    Level: error where tests that exist are left out by name, path or pattern, or by a record of the last run that is in
    the repository, where nothing is run at all, and where coverage is no longer measured although it is demanded;
    warning for markers, for paths that a command named, and for strictness that was given up; note where another
    command runs what is left out, or only new tests have the marker.

    Why: a test that is not run cannot fail. The run stays green and looks complete.
    Fix: run the tests, and mend those that fail; give slow ones a run of their own in the same change.
    Not a fix: a marker that nobody selects.
    """

    name = "narrowed-run"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("narrowed_run")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each option, path or setting, wherever it is written down."""
        by_cause: dict[tuple[Left, str], list[Narrowed]] = defaultdict(list)
        for it in audit.delta.gates.selection:
            by_cause[it.how, it.what].append(it)
        for members in by_cause.values():
            yield self._found(audit, members)

    def _found(self, audit: Audit, members: Sequence[Narrowed]) -> Finding:
        first = members[0]
        evidence = {"base": first.old or "(nothing)", "head": first.new or "(nothing)"}
        if first.files:
            shown = ", ".join(first.files[:SHOWN])
            evidence["told by" if first.how is Left.LAST else "left out"] = shown + (
                f" and {len(first.files) - SHOWN} more" if len(first.files) > SHOWN else ""
            )
        if first.elsewhere:
            evidence["elsewhere"] = first.elsewhere
        return self.finding(
            Location(first.path, first.line),
            _message(first),
            level=_level(audit, first),
            evidence=evidence,
            fix=_FIXES.get(first.how, "run these tests again, and mend those that fail"),
            not_a_fix="a marker that nobody selects",
            related=tuple(Location(it.path, it.line) for it in members[1:]),
        )


_FIXES = {
    Left.COVERAGE: "measure coverage again, in this command or in another that CI runs",
    Left.XFAIL: "keep xfail_strict, and take the mark from tests that pass",
    Left.WARNINGS: "keep warnings as errors, and name the one that cannot be mended",
    Left.STRICT: "keep the option, and declare the markers",
    Left.SHADOWED: "put the new settings into the file that counted, and remove the other",
    Left.PLUGIN: "keep the plugin, and mend what it reports",
}


def _message(it: Narrowed) -> str:
    named = f"`{it.what}`"
    texts = {
        Left.COVERAGE: f"Coverage is no longer measured: {named} is gone."
        if not it.new or it.of_command
        else f"Coverage is no longer measured: {named} was added.",
        Left.SHADOWED: f"{it.path} now takes the place of the settings in {named}, which pytest reads no more.",
        Left.XFAIL: f"Tests that pass unexpectedly no longer fail: {named} was {it.old}.",
        Left.WARNINGS: f"Warnings no longer fail a test: {named} is gone.",
        Left.STRICT: f"Misspelled markers or settings no longer fail the run: {named} is gone.",
        Left.PLUGIN: f"A plugin was switched off: {named}.",
        Left.LAST: f"pytest leaves out tests by how the last run ended, which a file tells: {named}.",
        Left.COLLECT: f"{'This command' if it.elsewhere else 'pytest'} runs no test any more: {named}.",
    }
    if it.how in texts:
        return texts[it.how]
    count = f", {len(it.files)} files of the base among them" if len(it.files) > 1 else ""
    return f"pytest runs less than before: {named} {_verb(it)}{count}."


def _verb(it: Narrowed) -> str:
    if it.how is Left.PATHS and it.of_command:
        return "is no longer run by this command"
    return "leaves tests out" if it.how in {Left.PATHS, Left.PATTERNS} else "was added"


_BY_HAND = frozenset({Left.EXPRESSION, Left.DESELECTED, Left.IGNORED, Left.COLLECT})


def _level(audit: Audit, it: Narrowed) -> Level:
    if it.how is Left.COLLECT and it.elsewhere:
        return Level.WARNING
    if it.elsewhere or it.how is Left.STRICT:
        return Level.NOTE
    if (
        it.how in _BY_HAND
        or (it.how is Left.LAST and it.files)
        or (it.how in {Left.PATHS, Left.PATTERNS} and it.files and not it.of_command)
    ):
        return Level.ERROR
    if it.how is Left.MARKER:
        return Level.WARNING if it.files or not it.markers else Level.NOTE
    if it.how is Left.COVERAGE:
        demanded = audit.delta.old_settings.get("coverage.report.fail_under")
        return Level.ERROR if demanded and demanded.value else Level.WARNING
    return Level.WARNING
