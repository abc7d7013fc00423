"""The rule narrowed-cases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.facts.delta import Pairing, TestPair
from pytest_agentaudit.facts.fallen import was_off
from pytest_agentaudit.facts.model import Form
from pytest_agentaudit.facts.narrowing import LessDrawn, LostCases, Narrowing, less_drawn
from pytest_agentaudit.facts.stored import Trimmed, trimmed
from pytest_agentaudit.facts.subjects import TEXTS, Subjects
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.facts.wording import apart, short
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.weighing import unexplained, weighed

if TYPE_CHECKING:
    from pytest_agentaudit.facts.grounds import Ground, ground
else:
    ground = later("pytest_agentaudit.facts.grounds", "ground")

_PROFILE = "load_profile"
"""What a conftest calls to say for all tests what hypothesis draws."""

SHOWN = 3
"""How many rows a message lists."""


class NarrowedCases(Rule):
    """A test runs through fewer cases than before.

    Rows of parametrize marks, of a fixture's `params` and of loops that assert are compared one by one; what
    hypothesis is told (`max_examples`, bounds and filters of strategies, `assume`, `example`) is compared too. Rows
    that moved to another test, got another column, or were replaced are silent; so are duplicates, rows that were
    skipped, and those that name what the product no longer has.

    Level: error where no product code changed and the rows are gone for good; warning otherwise, where a shorter table
    of other names and rows took their place, and for items that a data file (JSON) of the tests lost; note where the
    product that the test names changed and other rows came, a new test expects an exception of the same, the table went
    or its rows have one cell, and for what hypothesis draws less of, and for data, while the product changed, or where
    a profile may say how much it draws. Where product code changed, the base's version of the test is run on head's:
    passes it, this is a note. Mutants, where they are asked for, have the last word, as for weakened-assertion.

    Why: the case that went is, as a rule, the one that failed.
    Fix: restore the case; where it no longer applies, say why.
    Not a fix: another case that is like those that stayed.
    """

    name = "narrowed-cases"
    family = Family.WEAKENED
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("narrowed_cases")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test or fixture, and for all tests of a file that lost the same rows."""
        yield from weighed(audit, self.narrowed(audit), floor=_floor)

    def narrowed(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        subjects, narrowing = Subjects(audit.delta), Narrowing(audit.delta)
        groups: dict[tuple[str, tuple[str, ...], int], list[tuple[TestPair, LostCases, Ground]]] = {}
        for pair in (*audit.delta.tests, *TouchedTests(audit.delta).helpers()):
            if not pair.old or not pair.new or was_off(pair.old):
                continue
            lost = [it for it in narrowing.lost(pair) if not _explained(subjects, it)]
            drawn = list(less_drawn(pair))
            if not lost and not drawn:
                continue
            product = ground(audit.whole, subjects, pair.new, pair.new_path)
            if lost:
                cause = (pair.new_path, lost[0].rows, lost[0].left)
                groups.setdefault(cause, []).append((pair, lost[0], product))
            if drawn:
                by_profile = not drawn[0].now and bool(audit.delta.mentions[_PROFILE])
                level = Level.NOTE if product.changed or by_profile else self.level
                yield self.drawn(pair, drawn[0], level, product.words)
        for group in groups.values():
            levels = [_level(lost, subjects, product) for _, lost, product in group]
            refused = (group[0][2].changed and _is_refused(audit, group[0][0])) or _is_in_marks(audit, *group[0][:2])
            level = Level.NOTE if refused else min(levels, key=lambda it: it.rank)
            yield self.gone(group, level)
        for data in trimmed(audit.delta):
            if not all(subjects.names_vanished(it) for it in data.lost):
                yield self.data(data, Level.NOTE if subjects.product else self.level)

    def gone(self, group: list[tuple[TestPair, LostCases, Ground]], level: Level) -> Finding:
        """The rows that are gone, for all tests of a file that lost the same."""
        (pair, lost, product), *others = group
        rows = ", ".join(f"`{short(row)}`" for row in lost.rows[:SHOWN])
        more = f" and {len(lost.rows) - SHOWN} more" if len(lost.rows) > SHOWN else ""
        name = pair.new.qualified_name if pair.new else ""
        return self.finding(
            _place(pair, lost.line),
            f"`{name}` no longer runs through {rows}{more} ({lost.left} left); {product.words}."
            + (f" The same in {len(others)} more {'test' if len(others) == 1 else 'tests'}." if others else ""),
            level=level,
            evidence={"base": "\n".join(lost.rows)},
            fix="restore the case, or say why it no longer applies",
            not_a_fix="another case that is like those that stayed",
            related=tuple(_place(other, it.line) for other, it, _ in others),
        )

    def data(self, data: Trimmed, level: Level) -> Finding:
        """A data file with fewer items."""
        lost = ", ".join(f"`{short(it)}`" for it in data.lost[:SHOWN])
        return self.finding(
            Location(data.path),
            f"{data.path} held {data.was} items and holds {data.now} now: {lost} went, and nothing came for it.",
            level=level,
            evidence={"base": "\n".join(data.lost)},
            fix="restore the items, or say why they no longer apply",
            not_a_fix="other items that are like those that stayed",
        )

    def drawn(self, pair: TestPair, less: LessDrawn, level: Level, words: str) -> Finding:
        """What hypothesis draws less of."""
        name = pair.new.qualified_name if pair.new else ""
        return self.finding(
            _place(pair, 0),
            f"hypothesis draws less for `{name}`: {_step(less)}; {words}.",
            level=level,
            evidence={"base": less.was or "(nothing)", "head": less.now or "(nothing)"},
            fix="draw as widely as before, and mend what fails",
            not_a_fix="an `assume` that passes over the failing values",
        )


def _floor(finding: Finding) -> Level:
    """Cases that went, or that are drawn no more, and that nothing in the change explains, stay a loss."""
    is_drawn = "head" in finding.evidence
    return finding.level if is_drawn else unexplained(finding)


def _level(lost: LostCases, subjects: Subjects, product: Ground) -> Level:
    """How grave lost rows are. Where the contract changed, others that came with the change may stand for them, where
    their table is gone or was written anew the test may ask for them in another way, and a row of one cell may name
    what is part of it no more.
    """
    if product.changed and (lost.added or lost.anew or not lost.line or lost.single):
        return Level.NOTE
    return Level.WARNING if product.changed or subjects.product or lost.anew else Level.ERROR


def _is_refused(audit: Audit, pair: TestPair) -> bool:
    """Whether a new test of the same file expects an exception of what the test calls: the cases are refused now."""
    new = (it.new for it in audit.delta.tests if it.how is Pairing.NEW and it.new and it.new_path == pair.new_path)
    raising = (it for it in new if any(one.form is Form.RAISES for one in it.assertions))
    called = {it for it in pair.new.calls if it.rpartition(".")[2] in audit.delta.defined} if pair.new else set[str]()
    return any(not called.isdisjoint(it.calls) for it in raising)


def _is_in_marks(audit: Audit, pair: TestPair, lost: LostCases) -> bool:
    """Whether another mark of the test names the cases: who reads that mark runs through them."""
    test = pair.new
    sides = (file.pair.new for file in audit.delta.files if file.path == pair.new_path and file.pair.new)
    lines = (line for side in sides if test for line in side.lines(range(test.start_line, test.line)))
    marks = b"\n".join(lines).decode(errors="replace")
    values = {value for row in lost.rows for value in TEXTS.findall(row)}
    return bool(values) and all(value[1:-1] in marks for value in values)


def _step(less: LessDrawn) -> str:
    if not less.was:
        return f"`{less.name}({short(less.now)})` passes over the rest"
    if not less.now:
        return f"`{less.name}({short(less.was)})` is gone"
    was, now = apart(less.was, less.now)
    return f"`{less.name}` was `{was}`, now `{now}`"


def _explained(subjects: Subjects, lost: LostCases) -> bool:
    """Whether all rows name what the product no longer has."""
    return all(subjects.names_vanished(row) or any(map(subjects.drops_text, TEXTS.findall(row))) for row in lost.rows)


def _place(pair: TestPair, line: int) -> Location:
    test = pair.new
    if test is None:
        return Location(pair.old_path)
    return Location(pair.new_path, line or test.line, symbol=test.qualified_name)
