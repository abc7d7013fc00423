"""The rule tampered-coverage."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.harness.plugins import measuring_plugins
from pytest_agentaudit.facts.kinds.harness import MEASURING, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import merged, new_ones, place

_RESULTS = frozenset({".coverage", "coverage.xml", "coverage.json", "coverage.lcov", "lcov.info"})
_SAYS = {
    "exclude": "takes code out of the running measurement",
    "stop": "ends or empties the running measurement",
    "option": "changes the settings of the running measurement",
    "data": "writes the measurement's result itself",
    "bar": "sets the required percentage from inside the run",
    "tracer": "takes the tracer away that measures",
    "environment": "changes what child processes measure",
}


class TamperedCoverage(Rule):
    """Code of the repository takes a hand in the measurement of coverage while the tests run.

    It excludes code from the running measurement, stops or empties it, sets its options or the required percentage,
    writes its result, removes the tracer; or the result of a measurement is committed, or a module of the repository is
    newly loaded as a plugin of coverage.

    Level: error in conftests, imports and the product, and where the run lost its tracer; warning inside tests, for
    options and environment variables, and for a committed result (not for one that a run left behind in the work
    tree); note where an option or the environment decides. Measurements that code starts for itself, and tests of
    coverage tools in folders of their own, are silent.

    Why: the percentage is then no fact about the tests.
    Fix: take it out; exclude in the settings, where a reviewer sees it.
    Not a fix: doing it in a fixture, or by an environment variable.
    """

    name = "tampered-coverage"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("tampered_coverage")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each definition, and for each committed result."""
        lost = audit.evidence.tracer_problem if audit.evidence else ""
        known = ((file, it) for file, it in new_ones(audit, MEASURING) if it.details["asked"] != Asked.CHILD)
        for file, group in merged(known):
            first = min(group, key=lambda it: (_level(file, it).rank, it.line))
            proof = lost if lost and first.details["how"] in {"tracer", "stop"} else ""
            yield self.finding(
                place(file, first),
                f"`{first.details['what']}` {_SAYS[first.details['how']]}.",
                level=Level.ERROR if proof else _level(file, first),
                evidence={"head": first.text, **({"proof": proof} if proof else {})},
                fix="take it out; exclude code in the settings, where a reviewer sees it",
                not_a_fix="the same in a fixture, or by an environment variable",
                related=tuple(place(file, it) for it in group if it is not first),
            )
        yield from self._plugins(audit)
        for file in audit.delta.files:
            is_kept = audit.change.head or file.pair.old  # what a run left behind in the work tree is not committed
            if file.pair.new and is_kept and file.path in _RESULTS:
                yield self.finding(
                    Location(file.path),
                    f"`{file.path}`, the result of a measurement, is part of the change.",
                    level=Level.WARNING,
                    fix="take it out of the repository, and let CI measure",
                    not_a_fix="committing a fresh one",
                )

    def _plugins(self, audit: Audit) -> Iterator[Finding]:
        """Modules of the repository that coverage is newly told to load."""
        for it in measuring_plugins(audit.change, audit.delta):
            yield self.finding(
                Location(it.path, it.line),
                f"coverage now loads `{it.file}` of the repository as a plugin: it can say which lines there are, and "
                "which were run.",
                evidence={"plugin": it.file},
                fix="take it out; exclude code in the settings, where a reviewer sees it",
                not_a_fix="loading it by another name",
                related=(Location(it.file),),
            )


def _level(file: FileDelta, it: Occurrence) -> Level:
    how, asked = it.details["how"], it.details["asked"]
    if asked in {Asked.ENVIRONMENT, Asked.MAIN}:
        return Level.NOTE
    if how == "environment":
        return Level.NOTE
    if it.details["place"] == "test" or how == "option" or (how == "tracer" and file.role is not FileRole.CONFTEST):
        return Level.WARNING if file.role is not FileRole.PRODUCT else Level.NOTE
    return Level.ERROR if file.role is not FileRole.PRODUCT or how == "exclude" else Level.WARNING
