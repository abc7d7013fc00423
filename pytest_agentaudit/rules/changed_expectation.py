"""The rule changed-expectation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.expectations import Expectation, changed_expectations, grows, is_release
from pytest_agentaudit.facts.fallen import was_off
from pytest_agentaudit.facts.model import TestCase
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.facts.wording import apart, short
from pytest_agentaudit.later import later
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

if TYPE_CHECKING:
    from pytest_agentaudit.facts.grounds import Excuses, Ground, edited_statements, follows, ground
else:
    Excuses, edited_statements, follows, ground = later(
        "pytest_agentaudit.facts.grounds", "Excuses", "edited_statements", "follows", "ground"
    )


class _Changed(Struct, frozen=True):
    """The expectations of one test that changed, and what else did."""

    pair: TestPair
    found: list[Expectation]
    product: Ground
    excuse: str
    level: Level


class ChangedExpectation(Rule):
    """A test expects another value of the same thing than before.

    Demands are paired by subject: the same call with the same inputs, or a row of cases with the same inputs. Values
    that are only written in another way are silent, and so are tests whose inputs changed too.

    Level: error where nothing else in the change explains it: no product code changed, or a whole run shows that
    the test runs none of the changed code, and neither set-up, helpers, fixtures, test data, settings nor
    requirements changed; warning where product code or test data changed that the test does not name or reach,
    where no name leads to the code, or where an earlier commit changed the code that it tests after the last one
    that touched the test; note otherwise, and where entries were only added to an expected mapping or the number of
    a release is another one. Where product code changed, the base's version of the test is run on head's, and its
    result is told; passes it, this is a note. Mutants, where they are asked for, have the last word, as for
    weakened-assertion.

    Why: a test's expected value is what somebody decided to be right; writing down what the code happens to answer
    makes the defect the contract.
    Fix: find out which of the two is right; restore the value and mend the code, or say in the message why the
    contract changed.
    Not a fix: a comment that calls the new value the actual behaviour.
    """

    name = "changed-expectation"
    family = Family.WEAKENED
    level = Level.NOTE
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("changed_expectation")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test; one for all tests of a file in which one value became another one, and for all
        notes of a file.
        """
        yield from weighed(audit, self.changed(audit))

    def changed(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        subjects = Subjects(audit.delta)
        excuses = Excuses(subjects)
        groups: dict[tuple[str, str, str], list[_Changed]] = defaultdict(list)
        for pair in audit.delta.tests:
            found = changed_expectations(pair) if pair.old and not was_off(pair.old) else []
            if found and pair.new:
                product = ground(audit.whole, subjects, pair.new, pair.new_path)
                excuse = excuses.of(pair) or _set_up(pair, found) or _grown(found)
                doubt = bool(excuses.data_files) or (bool(subjects.product) and audit.whole is None)
                level = _level(product, excuse, doubt=doubt)
                if level is Level.ERROR and pair.old and (excuse := _followed(subjects, pair.old, pair.old_path)):
                    level = Level.WARNING
                step = ("", "") if level is Level.NOTE else (found[0].was, found[0].now)
                groups[pair.new_path, *step].append(_Changed(pair, found, product, excuse, level))
        for (path, _, _), group in groups.items():
            yield self.found(path, group)

    def found(self, path: str, group: list[_Changed]) -> Finding:
        """The tests of a file whose expectations changed in the same way."""
        group.sort(key=lambda it: it.level.rank)
        first = group[0]
        shown = first.found[0]
        was, now = apart(shown.was, shown.now)
        places = [(it, one) for it in group for one in it.found]
        more = f" {len(places) - 1} more in this file." if len(places) > 1 else ""
        return self.finding(
            _place(path, first, shown),
            f"`{short(shown.subject)}` was expected to be `{was}`, now `{now}`; "
            f"{first.excuse or first.product.words}.{more}",
            level=first.level,
            evidence={"base": shown.base, "head": shown.head},
            fix="find out which value is right: restore it and mend the code, or say why the contract changed",
            not_a_fix="a comment that calls the new value the actual behaviour",
            related=tuple(_place(path, it, one) for it, one in places[1:]),
        )


def _set_up(pair: TestPair, found: list[Expectation]) -> str:
    """Whether more of the test changed than its expectations: then it may be another case."""
    if pair.old and pair.new and pair.old.rows != pair.new.rows and not edited_statements(pair):
        return ""
    return "the test's set-up changed with it" if edited_statements(pair) > len(found) else ""


def _followed(subjects: Subjects, test: TestCase, path: str) -> str:
    """What leaves it open whether the new value is that of an earlier commit, in words."""
    nameless = "" if subjects.of(test, path) else "no name in the test leads to the code that gives the value"
    return nameless or follows(subjects, test, path)


def _grown(found: list[Expectation]) -> str:
    """Whether all that the test expected is expected still, and more, or of another release."""
    if all(map(is_release, found)):
        return "only the number of a release is another one, or not asked for"
    return "entries were added, none was taken back" if all(map(grows, found)) else ""


def _level(product: Ground, excuse: str, *, doubt: bool) -> Level:
    if excuse or product.changed:
        return Level.NOTE
    return Level.WARNING if doubt else Level.ERROR


def _place(path: str, it: _Changed, one: Expectation) -> Location:
    test = it.pair.new
    inside = test and test.start_line <= one.line <= test.end_line
    line, end_line = (one.line, one.end_line) if inside or not test else (test.line, test.line)
    return Location(path, line, end_line, test.qualified_name if test else "")
