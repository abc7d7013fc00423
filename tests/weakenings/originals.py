"""The tests of the base that weakenings and refactors begin from."""

from __future__ import annotations

TOTAL = """
    def test_total():
        items = [3, 4]
        assert total(items) == 7
    """
TWO = """
    def test_total_of_nothing():
        assert total([]) == 0


    def test_total_of_two():
        assert total([3, 4]) == 7
    """
REFUSED = """
    def test_refuses_words():
        with pytest.raises(ValueError, match="no number: abc"):
            parse("abc")
    """
ROWS = """
    @pytest.mark.parametrize(
        ("title", "expected"),
        [
            ("Tea", "tea"),
            ("Black Tea", "black-tea"),
            ("Black  Tea ", "black-tea"),
        ],
    )
    def test_slug(title, expected):
        assert slug(title) == expected
    """
LOOP = """
    def test_slugs():
        for title, expected in [("Tea", "tea"), ("Black Tea", "black-tea"), ("Black  Tea ", "black-tea")]:
            assert slug(title) == expected
    """
TABLE = """
    TITLES = {
        "Tea": "tea",
        "Black Tea": "black-tea",
        "Black  Tea ": "black-tea",
    }


    def test_slugs():
        for title, expected in TITLES.items():
            assert slug(title) == expected
    """
RECORD = """
    def test_record():
        found = record("tea,3")
        assert found == {"name": "tea", "price": 3, "unit": "EUR"}
    """
NAMES = """
    def test_names():
        people = [{"name": "Zoe"}, {"name": "Ann"}]
        assert names(people) == ["Ann", "Zoe"]
    """
SENT = """
    def test_notify():
        sender = Mock()
        notify(sender, "late")
        sender.send.assert_called_once_with("late", retries=3)
    """
EXCHANGED = """
    def test_exchanged():
        assert exchanged(8, "USD") == 10.0
    """
CART = """
    def test_refunds_stay_negative():
        cart = Cart()
        cart.add("tea", 3)
        cart.add("refund", -2)
        assert cart.prices() == [3, -2]
    """
HELPER = """
    def check_slug(title, expected):
        assert slug(title) == expected


    def test_one_word():
        check_slug("Tea", "tea")


    def test_spaces():
        check_slug("Black  Tea ", "black-tea")
    """
FIXTURE = """
    @pytest.fixture
    def prices():
        return [3, 4]


    def test_total(prices):
        assert total(prices) == 7
    """
ROTATED = """
    @given(strategies.integers(min_value=0, max_value=9))
    def test_rotated(steps):
        assert rotated([1, 2, 3], steps) == [1, 2, 3][steps % 3 :] + [1, 2, 3][: steps % 3]
    """
SNAPSHOT = """
    def test_record_as_recorded():
        recorded = json.loads(Path(__file__).with_name("snapshots").joinpath("record.json").read_text())
        assert record("tea,3") == recorded
    """
UNITTEST = """
    class RecordTest(unittest.TestCase):
        def test_price(self):
            self.assertEqual(record("tea,3")["price"], 3)

        def test_unit(self):
            self.assertEqual(record("tea,3")["unit"], "EUR")
    """
AVERAGE = """
    def test_average():
        assert average([1, 2, 2]) == pytest.approx(1.6667, abs=1e-3)
    """
