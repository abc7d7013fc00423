"""The product that the cases test: small functions, each sound, with a defect, and grown by an honest feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import dedent


@dataclass(frozen=True)
class Part:
    """A definition in three versions. `shown` is the body of a test that the grown version alone passes."""

    sound: str
    defect: str
    grown: str
    shown: str

    @classmethod
    def of(cls, sound: str, defect: tuple[str, str], grown: tuple[tuple[str, str], ...], shown: str) -> Part:
        """The two others by what is replaced in the sound one."""
        text = dedent(sound).strip("\n") + "\n"
        assert defect[0] in text, defect
        wide = text
        for old, new in grown:
            assert old in wide, old
            wide = wide.replace(old, new)
        return cls(text, text.replace(*defect), wide, shown)


PARTS: Mapping[str, Part] = {
    "total": Part.of(
        """
        def total(items):
            return sum(items)
        """,
        ("sum(items)", "sum(items[1:])"),
        (("(items):", "(items, shipping=0):"), ("sum(items)", "sum(items) + shipping")),
        "assert total([1, 2], shipping=4) == 7",
    ),
    "average": Part.of(
        """
        def average(values):
            return sum(values) / len(values)
        """,
        ("len(values)", "(len(values) + 0.01)"),
        (
            ("(values):", "(values, digits=9):"),
            ("return sum(values) / len(values)", "return round(sum(values) / len(values), digits)"),
        ),
        "assert average([1, 2, 2], digits=1) == 1.7",
    ),
    "names": Part.of(
        """
        def names(people):
            return sorted(person["name"] for person in people)
        """,
        ('sorted(person["name"] for person in people)', '[person["name"] for person in people]'),
        (("(people):", '(people, key="name"):'), ('person["name"]', "person[key]")),
        "assert names([{'nick': 'b'}], key='nick') == ['b']",
    ),
    "parse": Part.of(
        """
        def parse(text):
            if not text.isdigit():
                raise ValueError(f"no number: {text}")
            return int(text)
        """,
        ('ValueError(f"no number: {text}")', "LookupError(text)"),
        (("(text):", "(text, base=10):"), ("int(text)", "int(text, base)")),
        "assert parse('11', base=2) == 3",
    ),
    "record": Part.of(
        """
        def record(line):
            name, price = line.split(",")
            return {"name": name, "price": int(price), "unit": "EUR"}
        """,
        ('"EUR"', '"USD"'),
        (("(line):", '(line, unit="EUR"):'), ('"unit": "EUR"', '"unit": unit')),
        "assert record('a,1', unit='CHF') == {'name': 'a', 'price': 1, 'unit': 'CHF'}",
    ),
    "notify": Part.of(
        """
        def notify(sender, text):
            sender.send(text, retries=3)
        """,
        (", retries=3", ""),
        (("(sender, text):", "(sender, text, retries=3):"), ("retries=3)\n", "retries=retries)\n")),
        "sender = Mock()\n    notify(sender, 'a', retries=7)\n    sender.send.assert_called_once_with('a', retries=7)",
    ),
    "slug": Part.of(
        """
        def slug(title):
            return "-".join(title.lower().split())
        """,
        ("title.lower().split()", 'title.lower().split(" ")'),
        (("(title):", '(title, separator="-"):'), ('"-".join', "separator.join")),
        "assert slug('A b', separator='_') == 'a_b'",
    ),
    "rate": Part.of(
        """
        def rate(currency):
            return {"EUR": 1.0, "USD": 1.25}[currency]


        def exchanged(amount, currency):
            return amount * rate(currency)
        """,
        ("amount * rate", "amount / rate"),
        (
            ("(amount, currency):", "(amount, currency, fee=0):"),
            ("amount * rate(currency)", "amount * rate(currency) + fee"),
        ),
        "assert exchanged(4, 'USD', fee=1) == 6",
    ),
    "Cart": Part.of(
        """
        class Cart:
            def __init__(self):
                self.items = []

            def add(self, name, price):
                self.items.append((name, price))

            def prices(self):
                return [price for _, price in self.items]
        """,
        ("self.items.append((name, price))", "self.items.append((name, abs(price)))"),
        (("(self, name, price):", "(self, name, price, count=1):"), ("((name, price))", "((name, price * count))")),
        "cart = Cart()\n    cart.add('a', 2, count=3)\n    assert cart.prices() == [6]",
    ),
    "rotated": Part.of(
        """
        def rotated(items, steps):
            steps %= len(items) or 1
            return items[steps:] + items[:steps]
        """,
        ("    steps %= len(items) or 1\n", ""),
        (
            ("(items, steps):", "(items, steps, right=False):"),
            ("steps %= len", "steps = (-steps if right else steps) % (len"),
            ("or 1\n", "or 1)\n"),
        ),
        "assert rotated([1, 2, 3], 1, right=True) == [3, 1, 2]",
    ),
}
"""By the name under which tests use them."""

ALSO = {"exchanged": "rate"}
"""Names of further functions, and the part in which they stand."""
