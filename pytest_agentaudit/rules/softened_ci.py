"""The rule softened-ci."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.gates.model import UPLOADS, Check, Less, LessOften, LostCheck
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""How many commands a text lists."""


class SoftenedCi(Rule):
    """A check in CI no longer counts: its failure is dropped, it is gone, or it starts less often.

    Read are GitHub Actions, GitLab CI, CircleCI, Azure Pipelines and their kin, and the tasks that people start:
    Makefiles, just, tox, nox, poe, shell scripts. A command that moved is found again by what it runs. One that a tool
    of the same kind replaces, or that another job still runs, is silent.

    Level: error for tests, types, linters and security checks that nothing else in CI runs so that it counts, where
    their failure is dropped, and for the last step that runs tests; warning where other steps of the kind remain, for
    checks that are gone, and for workflows that no longer start for pull requests; note for tasks outside CI, reports,
    filters of paths and old versions.

    Why: a red step is the last thing between a defect and the main branch.
    Fix: let the step fail again, and mend what it finds.
    Not a fix: a step that prints a warning, or runs in a workflow that nobody starts.
    """

    name = "softened-ci"
    family = Family.GATES
    level = Level.ERROR
    examples = kept_apart("softened_ci")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each cause: an excuse, what a file lost, a trigger, a matrix, a need."""
        by_cause: dict[object, list[LostCheck]] = defaultdict(list)
        for it in audit.delta.gates.lost_checks:
            if it.old.command.check is not Check.AUDIT and not _is_answered(it):
                by_cause[it.path, it.excuse, bool(it.comment)].append(it)
        for members in by_cause.values():
            yield self._lost(audit, members)
        for less in audit.delta.gates.less_often:
            yield self._less(less)

    def _lost(self, audit: Audit, members: Sequence[LostCheck]) -> Finding:
        ranked = sorted(members, key=lambda it: _lost_level(audit, it).rank)
        first = ranked[0]
        names = ", ".join(dict.fromkeys(map(_named, ranked[:SHOWN])))
        names += f" and {len(ranked) - SHOWN} more" if len(ranked) > SHOWN else ""
        evidence = {"base": f"{first.old.path}: {first.old.command.text}"}
        evidence["head"] = first.new.command.text + f"   ({first.excuse})" if first.new else "(gone)"
        if first.still or first.aside or first.instead:
            evidence["elsewhere"] = first.instead or ", ".join((*first.still, *first.aside)[:3])
        return self.finding(
            Location(first.path, first.line, symbol=first.old.place),
            _lost_message(first, names),
            level=_lost_level(audit, first),
            evidence=evidence,
            fix="let the command run and fail as before, and mend what it finds",
            not_a_fix="another way to keep the job green",
            related=tuple(Location(it.path, it.line) for it in ranked[1:]),
        )

    def _less(self, it: LessOften) -> Finding:
        return self.finding(
            Location(it.path, it.line, symbol=it.what),
            f"{it.path} {it.how.value}: {it.what}: {it.old} became {it.new}.",
            level=_less_level(it),
            evidence={"base": it.old, "head": it.new},
            fix="keep what started the checks before",
            not_a_fix="a workflow that somebody has to start by hand",
        )


def _is_answered(it: LostCheck) -> bool:
    """Whether what is gone is still asked in CI."""
    return it.new is None and not it.comment and bool(it.still or it.instead)


def _lost_message(it: LostCheck, names: str) -> str:
    if it.new:
        return f"The failure of {names} no longer counts: `{it.excuse}`."
    if it.comment:
        return f"Commented out: {names}."
    rest = f"; nothing else in CI asks for {it.old.command.check.value}" if it.last and it.old.in_ci else ""
    return f"No longer run: {names}{rest}."


def _named(it: LostCheck) -> str:
    coverage = " with coverage" if "--cov" in it.old.command.words else ""
    return f"`{it.old.command.text[:80]}` ({it.old.command.check.value}{coverage})"


_GRAVE = frozenset({Check.TESTS, Check.TYPES, Check.LINT, Check.SECURITY, Check.COVERAGE, Check.RUNNER})


def _lost_level(audit: Audit, it: LostCheck) -> Level:
    command = it.old.command
    if command.tool in UPLOADS:
        return Level.NOTE
    if not it.old.in_ci:
        return _task_level(it)
    if it.new or it.comment:
        by_pipe = it.excuse.startswith("| ")
        grave = command.check in _GRAVE and not (it.still or it.instead or by_pipe)
        return Level.ERROR if grave else Level.WARNING
    if it.aside and command.check is not Check.TESTS:
        return Level.NOTE
    if command.check is Check.TESTS and it.last:
        return Level.ERROR
    edits_product = any(True for _file in audit.files(FileRole.PRODUCT))
    return Level.WARNING if edits_product or command.check in _GRAVE else Level.NOTE


def _task_level(it: LostCheck) -> Level:
    """A task outside CI: what it drops, people see for themselves."""
    if it.still or it.aside or it.instead:
        return Level.NOTE
    return Level.WARNING if it.old.command.check in {Check.TESTS, Check.TYPES, Check.SECURITY} else Level.NOTE


def _less_level(it: LessOften) -> Level:
    if it.elsewhere and it.how is not Less.VERSIONS:
        return Level.NOTE
    if it.how is Less.NEVER:
        return Level.ERROR
    if it.how is Less.VERSIONS:
        return Level.NOTE if it.oldest else Level.WARNING
    return Level.WARNING if it.how in {Less.REQUESTS, Less.NEEDS} else Level.NOTE
