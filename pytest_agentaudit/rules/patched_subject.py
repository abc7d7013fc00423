"""The rule patched-subject."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.replaced import Replaced, Replacements
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    Needs,
    NotJudged,
)
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.weighing import weighed


class PatchedSubject(Rule):
    """Fixtures or set-up replace the product code that the tests are about.

    New replacements (`monkeypatch.setattr`, `patch`, an assignment to a module's attribute) in fixtures, in set-up, in
    conftest.py or at module level: what they replace for many tests at once, unseen from the tests. Packages of others
    are no subject, nor is what the change adds itself. What a test replaces in its own body is another rule's.

    Level: error where a test in reach asserts what the replaced function answers, or a whole run shows that nobody runs
    its changed lines; warning where every test gets the replacement of a function that the change altered, or of a
    check that has a fixed answer now; note where it keeps another function of the product out of all tests. Where
    product code changed, the base's versions of the tests in reach are run on head's: fail they by an assertion, twice,
    having passed on the base's code, a warning is an error. Mutants, where they are asked for, have the last word, as
    for weakened-assertion.

    Why: the tests stay green whatever the replaced code does.
    Fix: remove the replacement and mend the code; replace what leaves the process (network, clock) instead.
    Not a fix: the same replacement in each of the tests.
    """

    name = "patched-subject"
    family = Family.WEAKENED
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("patched_subject")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each function that is replaced."""
        yield from weighed(audit, self.replaced(audit), floor=lambda it: it.level)

    def replaced(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        replacements = Replacements(audit.delta)
        for it in replacements.added():
            level, words = self.judged(it, replacements, audit)
            if level:
                by = it.patch.details["by"]
                where = "at module level" if by == "module" else f"in {'an' if by[0] == 'a' else 'a'} {by}"
                yield self.finding(
                    Location(it.path, it.patch.line, it.patch.end_line, it.patch.symbol),
                    f"`{it.patch.details['target']}` of {it.home} is replaced {where}; {words}.",
                    level=level,
                    evidence={"head": it.patch.text},
                    fix="remove the replacement, or replace what leaves the process instead",
                    not_a_fix="the same replacement in each of the tests",
                    related=tuple(Location(path, line, symbol=name) for path, line, name in it.tests),
                )

    def judged(self, it: Replaced, replacements: Replacements, audit: Audit) -> tuple[Level | None, str]:
        """How grave a replacement is, and why."""
        if it.tests:
            return Level.ERROR, f"`{it.tests[0][2]}` asserts what it answers"
        if not it.always or replacements.is_new(it):
            return None, ""
        if replacements.never_ran(it, audit.whole):
            return Level.ERROR, "the change altered it, and no test runs its changed lines"
        if replacements.changed(it):
            return self.level, "the change altered it, and no test in reach runs it any more"
        if it.says_yes:
            return self.level, "it is a check, and all tests in reach get the same answer"
        return Level.NOTE, "no test in reach runs it any more"
