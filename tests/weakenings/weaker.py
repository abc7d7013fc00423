"""Weakenings of tests: each is green after the change, on the code as it was and on a defect that it makes room for."""

from __future__ import annotations

from tests.weakenings.case import BESIDE_CHANGES, BESIDE_FEATURE, EVERYWHERE, UNNEEDED, Case
from tests.weakenings.gone import GONE
from tests.weakenings.originals import (
    AVERAGE,
    CART,
    EXCHANGED,
    FIXTURE,
    HELPER,
    LOOP,
    NAMES,
    RECORD,
    REFUSED,
    ROTATED,
    ROWS,
    SENT,
    SNAPSHOT,
    TABLE,
    TOTAL,
    UNITTEST,
)

WEAKENINGS = (
    Case("equality to membership", TOTAL, TOTAL.replace("== 7", "in (4, 7)")),
    Case("equality to truth", TOTAL, TOTAL.replace("assert total(items) == 7", "assert total(items)")),
    Case("equality to an order", TOTAL, TOTAL.replace("== 7", "> 0")),
    Case("equality to a length", NAMES, NAMES.replace('names(people) == ["Ann", "Zoe"]', "len(names(people)) == 2")),
    Case(
        "equality to a type",
        RECORD,
        RECORD.replace('found == {"name": "tea", "price": 3, "unit": "EUR"}', "isinstance(found, dict)"),
    ),
    Case(
        "equality to not None",
        RECORD,
        RECORD.replace('found == {"name": "tea", "price": 3, "unit": "EUR"}', "found is not None"),
    ),
    Case("a tolerance widened", AVERAGE, AVERAGE.replace("1e-3", "0.5")),
    Case(
        "digits of assertAlmostEqual dropped",
        """
    class AverageTest(unittest.TestCase):
        def test_average(self):
            self.assertAlmostEqual(average([1, 2, 2]), 1.66667, places=4)
    """,
        """
    class AverageTest(unittest.TestCase):
        def test_average(self):
            self.assertAlmostEqual(average([1, 2, 2]), 1.66667, places=1)
    """,
    ),
    Case(
        "a row dropped",
        ROWS,
        ROWS.replace('            ("Black  Tea ", "black-tea"),\n', ""),
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case(
        "the table of a loop shortened",
        LOOP,
        LOOP.replace(', ("Black  Tea ", "black-tea")]', "]"),
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case(
        "the table of a module shortened",
        TABLE,
        TABLE.replace('        "Black  Tea ": "black-tea",\n', ""),
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case("an expected value fitted to a defect", TOTAL, TOTAL.replace("== 7", "== 4"), at_base=True),
    Case("match dropped", REFUSED, REFUSED.replace(', match="no number: abc"', "").replace("ValueError", "Exception")),
    Case("match dropped, and nothing else", REFUSED, REFUSED.replace(', match="no number: abc"', ""), pays=False),
    Case(
        "an expected exception broadened",
        REFUSED,
        REFUSED.replace('ValueError, match="no number: abc"', "(ValueError, LookupError)"),
    ),
    Case(
        "an expected exception became any",
        """
    def test_refuses_words():
        with pytest.raises(ValueError):
            parse("abc")
    """,
        """
    def test_refuses_words():
        with pytest.raises(Exception):
            parse("abc")
    """,
    ),
    Case(
        "a mock's arguments dropped",
        SENT,
        SENT.replace('assert_called_once_with("late", retries=3)', "assert_called_once()"),
    ),
    Case(
        "a mock's call became a truth",
        SENT,
        SENT.replace('sender.send.assert_called_once_with("late", retries=3)', "assert sender.send.called"),
        unseen=BESIDE_CHANGES,
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case(
        "a mock's argument became ANY",
        SENT,
        SENT.replace(
            'assert_called_once_with("late", retries=3)',
            'assert_called_once()\n        assert sender.send.call_args.args == ("late",)',
        ),
    ),
    Case(
        "the subject patched",
        EXCHANGED,
        """
    def test_exchanged(monkeypatch):
        monkeypatch.setattr("shop.exchanged", lambda amount, currency: 10.0)
        import shop

        assert shop.exchanged(8, "USD") == 10.0
    """,
    ),
    Case(
        "the input eased",
        EXCHANGED,
        EXCHANGED.replace('exchanged(8, "USD") == 10.0', 'exchanged(8, "EUR") == 8.0'),
        unseen=EVERYWHERE,
        only_by_mutants=UNNEEDED,
        kept=BESIDE_FEATURE,
    ),
    Case(
        "a literal input eased to nothing",
        CART,
        CART.replace('        cart.add("refund", -2)\n', "").replace("[3, -2]", "[3]"),
        unseen=EVERYWHERE,
        only_by_mutants=UNNEEDED,
    ),
    Case(
        "an assertion behind a condition",
        TOTAL,
        """
    def test_total():
        items = [3, 4]
        found = total(items)
        if found > 5:
            assert found == 7
    """,
    ),
    Case(
        "an assertion in a dead branch",
        TOTAL,
        """
    def test_total():
        items = [3, 4]
        found = total(items)
        if not items:
            assert found == 7
    """,
    ),
    Case(
        "an assertion in a function that nobody calls",
        TOTAL,
        """
    def test_total():
        items = [3, 4]
        found = total(items)

        def check():
            assert found == 7
    """,
    ),
    Case(
        "an assertion after a return",
        TOTAL,
        """
    def test_total():
        items = [3, 4]
        found = total(items)
        if found:
            return
        assert found == 7
    """,
        unseen=EVERYWHERE,
    ),
    Case(
        "a failure swallowed",
        TOTAL,
        """
    def test_total():
        items = [3, 4]
        try:
            assert total(items) == 7
        except AssertionError:
            print("differs")
    """,
    ),
    Case(
        "a failure suppressed",
        TOTAL,
        """
    def test_total():
        import contextlib

        items = [3, 4]
        with contextlib.suppress(AssertionError):
            assert total(items) == 7
    """,
    ),
    Case(
        "one key instead of all",
        RECORD,
        RECORD.replace('found == {"name": "tea", "price": 3, "unit": "EUR"}', 'found["name"] == "tea"'),
    ),
    Case(
        "a subset of the keys",
        RECORD,
        """
    def test_record():
        found = record("tea,3")
        for key, value in {"name": "tea", "price": 3}.items():
            assert found[key] == value
    """,
    ),
    Case("sorted before it is compared", NAMES, NAMES.replace("names(people) ==", "sorted(names(people)) ==")),
    Case(
        "a set in the place of a list",
        NAMES,
        NAMES.replace('names(people) == ["Ann", "Zoe"]', 'set(names(people)) == {"Ann", "Zoe"}'),
    ),
    Case(
        "a recorded answer rewritten",
        SNAPSHOT,
        SNAPSHOT + "\n",
        also={
            "tests/snapshots/record.json": (
                '{"name": "tea", "price": 3, "unit": "EUR"}\n',
                '{"name": "tea", "price": 3, "unit": "USD"}\n',
            )
        },
        at_base=True,
    ),
    *GONE,
    Case("a helper hollowed out", HELPER, HELPER.replace("assert slug(title) == expected", "assert slug(title)")),
    Case("a helper emptied", HELPER, HELPER.replace("assert slug(title) == expected", "slug(title)")),
    Case("a fixture gives trivial data", FIXTURE, FIXTURE.replace("[3, 4]", "[]").replace("== 7", "== 0")),
    Case(
        "a fixture of a conftest gives trivial data",
        """
    def test_total(prices):
        assert total(prices) == sum(prices)
    """,
        """
    def test_total(prices):
        assert total(prices) == sum(prices)
    """,
        also={
            "tests/conftest.py": (
                "@pytest.fixture\ndef prices():\n    return [3, 4]\n",
                "@pytest.fixture\ndef prices():\n    return []\n",
            )
        },
    ),
    Case(
        "a strategy narrowed",
        ROTATED,
        ROTATED.replace("max_value=9", "max_value=2"),
        unseen=BESIDE_CHANGES,
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case(
        "a strategy narrowed to one value",
        ROTATED,
        ROTATED.replace("strategies.integers(min_value=0, max_value=9)", "strategies.just(0)"),
        unseen=BESIDE_CHANGES,
        only_by_mutants=BESIDE_FEATURE,
    ),
    Case(
        "ids deselected",
        ROWS,
        ROWS,
        also={
            "pytest.ini": (
                "",
                (
                    "[pytest]\npythonpath = src\ntestpaths = tests\n"
                    'addopts = --deselect "tests/test_shop.py::test_slug[Black  Tea -black-tea]"\n'
                ),
            )
        },
    ),
    Case(
        "deselected by a conftest",
        ROWS,
        ROWS,
        also={
            "tests/conftest.py": (
                "",
                (
                    "def pytest_collection_modifyitems(items):\n"
                    '    items[:] = [it for it in items if "Black  Tea " not in it.name]\n'
                ),
            )
        },
    ),
    Case("the expectation computed by the subject", TOTAL, TOTAL.replace("== 7", "== total([3, 4])")),
    Case(
        "an expectation copied from the code",
        EXCHANGED,
        EXCHANGED.replace("== 10.0", '== 8 / rate("USD") or exchanged(8, "USD") == 8 * rate("USD")'),
        pays=False,
    ),
    Case("an alternative added", TOTAL, TOTAL.replace("== 7", "== 7 or True")),
    Case(
        "an assertion of a tuple",
        TOTAL,
        TOTAL.replace("assert total(items) == 7", 'assert (total(items) == 7, "total")'),
    ),
    Case(
        "a method of unittest loosened",
        UNITTEST,
        UNITTEST.replace('assertEqual(record("tea,3")["unit"], "EUR")', 'assertIn("unit", record("tea,3"))'),
    ),
    Case(
        "a method of unittest dropped",
        UNITTEST,
        UNITTEST.partition("\n\n        def test_unit")[0],
        unseen=EVERYWHERE,
        only_by_mutants=UNNEEDED,
    ),
    Case(
        "a text to a part of it",
        """
    def test_slug():
        assert slug("Black  Tea ") == "black-tea"
    """,
        """
    def test_slug():
        assert slug("Black  Tea ").startswith("black")
    """,
    ),
    Case(
        "merged, and one demand lost",
        """
    def test_price():
        assert record("tea,3")["price"] == 3


    def test_unit():
        assert record("tea,3")["unit"] == "EUR"
    """,
        """
    def test_record():
        found = record("tea,3")
        assert found["price"] == 3
        assert found["unit"]
    """,
    ),
    Case(
        "parametrised, and one case lost",
        """
    def test_one_word():
        assert slug("Tea") == "tea"


    def test_two_words():
        assert slug("Black Tea") == "black-tea"


    def test_more_spaces():
        assert slug("Black  Tea ") == "black-tea"
    """,
        """
    @pytest.mark.parametrize(("title", "expected"), [("Tea", "tea"), ("Black Tea", "black-tea")])
    def test_slug(title, expected):
        assert slug(title) == expected
    """,
    ),
    Case(
        "moved to another file, and weaker there",
        TOTAL,
        "",
        also={"tests/test_prices.py": ("", TOTAL.replace("== 7", ">= 0"))},
    ),
)
"""Each must be found at a warning or an error."""
