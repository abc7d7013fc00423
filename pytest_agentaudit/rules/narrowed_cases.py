"""The rule narrowed-cases."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.delta import TestPair
from pytest_agentaudit.facts.fallen import was_off
from pytest_agentaudit.facts.grounds import Ground, ground
from pytest_agentaudit.facts.narrowing import LessDrawn, LostCases, Narrowing, less_drawn
from pytest_agentaudit.facts.stored import Trimmed, trimmed
from pytest_agentaudit.facts.subjects import Subjects
from pytest_agentaudit.facts.touched_tests import TouchedTests
from pytest_agentaudit.facts.wording import short
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.weighing import unexplained, weighed

_TEXT = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")

SHOWN = 3
"""How many rows a message lists."""

_PRICING = "def total(items):\n    return sum(items) * 1.05\n\n\ndef refund(order):\n    return -order\n"
_HEAD = "import pytest\nfrom hypothesis import assume, example, given, settings, strategies as st\n"
_HEAD += "from shop.pricing import refund, total\n\n\n"
_ROWS = (
    "@pytest.mark.parametrize(('order', 'sum'), [(1, -1), (0, 0), (-5, 5)])\ndef test_refund(order, sum):\n"
    "    assert refund(order) == sum\n"
)
_INNER = _ROWS.replace("    assert refund(order)", "    def get():\n        return refund(order)\n\n    assert get()")
_LOOP = "def test_refund():\n    for order, sum in [(1, -1), (0, 0), (-5, 5)]:\n        assert refund(order) == sum\n"
_LOOPS = f"{_LOOP}    for price in (7, 9):\n        assert total([price]) > price\n"
_LISTED = "CASES = [\n    (1, -1),\n    (0, 0),\n    (-5, 5),\n]\n\n\n"
_LISTED_LOOP = """def test_refund():
    for order, expected in CASES:
        assert refund(order) == expected
"""
_SHARED = (
    "@pytest.mark.parametrize(('order', 'sum'), CASES)\n"
    "def test_refund(order, sum):\n    assert refund(order) == sum\n\n\n"
    "@pytest.mark.parametrize(('order', 'sum'), CASES)\n"
    "def test_back(order, sum):\n    assert refund(sum) == order\n"
)
_DRAWN = "@given(st.integers())\ndef test_refund(order):\n    assert refund(refund(order)) == order\n"


def _example(
    title: str, before: str, after: str, *expect: str, product: tuple[str, str] = (_PRICING, _PRICING)
) -> Example:
    """A test file that changed, with the product before and after."""
    path = "tests/test_pricing.py"
    return Example(
        title,
        before={"shop/pricing.py": product[0], path: _HEAD + before},
        after={"shop/pricing.py": product[1], path: _HEAD + after},
        expect=expect,
    )


class NarrowedCases(Rule):
    """A test runs through fewer cases than before.

    Rows of parametrize marks, of a fixture's `params` and of loops that assert are compared one by one; what
    hypothesis is told (`max_examples`, bounds and filters of strategies, `assume`, `example`) is compared too. Rows
    that moved to another test, got another column, or were replaced are silent; so are duplicates, rows that were
    skipped, and those that name what the product no longer has.

    Level: error where no product code changed and the rows are gone for good; warning otherwise, where a shorter table
    of other names and rows took their place, and for items that a data file (JSON) of the tests lost; note where the
    product that the test names changed and other rows came, the table went or its rows have one cell, and for what
    hypothesis draws less of, and for data, while the product changed. Where product code changed, the base's version of
    the test is run on head's: passes it, this is a note. Mutants, where they are asked for, have the last word, as for
    weakened-assertion.

    Why: the case that went is, as a rule, the one that failed.
    Fix: restore the case; where it no longer applies, say why.
    Not a fix: another case that is like those that stayed.
    """

    name = "narrowed-cases"
    family = Family.WEAKENED
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.COVERAGE, Needs.REVERT})
    examples = (
        _example("a row is gone", _ROWS, _ROWS.replace(", (-5, 5)", ""), "tests/test_pricing.py:6 error"),
        _example(
            "no row is left",
            _ROWS,
            _ROWS.replace("[(1, -1), (0, 0), (-5, 5)]", "[]"),
            "tests/test_pricing.py:6 error",
        ),
        _example(
            "a loop over a list and another one",
            f"OTHERS = more()\n\n\n{_LISTED}{_LISTED_LOOP}",
            f"OTHERS = more()\n\n\n{_LISTED}{_LISTED_LOOP.replace('in CASES', 'in (*CASES, *OTHERS)')}",
        ),
        _example(
            "a loop over what a call gives",
            _LISTED + _LISTED_LOOP,
            "def test_refund():\n    known = list(refunds().items())\n    for order, expected in known:\n"
            "        assert refund(order) == expected\n",
        ),
        _example("a row of a loop is gone", _LOOP, _LOOP.replace(", (-5, 5)", ""), "tests/test_pricing.py:7 error"),
        _example(
            "a row of a list is gone that a test takes its cases from",
            _LISTED + _ROWS.replace("[(1, -1), (0, 0), (-5, 5)]", "CASES"),
            _LISTED.replace("    (-5, 5),\n", "") + _ROWS.replace("[(1, -1), (0, 0), (-5, 5)]", "CASES"),
            "tests/test_pricing.py:12 error",
        ),
        _example(
            "a table that two tests share",
            _LISTED + _SHARED,
            _LISTED.replace("    (-5, 5),\n", "") + _SHARED,
            "tests/test_pricing.py:12 error",
        ),
        _example(
            "one case is all that is left",
            _ROWS,
            "def test_refund():\n    assert refund(1) == -1\n",
            "tests/test_pricing.py:6 error",
        ),
        _example(
            "two loops became a shorter table of other cases",
            _LOOPS,
            "@pytest.mark.parametrize('case', [Case(2, -2)])\ndef test_refund(case):\n"
            "    assert refund(case.order) == case.sum\n",
            "tests/test_pricing.py:6 warning",
        ),
        _example(
            "a row is gone from a test with a function in it",
            _INNER,
            _INNER.replace("order)", "order + 0)").replace(", (-5, 5)", ""),
            "tests/test_pricing.py:6 error",
        ),
        _example(
            "of a fixture",
            "@pytest.fixture(params=[1, 0, -5])\ndef order(request):\n    return request.param\n\n\n"
            "def test_refund(order):\n    assert refund(refund(order)) == order\n",
            "@pytest.fixture(params=[1])\ndef order(request):\n    return request.param\n\n\n"
            "def test_refund(order):\n    assert refund(refund(order)) == order\n",
            "tests/test_pricing.py:6 error",
        ),
        _example(
            "the product changed with it",
            _ROWS,
            _ROWS.replace(", (-5, 5)", ""),
            "tests/test_pricing.py:6 warning",
            product=(_PRICING, _PRICING.replace("-order", "-abs(order)")),
        ),
        _example(
            "the contract changed, and fewer other rows came",
            _ROWS,
            _ROWS.replace("(0, 0), (-5, 5)", "(7, -8)"),
            "tests/test_pricing.py:6 note",
            product=(_PRICING, _PRICING.replace("-order", "-order - (order > 5)")),
        ),
        _example(
            "hypothesis tries less",
            f"@settings(max_examples=500)\n{_DRAWN}",
            f"@settings(max_examples=5)\n{_DRAWN}",
            "tests/test_pricing.py:8 warning",
        ),
        _example(
            "hypothesis leaves out what failed",
            _DRAWN,
            _DRAWN.replace("st.integers()", "st.integers(min_value=1)"),
            "tests/test_pricing.py:7 warning",
        ),
        _example(
            "it passes over what failed",
            _DRAWN,
            _DRAWN.replace("    assert", "    assume(order > 0)\n    assert"),
            "tests/test_pricing.py:7 warning",
        ),
        Example(
            "a data file of the tests holds less",
            before={"shop/pricing.py": _PRICING, "tests/data/cases.json": "[[1, -1], [0, 0], [-5, 5]]"},
            after={"shop/pricing.py": _PRICING, "tests/data/cases.json": "[[1, -1], [0, 0]]"},
            expect=("tests/data/cases.json:1 warning",),
        ),
        Example(
            "a data file got other items",
            before={"shop/pricing.py": _PRICING, "tests/data/cases.json": "[[1, -1], [0, 0], [-5, 5]]"},
            after={"shop/pricing.py": _PRICING, "tests/data/cases.json": "[[1, -1], [-7, 7]]"},
        ),
        _example(
            "the row moved to a test of its own",
            _ROWS,
            _ROWS.replace(", (-5, 5)", "") + "\n\ndef test_negative():\n    assert refund(-5) == 5\n",
        ),
        _example(
            "two loops became a table of other cases",
            _LOOPS,
            "@pytest.mark.parametrize('case', [Case(2, -2), Case(8, -8), Case(-3, 3)])\ndef test_refund(case):\n"
            "    assert refund(case.order) == case.sum\n",
        ),
        _example("a row twice", _ROWS.replace("(0, 0)", "(0, 0), (0, 0)"), _ROWS),
        _example("another row in its place", _ROWS, _ROWS.replace("(-5, 5)", "(-7, 7)")),
        _example(
            "another column",
            _ROWS,
            _ROWS.replace("'sum')", "'sum', 'why')").replace("(1, -1), (0, 0), (-5, 5)", "(1, -1, 'a'), (-5, 5, 'b')")
            + "\n\ndef test_zero():\n    assert refund(0) == 0\n",
        ),
        _example(
            "the row was expected to fail",
            _ROWS.replace("(-5, 5)", "pytest.param(-5, 5, marks=pytest.mark.xfail)"),
            _ROWS.replace(", (-5, 5)", ""),
        ),
        _example(
            "it named what is gone",
            "@pytest.mark.parametrize('check', [refund, total, legacy_total])\ndef test_zero(check):\n"
            "    assert check([]) == 0\n",
            "@pytest.mark.parametrize('check', [refund, total])\ndef test_zero(check):\n    assert check([]) == 0\n",
            product=(_PRICING + "\n\ndef legacy_total(items):\n    return sum(items)\n", _PRICING),
        ),
        _example(
            "it was about an entry that the product dropped",
            _ROWS.replace("(0, 0)", "('retired-rate', 0)"),
            _ROWS.replace("(0, 0), ", ""),
            product=(
                _PRICING + "\n\nRATES = {'retired-rate': 0, 'usual': 1}\n",
                _PRICING + "\n\nRATES = {'usual': 1}\n",
            ),
        ),
        _example("the list is computed now", _ROWS, _ROWS.replace("[(1, -1), (0, 0), (-5, 5)]", "list(cases())")),
        _example(
            "hypothesis draws them now",
            "@pytest.mark.parametrize('late', [True, False])\ndef test_zero(late):\n    assert refund(late) <= 0\n",
            "@given(late=st.booleans())\ndef test_zero(late):\n    assert refund(late) <= 0\n",
        ),
        _example(
            "a fixture hands them out now",
            "@pytest.mark.parametrize('late', [True, False])\ndef test_zero(late):\n    assert refund(late) <= 0\n",
            "def test_zero(late):\n    assert refund(late) <= 0\n",
        ),
        _example(
            "each got a test of its own",
            "@pytest.mark.parametrize('late', [True, False])\ndef test_zero(late):\n    assert refund(late) <= 0\n",
            "def test_zero():\n    assert refund(False) <= 0\n\n\ndef test_late():\n    n = True\n"
            "    assert refund(n) <= 0\n",
        ),
        _example(
            "a loop that sets up",
            "def test_total():\n    items = []\n    for n in (1, 2, 3):\n        items.append(n)\n"
            "    assert total(items) > 0\n",
            "def test_total():\n    items = []\n    for n in (1, 2):\n        items.append(n)\n"
            "    assert total(items) > 0\n",
        ),
        _example(
            "what a loop looks for is part of the contract no more",
            "def test_total():\n    for part in ('net', 'tax', 'fee'):\n        assert part in total([1])\n",
            "def test_total():\n    for part in ('net', 'tax'):\n        assert part in total([1])\n",
            "tests/test_pricing.py:7 note",
            product=(_PRICING, _PRICING.replace("1.05", "1.07")),
        ),
        _example(
            "hypothesis draws from less",
            _DRAWN.replace("integers()", "integers(0, 9)"),
            _DRAWN.replace("integers()", "integers(0, 2)"),
            "tests/test_pricing.py:7 warning",
        ),
        _example(
            "one value is drawn",
            _DRAWN,
            _DRAWN.replace("integers()", "just(3)"),
            "tests/test_pricing.py:7 warning",
        ),
        _example(
            "hypothesis draws from more",
            _DRAWN.replace("integers()", "integers(0, 9)"),
            _DRAWN.replace("integers()", "integers(-9, 9)"),
        ),
        _example("hypothesis gets more time", _DRAWN, f"@settings(deadline=None)\n{_DRAWN}"),
    )

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
                yield self.drawn(pair, drawn[0], Level.NOTE if product.changed else self.level, product.words)
        for group in groups.values():
            level = min((_level(lost, subjects, product) for _, lost, product in group), key=lambda it: it.rank)
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


def _step(less: LessDrawn) -> str:
    if not less.was:
        return f"`{less.name}({short(less.now)})` passes over the rest"
    if not less.now:
        return f"`{less.name}({short(less.was)})` is gone"
    return f"`{less.name}` was `{short(less.was)}`, now `{short(less.now)}`"


def _explained(subjects: Subjects, lost: LostCases) -> bool:
    """Whether all rows name what the product no longer has."""
    return all(subjects.names_vanished(row) or any(map(subjects.drops_text, _TEXT.findall(row))) for row in lost.rows)


def _place(pair: TestPair, line: int) -> Location:
    test = pair.new
    if test is None:
        return Location(pair.old_path)
    return Location(pair.new_path, line or test.line, symbol=test.qualified_name)
