"""The rule dropped-tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.harness import CHOOSERS, DROPPED, IGNORED, Asked
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.later import later
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
    Outcome,
)
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import culprits, merged, new_ones, place, seen, shown
from pytest_agentaudit.rules.outside import Lie, by_outside

if TYPE_CHECKING:
    from pytest_agentaudit.facts.harness.ignored import collected_files, matching, of_other_projects
else:
    collected_files, matching, of_other_projects = later(
        "pytest_agentaudit.facts.harness.ignored", "collected_files", "matching", "of_other_projects"
    )

_TEST_FILE = regex(r"(?:^|/)test_[^/]*\.py$|_test\.py$")
_DATA = regex(
    r"(^|/)(\w*examples?\w*|fixtures?|\w*data|resources?|assets|samples?|snippets|templates?|cassettes|golden)/"
)
"""Folders whose files are data of a test tree."""


_EXCUSED = frozenset({Outcome.SKIPPED, Outcome.XFAILED, Outcome.XPASSED})
"""How a test ends that a hook took out of the judgement."""


class DroppedTests(Rule):
    """Code of the repository takes tests out of the collection, or skips them from outside.

    `pytest_collection_modifyitems` that filters or clears the list, or marks tests as skipped by their names;
    `collect_ignore`, `pytest_ignore_collect` and `norecursedirs` that reach test files which were collected; collecting
    hooks that answer with nothing; `__test__` of another file's tests.

    Level: error where the tests are chosen by written-out names, or where all go, or where test files of the base are
    no longer collected; warning where these are another project's, and where it cannot be told what decides; note
    where marks do, and where a whole run shows that nothing was dropped. What an option, a variable, the platform or a
    missing extra decides is silent; so is sorting, and ignoring what is no test file.

    Why: a test that is not collected cannot fail, and nothing in the summary names it.
    Fix: mend the tests, or skip the single test where it stands, with a reason.
    Not a fix: moving them to a folder that is not searched, or matching them by another word.
    """

    name = "dropped-tests"
    family = Family.HARNESS
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("dropped_tests")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each hook or list; one for a run that shows what no spelling does."""
        found = [*self._by_hooks(audit), *self._by_lists(audit), *self._by_settings(audit)]
        yield from found
        if not any(it.level is not Level.NOTE for it in found):
            said = tuple(self._by_run(audit))
            yield from said or by_outside(self, audit, Lie.COLLECTION, "leave every test where pytest collects it")

    def _by_hooks(self, audit: Audit) -> Iterator[Finding]:
        run = audit.whole
        proof = _proof(audit)
        for file, group in merged(new_ones(audit, DROPPED)):
            level_of = partial(_level, file)
            judged = [it for it in group if level_of(it) is not None]
            if not judged:
                continue
            first = min(judged, key=lambda it: ((_level(file, it) or Level.NOTE).rank, it.line))
            level = level_of(first) if self._reaches_tests(audit, file) else Level.NOTE
            if proof and level is not Level.NOTE:
                level = Level.ERROR if file.role is not FileRole.PRODUCT else Level.WARNING
            elif run is not None and run.tests and not any(it.outcome in _EXCUSED for it in run.tests):
                level = Level.NOTE
            yield self._said(file, first, _message(first), level, proof, judged)

    def _reaches_tests(self, audit: Audit, file: FileDelta) -> bool:
        """Whether a conftest has test files in its folder: beside documents alone it chooses among these."""
        if file.role is not FileRole.CONFTEST:
            return True
        folder = file.path.rpartition("/")[0]
        known, fresh = collected_files(audit.change, audit.delta.old_settings)
        under = (*known, *fresh, *(it for it in audit.change.new.entries() if _TEST_FILE.search(it)))
        return not folder or any(it.startswith(f"{folder}/") for it in under)

    def _by_lists(self, audit: Audit) -> Iterator[Finding]:
        """`collect_ignore` and its kin, where they reach test files."""
        pairs = [(file, it) for file, it in new_ones(audit, IGNORED) if it.details["asked"] != Asked.ENVIRONMENT]
        if not pairs:
            return
        known, fresh = collected_files(audit.change, audit.delta.old_settings)
        for file, group in merged(pairs):
            folder = file.path.rpartition("/")[0]
            first, texts = group[0], [text for it in group for text in it.details["texts"].split("\n")]
            if not first.details["texts"] and first.details["asked"] == Asked.NOTHING:
                texts = [folder or "test"]
            hits = [it for it in matching(known, folder, texts, first.details["how"]) if not _DATA.search(it)]
            new_hits = [] if hits else matching(fresh, folder, texts, first.details["how"])
            still = {path for path, _ in audit.whole.collected} if audit.whole else set()
            gone = [it for it in hits or new_hits if it not in still]
            if gone:
                sure = bool(hits) and first.details["asked"] in {Asked.NOTHING, Asked.NAME}
                sure = sure and not of_other_projects(audit.change, folder, gone)
                yield self._said(
                    file,
                    first,
                    f"{first.details['what']} keeps test files out: {shown(gone)} {_are(gone)} no longer collected."
                    if hits
                    else f"{first.details['what']} keeps new test files out: {shown(gone)} {_are(gone)} not collected.",
                    Level.ERROR if sure else Level.WARNING,
                    "",
                    group,
                )

    def _by_settings(self, audit: Audit) -> Iterator[Finding]:
        """`norecursedirs` that reaches folders with test files."""
        old, new = (it.get("pytest.norecursedirs") for it in (audit.delta.old_settings, audit.delta.new_settings))
        if new is None or (old is not None and old.value == new.value):
            return
        known, _ = collected_files(audit.change, audit.delta.old_settings)
        after, _ = collected_files(audit.change, {**audit.delta.old_settings, "pytest.norecursedirs": new})
        gone = sorted(it for it in set(known) - set(after) if not _DATA.search(it))
        if gone:
            yield self.finding(
                Location(new.path, new.line),
                f"`norecursedirs` keeps test files out: {shown(gone)} {_are(gone)} no longer collected.",
                fix="take the folder out of it, or move the tests to where they are collected",
                not_a_fix="moving them to another folder that is not searched",
            )

    def _by_run(self, audit: Audit) -> Iterator[Finding]:
        """Tests vanished from the collection, and a changed file had a hand in it."""
        known = {file.path for file, _ in new_ones(audit, DROPPED, IGNORED)}
        places = [Location(path) for path in culprits(audit, CHOOSERS) if path not in known]
        proof = _proof(audit)
        if proof and places:
            yield self.finding(
                places[0],
                f"{proof[0].upper()}{proof[1:]}; this file has a hook that can do so.",
                level=Level.ERROR if _silent(audit) else Level.WARNING,
                evidence={"proof": proof},
                fix="mend the tests, or skip the single test where it stands, with a reason",
                not_a_fix="matching them by another word",
                related=tuple(places[1:]),
            )

    def _said(
        self, file: FileDelta, first: Occurrence, message: str, level: Level | None, proof: str, group: list[Occurrence]
    ) -> Finding:
        return self.finding(
            place(file, first),
            message,
            level=level,
            evidence={"head": first.text, **({"proof": proof} if proof else {})},
            fix="mend the tests, or skip the single test where it stands, with a reason",
            not_a_fix="matching them by another word, or moving them out of the way",
            related=tuple(place(file, it) for it in group if it is not first),
        )


def _level(file: FileDelta, it: Occurrence) -> Level | None:
    """The level of a hook that drops tests, None for an honest one."""
    asked, texts = it.details["asked"], it.details["texts"]
    if asked in {Asked.ENVIRONMENT, Asked.MAIN}:
        return None
    if asked == Asked.MARK or file.role is FileRole.PRODUCT:
        return Level.NOTE
    if asked == Asked.NOTHING or (asked == Asked.NAME and texts):
        return Level.ERROR
    return Level.WARNING


def _message(it: Occurrence) -> str:
    hook = f"`{it.details['hook']}`" if it.details["hook"] else f"`{it.symbol or 'this file'}`"
    names = it.details["texts"].split("\n") if it.details["texts"] else []
    by = {
        Asked.NAME: f", chosen by name ({shown(names)})" if names else ", chosen by name",
        Asked.MARK: ", chosen by their marks",
        Asked.NOTHING: ", whatever they are",
    }
    return f"{hook} {it.details['what']}{by.get(Asked(it.details['asked']), '')}."


def _are(files: list[str]) -> str:
    return "is" if len(files) == 1 else "are"


def _lost(audit: Audit) -> list[tuple[str, str]]:
    """The tests that the run lost to nobody's name, or to a file of the change."""
    run = seen(audit)
    changed = {file.path for file in audit.delta.files}
    return [it for path, tests in (run.dropped if run else {}).items() if not path or path in changed for it in tests]


def _silent(audit: Audit) -> bool:
    run = seen(audit)
    return run is not None and "" in run.dropped


def _proof(audit: Audit) -> str:
    lost = _lost(audit)
    return f"in this run {shown(function for _, function in lost)} vanished from the collection" if lost else ""
