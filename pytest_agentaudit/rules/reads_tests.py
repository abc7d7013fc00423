"""The rule reads-tests."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import IMPORTS, LISTS, READS, TEST_READ
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class ReadsTests(Rule):
    """Product code reads files of the tests.

    Paths count as far as they are written out, and only where they mean a file of this repository's tests. Paths that
    are only named, tested for existence or written to are left alone, and so are pytest plugins and modules of test
    utilities.

    Level: error where a file is read; warning where a test module is imported, or a folder of tests is listed that is
    found from the code's own place.

    Why: what the tests expect is then the answer instead of a check on it; and a package ships without its tests.
    Fix: compute the answer; move data that the product needs into the package.
    Not a fix: a copy of the expected values elsewhere, or the path in pieces.
    """

    name = "reads-tests"
    family = Family.SHORTCUTS
    level = Level.ERROR
    examples = kept_apart("reads_tests")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each path and definition."""
        for file in audit.files(FileRole.PRODUCT):
            for it in file.new_ones(TEST_READ):
                found = audit.delta.test_paths.get(it.details["path"], frozenset()) if _may_mean(it) else frozenset()
                if found:
                    who, how = it.symbol or file.path, it.details["how"]
                    yield self.finding(
                        Location(file.path, it.line, it.end_line, it.symbol),
                        f"`{who}` {how} {_shown(it, found)}, which belongs to the tests.",
                        level=Level.ERROR if it.details["how"] == READS else Level.WARNING,
                        evidence={"head": it.text},
                        fix="compute the answer; move data that the product needs into the package",
                        not_a_fix="a copy of the expected values elsewhere; the path in pieces",
                    )


def _may_mean(it: Occurrence) -> bool:
    """Whether a path is told well enough to mean a file of this repository."""
    if it.details["how"] == LISTS:
        return bool(it.details["anchored"])
    return "/" in it.details["path"] or it.details["how"] == IMPORTS or bool(it.details["anchored"])


def _shown(it: Occurrence, found: frozenset[str]) -> str:
    return f"`{it.details['path']}`" if it.details["how"] == LISTS else f"`{min(found)}`"
