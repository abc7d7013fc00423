"""The rule eased-input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta, TestPair
from pytest_agentaudit.facts.fallen import was_off
from pytest_agentaudit.facts.inputs import Eased, eased_inputs, eased_literal
from pytest_agentaudit.facts.kinds.tests import HANDED, LENIENT, STRICT
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.facts.wording import apart, short
from pytest_agentaudit.later import later
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.weighing import unexplained, weighed

if TYPE_CHECKING:
    from pytest_agentaudit.facts.grounds import Excuses, Ground, edited_statements, ground
else:
    Excuses, edited_statements, ground = later(
        "pytest_agentaudit.facts.grounds", "Excuses", "edited_statements", "ground"
    )


class EasedInput(Rule):
    """A test's input was made easier while it expects the same.

    The same call with a shorter or sorted list, an empty value, a text without the characters that were special, a
    trivial number, or the expected value itself; `strict=True` (`validate=`, `raise_...=`) that became false, in tests
    and fixtures; and a literal that a fixture hands out, where it is easier in one of these ways now. An input that
    still stands somewhere in the tests is silent, and so is a test that was rewritten.

    Level: error where nothing else in the change explains it; warning for what a fixture hands out, and where product
    code changed that the test does not reach, as far as names tell; note where the product, helpers, fixtures, settings
    or requirements changed too. Where product code changed, the base's version of the test is run on head's, and its
    result is told; passes it, this is a note. Mutants, where they are asked for, have the last word, as for
    weakened-assertion.

    Why: a test that gets only the inputs that work tells nothing of those that do not.
    Fix: restore the input, and mend the code that cannot deal with it.
    Not a fix: another input that works.
    """

    name = "eased-input"
    family = Family.WEAKENED
    level = Level.NOTE
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = kept_apart("eased_input")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test, and for each argument that is lenient now."""
        yield from weighed(audit, self.easier(audit), floor=_floor)

    def easier(self, audit: Audit) -> Iterator[Finding]:
        """The same before proofs are weighed."""
        subjects = Subjects(audit.delta)
        excuses = Excuses(subjects)
        for pair in audit.delta.tests:
            found = [] if pair.old is None or was_off(pair.old) else eased_inputs(pair)
            found = [it for it in found if not audit.delta.quotes[it.was]]
            if found and pair.new and edited_statements(pair) <= len(found):
                product = ground(audit.whole, subjects, pair.new, pair.new_path)
                yield self.eased(pair, found, product, excuses, audit)
        yield from self.lenient(audit, subjects, excuses)
        yield from self.handed(audit, subjects, excuses)

    def eased(self, pair: TestPair, found: list[Eased], product: Ground, excuses: Excuses, audit: Audit) -> Finding:
        """The inputs of one test."""
        first, excuse = found[0], excuses.of(pair)
        was, now = apart(first.was, first.now)
        level = Level.NOTE
        if not excuse and not product.changed:
            others = any(True for _ in audit.files(FileRole.PRODUCT)) and audit.whole is None
            level = Level.WARNING if others or excuses.data_files else Level.ERROR
        return self.finding(
            _place(pair, first),
            f"The input of `{short(first.subject)}` was `{was}`, now `{now}` "
            f"({first.how}), and what is expected stayed; {excuse or product.words}.",
            level=level,
            evidence={"base": first.base, "head": first.head},
            fix=_FIX,
            not_a_fix="another input that works",
            related=tuple(_place(pair, it) for it in found[1:]),
        )

    def lenient(self, audit: Audit, subjects: Subjects, excuses: Excuses) -> Iterator[Finding]:
        """Arguments that asked for strict treatment before; one finding for each word and file."""
        strict = {it.text.partition("=")[0] for file in audit.delta.files for it in file.new_ones(STRICT)}
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            told: set[str] = set()
            for was, now in _relaxed(file):
                word = now.text.partition("=")[0]
                if word in told or word in strict:
                    continue
                told.add(word)
                untouched = not subjects.product and not subjects.data_changed and not excuses.settings_changed
                yield self.finding(
                    Location(file.path, now.line, now.end_line, now.symbol),
                    f"`{now.symbol}` asks for `{now.text}`, not `{was.text}` any more; "
                    f"{'no product code changed' if untouched else 'product code changed with it'}.",
                    level=Level.ERROR if untouched else Level.NOTE,
                    evidence={"base": was.text, "head": now.text},
                    fix=_FIX,
                    not_a_fix="a second test that is strict about something else",
                )

    def handed(self, audit: Audit, subjects: Subjects, excuses: Excuses) -> Iterator[Finding]:
        """What fixtures hand out that is easier now."""
        for file in audit.files(FileRole.TEST, FileRole.CONFTEST):
            for was, now in _handed(file):
                how = eased_literal(was.text, now.text)
                if not how or audit.delta.quotes[was.text]:
                    continue
                untouched = not subjects.product and not subjects.data_changed and not excuses.settings_changed
                yield self.finding(
                    Location(file.path, now.line, now.end_line, now.symbol),
                    f"The fixture `{now.symbol}` handed out `{short(was.text)}`, now `{short(now.text)}` ({how}); "
                    f"{'no product code changed' if untouched else 'product code changed with it'}.",
                    level=Level.WARNING if untouched or not now.text.strip(_EMPTY) else Level.NOTE,
                    evidence={"base": was.text, "head": now.text},
                    fix=_FIX,
                    not_a_fix="another input that works",
                )


def _floor(finding: Finding) -> Level:
    """An input that is empty now asks for nothing, whatever still holds."""
    return Level.WARNING if finding.level is Level.WARNING and _is_empty(finding) else unexplained(finding)


def _is_empty(finding: Finding) -> bool:
    return not finding.evidence.get("head", "x").strip(_EMPTY)


_EMPTY = "[](){}'\""
_FIX = "restore the input, and mend the code that cannot deal with it"


def _relaxed(file: FileDelta) -> Iterator[tuple[Occurrence, Occurrence]]:
    """A strict argument that is gone and a lenient one that is new, of the same definition."""
    lost = {it.key: it for it in file.lost_ones(STRICT)}
    return ((lost[it.key], it) for it in file.new_ones(LENIENT) if it.symbol and it.key in lost)


def _handed(file: FileDelta) -> Iterator[tuple[Occurrence, Occurrence]]:
    """What the fixtures of a file handed out at base, and what they do at head."""
    if file.old and file.new:
        old = {it.symbol: it for it in file.old.occurrences if it.kind == HANDED}
        yield from ((old[it.symbol], it) for it in file.new.occurrences if it.kind == HANDED and it.symbol in old)


def _place(pair: TestPair, it: Eased) -> Location:
    test = pair.new
    inside = test and test.start_line <= it.line <= test.end_line
    line, end_line = (it.line, it.end_line) if inside or not test else (test.line, test.line)
    return Location(pair.new_path, line, end_line, test.qualified_name if test else "")
