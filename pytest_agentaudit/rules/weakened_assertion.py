"""The rule weakened-assertion."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentaudit.facts.model import (
    Assertion,
    AssertionPair,
    Condition,
    Delta,
    Form,
    Loss,
    Pairing,
    Predicate,
    TestCase,
    TestPair,
)
from pytest_agentaudit.facts.pairing_assertions import likeness
from pytest_agentaudit.facts.pairing_demands import has_more_cases
from pytest_agentaudit.facts.strength import strength
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
    Loss.CASE: "was dropped; the same is still demanded of other cases",
}


_PRICING = """
def total(items):
    return sum(items) * 1.05


def receipt(name):
    return {"a": 1, "b": 2}


def is_valid(number):
    return number > 0
"""


def _test(body: str, head: str = "def test_pricing():") -> str:
    """A test file with one test, which begins on line 4."""
    return f"import pytest\nfrom shop.pricing import is_valid, receipt, total\n\n{head}\n    {body}\n"


def _example(
    title: str,
    before: str,
    after: str,
    line: str = "",
    *,
    product: tuple[str, str] = (_PRICING, _PRICING),
    more: Mapping[str, str] | None = None,
    head: str = "def test_pricing():",
    expect: tuple[str, ...] = (),
) -> Example:
    """A test whose body changed; an empty `after` means that its file is gone."""
    path = "tests/test_pricing.py"
    return Example(
        title,
        before={"shop/pricing.py": product[0], path: _test(before)},
        after={
            "shop/pricing.py": product[1],
            **({path: _test(after, head)} if after else {}),
            **(more or {}),
        },
        expect=(f"{path}:{line}",) if line else expect,
    )


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
    changed code; warning where it changed too, or may have, where the same check stays for other cases, and where
    a dropped demand may have gone to a new one; note for the steps around truth (`is True` to a truth test) and a weak
    demand that went while the code changed.

    Why: a test that asks for less passes with the defect that it was written to find.
    Fix: restore the demand; where the contract changed on purpose, say so and demand the new value as exactly.
    Not a fix: another assertion about something else, so that the count stays the same.
    """

    name = "weakened-assertion"
    family = Family.WEAKENED
    level = Level.ERROR
    needs = frozenset({Needs.STATIC, Needs.COVERAGE})
    examples = (
        _example(
            "equality with a literal became an order",
            "assert total([100]) == 105.0",
            "assert total([100]) > 0",
            "5 error",
        ),
        _example(
            "the whole became membership",
            "assert receipt('x') == {'a': 1, 'b': 2}",
            "assert 'a' in receipt('x')",
            "5 error",
        ),
        _example(
            "the whole became one key",
            "assert receipt('x') == {'a': 1, 'b': 2}",
            "assert receipt('x')['a'] == 1",
            "5 error",
        ),
        _example(
            "a truth test only excludes a value, beside new assertions",
            "assert is_valid(3)",
            "assert is_valid(3) is not False\n    assert is_valid(4) is not None\n    assert is_valid(5) is not None",
            "5 error",
        ),
        _example(
            "an assertion was dropped",
            "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
            "r = receipt('x')\n    assert r['a'] == 1",
            "4 error",
        ),
        _example("a bound was loosened", "assert total([1]) < 1.1", "assert total([1]) < 10", "5 error"),
        _example(
            "a tolerance grew",
            "assert total([1]) == pytest.approx(1.05)",
            "assert total([1]) == pytest.approx(1.05, abs=1)",
            "5 error",
        ),
        _example(
            "any exception will do, whatever it says",
            "with pytest.raises(ValueError, match='empty'):\n        total([])",
            "with pytest.raises(Exception):\n        total([])",
            "5 error",
        ),
        _example(
            "the product changed with it",
            "assert total([100]) == 105.0",
            "assert total([100]) > 0",
            "5 warning",
            product=(_PRICING, _PRICING.replace("1.05", "1.07")),
        ),
        _example(
            "it was weakened on its way to another file",
            "items = [100]\n    price = total(items)\n    assert price == 105.0",
            "",
            more={"tests/test_totals.py": _test("items = [100]\n    price = total(items)\n    assert price > 0")},
            expect=("tests/test_totals.py:7 error",),
        ),
        _example(
            "a result that is true or false is tested for truth",
            "assert is_valid(3) is True",
            "assert is_valid(3)",
            "5 note",
        ),
        _example("another value of the same strength", "assert total([100]) == 105.0", "assert total([100]) == 107.0"),
        _example(
            "a helper asserts it",
            "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
            "check(receipt('x'))\n\n\ndef check(r):\n    assert r['a'] == 1\n    assert r['b'] == 2",
        ),
        _example(
            "a list of cases became rows",
            "for n in (1, 2):\n        assert is_valid(n) == True",
            "assert is_valid(n) == True",
            head="@pytest.mark.parametrize('n', [1, 2])\ndef test_pricing(n):",
        ),
        _example(
            "pytest's way of saying it, with a message and swapped sides",
            "case.assertEqual(total([1]), 1.05)\n    assert receipt('x') == {'a': 1}",
            "assert total([1]) == 1.05, 'tax'\n    assert {'a': 1} == receipt('x')",
        ),
        _example(
            "a tighter tolerance",
            "assert total([1]) == pytest.approx(1.05, abs=0.1)",
            "assert total([1]) == pytest.approx(1.05, abs=0.001)",
        ),
        _example(
            "a variable was inlined, another one renamed",
            "price = total([1])\n    res = receipt('x')\n    assert price == 1.05\n    assert res['a'] == 1",
            "out = receipt('x')\n    assert total([1]) == 1.05\n    assert out['a'] == 1",
        ),
        _example(
            "one assertion became several",
            "assert receipt('x') == {'a': 1, 'b': 2}",
            "r = receipt('x')\n    assert r['a'] == 1\n    assert r['b'] == 2",
        ),
        _example(
            "a length became the items",
            "r = receipt('x')\n    assert len(r) == 2\n    assert r is not None",
            "r = receipt('x')\n    assert r == {'a': 1, 'b': 2}",
        ),
        _example(
            "what it speaks of went away",
            "r = receipt('x')\n    assert r['a'] == 1\n    assert legacy_total([1]) == 1",
            "r = receipt('x')\n    assert r['a'] == 1",
            product=(_PRICING + "\n\ndef legacy_total(items):\n    return sum(items)\n", _PRICING),
        ),
    )

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each test whose demands fell."""
        subjects = Subjects(audit.delta)
        fresh = _fresh_calls(audit.delta)
        for pair in audit.delta.tests:
            if not pair.old or not pair.new or _was_off(pair.old) or not any(it.loss for it in pair.assertions):
                continue
            product = _product(audit.whole, subjects, pair)
            fallen = [it for it in _fallen(pair, product) if not _explained(subjects, it)]
            if fallen:
                others = has_more_cases(pair.old, pair.new) or not fresh[pair.new_path].isdisjoint(pair.new.calls)
                yield self.found(pair, [(_level(it, product, pair, others=others), it) for it in fallen], product)

    def found(self, pair: TestPair, fallen: list[tuple[Level, AssertionPair]], product: _Product) -> Finding:
        """What fell in one test, the gravest first. What one line brought about counts once."""
        once = {(it.old and (it.old.line, it.old.text), it.new and it.new.text): (level, it) for level, it in fallen}
        (level, first), *rest = sorted(once.values(), key=lambda it: it[0].rank)
        count = f"{len(rest)} more {'demand' if len(rest) == 1 else 'demands'}"
        return self.finding(
            _place(pair, first),
            f"{_step(first)}; {product.words}." + (f" {count} of this test fell." if rest else ""),
            level=level,
            evidence={
                "base": first.old.text if first.old else "",
                "head": first.new.text if first.new else "(nothing)",
            },
            fix="restore the demand; if the contract changed on purpose, demand the new value as exactly",
            not_a_fix="another assertion about something else",
            related=tuple(_place(pair, it) for _, it in rest),
        )


def _fresh_calls(delta: Delta) -> Mapping[str, set[str]]:
    """Path -> what its new tests call of the product."""
    calls: dict[str, set[str]] = defaultdict(set)
    for pair in delta.tests:
        if pair.how is Pairing.NEW and pair.new and pair.new.assertions:
            calls[pair.new_path] |= {call for call in pair.new.calls if call.rpartition(".")[2] in delta.defined}
    return calls


def _was_off(old: TestCase) -> bool:
    """Whether the test held nobody to anything at base: skipped, or expected to fail."""
    return any(it.condition in {Condition.ALWAYS, Condition.UNKNOWN} for it in old.skips)


def _explained(subjects: Subjects, it: AssertionPair) -> bool:
    """Whether a dropped demand spoke of what the product no longer has, or is one of a helper that moved there."""
    dropped = it.old is not None and it.loss in {Loss.DROPPED, Loss.CASE}
    return dropped and it.old is not None and (subjects.outlived(it.old) or subjects.is_product_helper(it.old))


def _fallen(pair: TestPair, product: _Product) -> list[AssertionPair]:
    """The demands that fell. Where the product changed, one that gave way to another demand was replaced, not lost."""
    fallen = [it for it in pair.assertions if it.loss]
    if product.level is Level.ERROR:
        return fallen
    fresh = sum(it.old is None and it.new is not None and not it.new.constant for it in pair.assertions)
    kept = []
    for it in fallen:
        if it.loss in {Loss.DROPPED, Loss.CASE} and fresh:
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
    if subjects.data_changed or not subjects.known(pair.new, pair.new_path) or subjects.reached(pair.new):
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


def _level(it: AssertionPair, product: _Product, pair: TestPair, *, others: bool) -> Level:
    """How grave a loss is. `others`: a dropped demand may have gone to new cases, or to new tests of the same."""
    if it.loss is Loss.TRUTH:
        return Level.NOTE
    if it.loss is Loss.CASE:
        return Level.WARNING
    if it.loss is Loss.DROPPED and it.old:
        if product.level is Level.WARNING and _is_weak(it.old):
            return Level.NOTE
        if others or any(new.old is None and new.new and _replaces(new.new, it.old) for new in pair.assertions):
            return Level.WARNING
    return product.level


def _replaces(new: Assertion, old: Assertion) -> bool:
    """Whether an added demand could stand for a dropped one: it is as strong, and can fail."""
    return not new.constant and strength(new) >= strength(old)


def _is_weak(it: Assertion) -> bool:
    """Whether a demand says little by itself: something is true, not None, of a type."""
    return it.predicate <= Predicate.TYPE and it.form is not Form.RAISES


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
        return f"`{_short(_whole(it.old))}` {_REASONS[it.loss or Loss.DROPPED]}"
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
