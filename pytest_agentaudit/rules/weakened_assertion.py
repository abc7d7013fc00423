"""The rule weakened-assertion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentaudit.facts.model import Assertion, AssertionPair, Form, Loss, TestPair
from pytest_agentaudit.facts.pairing_assertions import likeness
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.model import Evidence, Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule

SAME_SUBJECT = 0.8
"""Likeness from which a demand of a test whose product changed is held against another one, not taken for a new one."""

LONGEST = 60
"""Characters of a demand that a message shows."""

_REASONS = {
    Loss.DROPPED: "was dropped and nothing stands in its place",
    Loss.TOLERANCE: "the tolerance grew",
    Loss.BOUND: "the bound is looser",
    Loss.EXCEPTION: "the exception type is wider",
    Loss.MATCH: "the message is no longer checked",
    Loss.PART: "a part is checked instead of the whole",
    Loss.CHOICE: "more values are accepted",
    Loss.NEGATION: "only one value is excluded",
}


@dataclass(frozen=True)
class _Product:
    """What the change did to the code that a test tests."""

    level: Level
    words: str


class WeakenedAssertion(Rule):
    """An assertion demands less than before.

    Old and new demands of a test are paired by subject, through renames, moves, merges, splits and helpers. What falls
    is found on a lattice: equality with a literal, equality, membership, order, type, not None, truth. So is a wider
    tolerance, a looser bound, a wider exception type, a `match` that is gone, one key instead of the whole, and a
    demand with nothing in its place. A changed expected value of the same strength is another rule's.

    Level: error where the code that the test names did not change, or a whole run shows that the test runs none of the
    changed code; warning where it changed too; note for the steps around truth (`is True` to a truth test).

    Why: a test that asks for less passes with the defect that it was written to find.
    Fix: restore the demand; where the contract changed on purpose, say so and demand the new value as exactly.
    Not a fix: another assertion about something else, so that the count stays the same.
    """

    name = "weakened-assertion"
    family = Family.WEAKENED
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = (
        Example(
            "equality with a literal became an order",
            before={
                "shop/pricing.py": "def total(items):\n    return sum(items) * 1.05\n",
                "tests/test_pricing.py": "from shop.pricing import total\n\n\n"
                "def test_total():\n    assert total([100]) == 105.0\n",
            },
            after={
                "shop/pricing.py": "def total(items):\n    return sum(items) * 1.05\n",
                "tests/test_pricing.py": "from shop.pricing import total\n\n\n"
                "def test_total():\n    assert total([100]) > 0\n",
            },
            expect=("tests/test_pricing.py:5 error",),
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test whose demands fell."""
        subjects = Subjects(audit.delta)
        for pair in audit.delta.tests:
            if not pair.old or not pair.new or not any(it.loss for it in pair.assertions):
                continue
            product = _product(audit.whole, subjects, pair)
            fallen = _fallen(pair, product)
            if fallen:
                yield self.found(pair, fallen, product)

    def found(self, pair: TestPair, fallen: list[AssertionPair], product: _Product) -> Finding:
        """What fell in one test, the gravest first."""
        levels = [_level(it, product) for it in fallen]
        worst = min(range(len(fallen)), key=lambda at: (levels[at].rank, at))
        first, rest = fallen[worst], len(fallen) - 1
        more = f" {rest} more {'demand' if rest == 1 else 'demands'} of this test fell." if rest else ""
        return self.finding(
            _place(pair, first),
            f"{_step(first)}; {product.words}.{more}",
            level=levels[worst],
            evidence={
                "base": first.old.text if first.old else "",
                "head": first.new.text if first.new else "(nothing)",
            },
            fix="restore the demand; if the contract changed on purpose, demand the new value as exactly",
            not_a_fix="another assertion about something else",
            related=tuple(_place(pair, it) for at, it in enumerate(fallen) if at != worst),
        )


def _fallen(pair: TestPair, product: _Product) -> list[AssertionPair]:
    """The demands that fell. Where the product changed, one that gave way to another demand was replaced, not lost."""
    fallen = [it for it in pair.assertions if it.loss]
    if product.level is Level.ERROR:
        return fallen
    fresh = sum(it.old is None and it.new is not None and not it.new.constant for it in pair.assertions)
    kept = []
    for it in fallen:
        if it.loss is Loss.DROPPED and fresh:
            fresh -= 1
        elif it.old and it.new and likeness(it.old, it.new) < SAME_SUBJECT and it.old.subject != it.new.subject:
            continue
        else:
            kept.append(it)
    return kept


def _product(whole: Evidence | None, subjects: Subjects, pair: TestPair) -> _Product:
    """Whether the code under this test changed: as the run shows it, else as names tell."""
    if pair.new is None:
        raise ValueError("only a test that head has can be weakened")
    subject = next(iter(subjects.of(pair.new, pair.new_path)), "")
    still = f"`{subject}` is unchanged" if subject else "no product code changed"
    if not subjects.product and not subjects.data_changed:
        return _Product(Level.ERROR, still)
    ran = _ran_changed(whole, subjects, pair)
    if ran is not None:
        words = "the test runs product code that changed with it" if ran else "the test runs none of the changed code"
        return _Product(Level.WARNING if ran else Level.ERROR, words)
    touched = subjects.touched(pair.new, pair.new_path)
    if touched:
        return _Product(Level.WARNING, f"{touched[0]} changed with it")
    if subjects.data_changed or not subjects.known(pair.new):
        return _Product(Level.WARNING, "product code changed with it")
    return _Product(Level.ERROR, still)


def _ran_changed(whole: Evidence | None, subjects: Subjects, pair: TestPair) -> bool | None:
    """Whether the test ran a changed line of the product; None where no whole run tells."""
    if whole is None or pair.new is None:
        return None
    mine = {
        at for at, it in enumerate(whole.tests) if it.path == pair.new_path and it.function == pair.new.qualified_name
    }
    if not mine:
        return None
    paths = {file.path for file in subjects.product}
    return any(
        mine & set(tests) for path, hits in whole.hits.items() if path in paths for tests in hits.by_test.values()
    )


def _level(it: AssertionPair, product: _Product) -> Level:
    return Level.NOTE if it.loss is Loss.TRUTH else product.level


def _place(pair: TestPair, it: AssertionPair) -> Location:
    if pair.new is None:
        raise ValueError("only a test that head has can be weakened")
    inside = it.new and pair.new.start_line <= it.new.line <= pair.new.end_line
    line, end_line = (it.new.line, it.new.end_line) if it.new and inside else (pair.new.line, pair.new.line)
    return Location(pair.new_path, line, end_line, pair.new.qualified_name)


def _step(it: AssertionPair) -> str:
    """The two wordings of a demand, with the reason where they do not tell it."""
    if it.old is None:
        raise ValueError("a loss has an old side")
    if it.new is None:
        return f"`{_short(it.old.text)}` {_REASONS[Loss.DROPPED]}"
    was, now = _demand(it.old), _demand(it.new)
    if it.old.subject != it.new.subject or was == now:
        was, now = _whole(it.old), _whole(it.new)
    reason = _REASONS.get(it.loss, "") if it.loss else ""
    return f"`{_short(was)}` became `{_short(now)}`" + (f" ({reason})" if reason else "")


def _whole(it: Assertion) -> str:
    return it.text.removeprefix("assert ")


def _demand(it: Assertion) -> str:
    """What is asked of the subject, without the subject where the text begins with it."""
    text = _whole(it)
    if it.form is Form.ASSERT and text.startswith(f"{it.subject} "):
        return text[len(it.subject) + 1 :]
    return text


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
