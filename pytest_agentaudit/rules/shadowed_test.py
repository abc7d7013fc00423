"""The rule shadowed-test."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.tests import SHADOWED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class ShadowedTest(Rule):
    """A test never runs because another one of its name stands behind it.

    Two functions, methods, classes or fixtures of one name in one suite, or an import or assignment that takes a test's
    name: Python keeps the last one. Definitions in different branches (`if`, `try`), overloads, property setters, and
    names that something uses in between stay silent.

    Level: error where the test that never runs existed at base; warning where it is new; note where both do the same.

    Why: the first test is counted by every reader and run by nobody.
    Fix: give each test a name of its own.
    Not a fix: deleting the first one.
    """

    name = "shadowed-test"
    family = Family.HOLLOW
    level = Level.WARNING
    examples = kept_apart("shadowed_test")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each name that is taken twice."""
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            for it in file.new_ones(SHADOWED):
                yield self.found(file, it)

    def found(self, file: FileDelta, it: Occurrence) -> Finding:
        """One name."""
        first, what = int(it.details["first"]), it.details["what"]
        fixture = what == "fixture"
        existed = _existed(file, it.symbol, first)
        level = Level.ERROR if existed and not fixture else self.level
        same = bool(it.details["same"])
        by = "a second one" if it.details["by"] == "definition" else f"`{it.details['by']}`"
        never = "is never used" if fixture else "never runs"
        return self.finding(
            Location(file.path, it.line, it.end_line, it.symbol),
            f"The {_WORDS[what]} `{it.symbol}` on line {first} {never}: {by} takes its name on line {it.line}"
            f"{', and does the same' if same else ''}.",
            level=Level.NOTE if same else level,
            fix="give each of them a name of its own",
            not_a_fix="deleting the first one",
            related=(Location(file.path, first, int(it.details["first_end"]), it.symbol),),
        )


_WORDS = {"test": "test", "class": "test class", "fixture": "fixture"}


def _existed(file: FileDelta, name: str, first: int) -> bool:
    """Whether what is hidden stood there at base: its line is no new one, and the base had a definition of its name."""
    known = file.old is not None and any(it.qualified_name == name for it in file.old.definitions)
    return known and first not in file.pair.added
