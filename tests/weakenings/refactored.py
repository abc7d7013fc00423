"""Honest refactors of tests: whatever becomes of the code, they demand what they did."""

from __future__ import annotations

from dataclasses import replace

from tests.weakenings.case import Case
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
    ROWS,
    SENT,
    TABLE,
    TOTAL,
    TWO,
    UNITTEST,
)

UNROLLED = """
    def test_one_word():
        assert slug("Tea") == "tea"


    def test_two_words():
        assert slug("Black Tea") == "black-tea"


    def test_more_spaces():
        assert slug("Black  Tea ") == "black-tea"
    """
PLAIN = """
    def test_unit():
        assert record("tea,3")["unit"] == "EUR"


    def test_price():
        assert record("tea,3")["price"] == 3
    """
TWO_DEMANDS = """
    def test_record():
        found = record("tea,3")
        assert found["price"] == 3
        assert found["unit"] == "EUR"
    """
SET_UP = """
    def test_empty_cart():
        cart = Cart()
        assert cart.prices() == []


    def test_full_cart():
        cart = Cart()
        cart.add("tea", 3)
        assert cart.prices() == [3]
    """
CLASS = """
    class TestRecord:
        def test_unit(self):
            assert record("tea,3")["unit"] == "EUR"

        def test_price(self):
            assert record("tea,3")["price"] == 3
    """

REFACTORS = tuple(
    replace(it, pays=False)
    for it in (
        Case("a test renamed", TOTAL, TOTAL.replace("test_total", "test_sum_of_items")),
        Case(
            "moved to another file",
            TWO,
            TWO.partition("\n\n\n    def test_total")[0],
            also={"tests/test_prices.py": ("", "def test_total_of_two():\n    assert total([3, 4]) == 7\n")},
        ),
        Case("a module renamed", TWO, "", also={"tests/test_pricing.py": ("", TWO)}),
        Case(
            "a module split",
            TWO,
            "",
            also={
                "tests/test_record.py": ("", TWO.partition("\n\n\n    def test_total")[0]),
                "tests/test_total.py": ("", "def test_total_of_two():\n    assert total([3, 4]) == 7\n"),
            },
        ),
        Case("parametrised", UNROLLED, ROWS),
        Case("un-parametrised", ROWS, UNROLLED),
        Case("a loop parametrised", LOOP, ROWS),
        Case(
            "a helper extracted",
            UNROLLED,
            HELPER
            + """

    def test_two_words():
        check_slug("Black Tea", "black-tea")
    """,
        ),
        Case(
            "a helper inlined",
            HELPER,
            """
    def test_one_word():
        assert slug("Tea") == "tea"


    def test_spaces():
        assert slug("Black  Tea ") == "black-tea"
    """,
        ),
        Case(
            "a helper moved to a module of its own",
            HELPER,
            HELPER.replace(
                """    def check_slug(title, expected):
        assert slug(title) == expected


""",
                "    from checks import check_slug\n\n\n",
            ),
            also={"tests/checks.py": ("", "def check_slug(title, expected):\n    assert slug(title) == expected\n")},
        ),
        Case("a fixture extracted", TOTAL, FIXTURE),
        Case("a fixture inlined", FIXTURE, TOTAL),
        Case(
            "a fixture moved to a conftest",
            FIXTURE,
            "    def test_total(prices):\n        assert total(prices) == 7\n",
            also={"tests/conftest.py": ("", "@pytest.fixture\ndef prices():\n    return [3, 4]\n")},
        ),
        Case(
            "set-up made a fixture for all",
            SET_UP,
            """
    class TestCart:
        @pytest.fixture(autouse=True)
        def _set_up(self):
            self.cart = Cart()

        def test_empty_cart(self):
            assert self.cart.prices() == []

        def test_full_cart(self):
            self.cart.add("tea", 3)
            assert self.cart.prices() == [3]
    """,
        ),
        Case("a tolerance with a tighter bound", AVERAGE, AVERAGE.replace("1e-3", "1e-4")),
        Case(
            "equality of floats made approximate",
            """
    def test_average():
        assert average([1, 2]) == 1.5
    """,
            """
    def test_average():
        assert average([1, 2]) == pytest.approx(1.5)
    """,
        ),
        Case(
            "two tests merged",
            PLAIN,
            """
    def test_record():
        found = record("tea,3")
        assert found["unit"] == "EUR"
        assert found["price"] == 3
    """,
        ),
        Case("one test split", TWO_DEMANDS, PLAIN),
        Case("unittest to pytest", UNITTEST, PLAIN),
        Case("unittest to pytest, in its class", UNITTEST, CLASS.replace("TestRecord", "TestRecords")),
        Case("pytest to unittest", PLAIN, UNITTEST),
        Case(
            "assertions in another order",
            TWO_DEMANDS,
            TWO_DEMANDS.replace('        assert found["price"] == 3\n', "").replace(
                '== "EUR"\n', '== "EUR"\n        assert found["price"] == 3\n'
            ),
        ),
        Case("operands inverted", TOTAL, TOTAL.replace("total(items) == 7", "7 == total(items)")),
        Case(
            "not equal, spelled otherwise",
            """
    def test_slug():
        assert not slug("Tea") == "Tea"
    """,
            """
    def test_slug():
        assert slug("Tea") != "Tea"
    """,
        ),
        Case(
            "not in, spelled otherwise",
            """
    def test_names():
        assert not "Zoe" in names([{"name": "Ann"}])
    """,
            """
    def test_names():
        assert "Zoe" not in names([{"name": "Ann"}])
    """,
        ),
        Case(
            "keys compared one by one",
            RECORD,
            """
    def test_record():
        found = record("tea,3")
        assert set(found) == {"name", "price", "unit"}
        assert found["name"] == "tea"
        assert found["price"] == 3
        assert found["unit"] == "EUR"
    """,
        ),
        Case(
            "keys compared at once",
            """
    def test_record():
        found = record("tea,3")
        assert found["name"] == "tea"
        assert found["price"] == 3
        assert found["unit"] == "EUR"
    """,
            RECORD,
        ),
        Case(
            "a constant introduced",
            EXCHANGED,
            "    EXPECTED = 10.0\n\n\n" + EXCHANGED.strip("\n").replace("== 10.0", "== EXPECTED"),
        ),
        Case(
            "a table in a constant of the module",
            ROWS,
            """
    TITLES = [
        ("Tea", "tea"),
        ("Black Tea", "black-tea"),
        ("Black  Tea ", "black-tea"),
    ]


    @pytest.mark.parametrize(("title", "expected"), TITLES)
    def test_slug(title, expected):
        assert slug(title) == expected
    """,
        ),
        Case("a table of a loop in a constant", LOOP, TABLE),
        Case(
            "rows with ids",
            ROWS,
            ROWS.replace('("Tea", "tea"),', 'pytest.param("Tea", "tea", id="word"),').replace(
                '("Black  Tea ", "black-tea"),', 'pytest.param("Black  Tea ", "black-tea", id="spaces"),'
            ),
        ),
        Case(
            "rows in another order",
            ROWS,
            ROWS.replace('            ("Tea", "tea"),\n', "").replace(
                'black-tea"),\n        ]', 'black-tea"),\n            ("Tea", "tea"),\n        ]'
            ),
        ),
        Case("a class to functions", CLASS, PLAIN),
        Case("functions to a class", PLAIN, CLASS),
        Case("a function of the product renamed with its tests", TOTAL, TOTAL, rename=("total", "summed")),
        Case(
            "a local variable introduced",
            EXCHANGED,
            """
    def test_exchanged():
        found = exchanged(8, "USD")
        assert found == 10.0
    """,
        ),
        Case("a local variable renamed", RECORD, RECORD.replace("found", "line")),
        Case(
            "a local variable inlined",
            RECORD,
            """
    def test_record():
        assert record("tea,3") == {"name": "tea", "price": 3, "unit": "EUR"}
    """,
        ),
        Case("a message for who reads a failure", TOTAL, TOTAL.replace("== 7", '== 7, "what two items cost"')),
        Case("a docstring", TOTAL, TOTAL.replace("        items", '        """Items are added up."""\n        items')),
        Case("raises with a match", REFUSED.replace(', match="no number: abc"', ""), REFUSED),
        Case(
            "raises as a variable",
            REFUSED,
            """
    def test_refuses_words():
        with pytest.raises(ValueError, match="no number: abc") as caught:
            parse("abc")
        assert "abc" in str(caught.value)
    """,
        ),
        Case(
            "raises as a call",
            """
    class ParseTest(unittest.TestCase):
        def test_refuses_words(self):
            self.assertRaises(ValueError, parse, "abc")
    """,
            """
    class ParseTest(unittest.TestCase):
        def test_refuses_words(self):
            with self.assertRaises(ValueError):
                parse("abc")
    """,
        ),
        Case("one row more", ROWS, ROWS.replace('("Tea", "tea"),', '("Tea", "tea"),\n            ("Tea ", "tea"),')),
        Case(
            "a literal as a dict call",
            RECORD,
            RECORD.replace('{"name": "tea", "price": 3, "unit": "EUR"}', 'dict(name="tea", price=3, unit="EUR")'),
        ),
        Case(
            "a mock's call taken apart",
            SENT,
            SENT.replace(
                'sender.send.assert_called_once_with("late", retries=3)',
                'assert sender.send.call_count == 1\n        assert sender.send.call_args.args == ("late",)\n'
                '        assert sender.send.call_args.kwargs == {"retries": 3}',
            ),
        ),
        Case(
            "a mock's call compared",
            SENT,
            SENT.replace(
                'sender.send.assert_called_once_with("late", retries=3)',
                'sender.send.assert_called_once()\n        sender.send.assert_called_with("late", retries=3)',
            ),
        ),
        Case(
            "a longer input",
            CART,
            CART.replace(
                '        cart.add("refund", -2)\n', '        cart.add("refund", -2)\n        cart.add("milk", 1)\n'
            ).replace("[3, -2]", "[3, -2, 1]"),
        ),
        Case(
            "a list built by hand",
            NAMES,
            """
    def test_names():
        people = [{"name": name} for name in ("Zoe", "Ann")]
        assert names(people) == ["Ann", "Zoe"]
    """,
        ),
        Case(
            "sub-tests for a loop",
            """
    class SlugTest(unittest.TestCase):
        def test_slugs(self):
            for title, expected in [("Tea", "tea"), ("Black Tea", "black-tea")]:
                self.assertEqual(slug(title), expected)
    """,
            """
    class SlugTest(unittest.TestCase):
        def test_slugs(self):
            for title, expected in [("Tea", "tea"), ("Black Tea", "black-tea")]:
                with self.subTest(title=title):
                    self.assertEqual(slug(title), expected)
    """,
        ),
    )
)
"""None of them may be more than a note."""
