"""The examples of ignored-parameter."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_RATED = "def quote(order, rate):\n    total = order.total\n    total += order.fee\n    return round(total, 2)\n"
_QUOTE = "def quote(order, rate):\n    return order.total * rate\n"


def _example(title: str, before: str, after: str, *expect: str) -> Example:
    return Example(title, before={"shop/quote.py": before}, after={"shop/quote.py": after}, expect=expect)


EXAMPLES = (
    _example(
        "a new parameter without effect",
        _QUOTE,
        _QUOTE.replace("rate)", "rate, strict=True)"),
        "shop/quote.py:1 warning",
    ),
    _example(
        "what a framework hands over, or goes by",
        _QUOTE,
        _QUOTE.replace("rate)", "rate, retry=Retry(attempts=5))"),
    ),
    _example("it had an effect before", _QUOTE, _QUOTE.replace(" * rate", " * 2"), "shop/quote.py:1 warning"),
    _example(
        "in a new function",
        _QUOTE,
        _QUOTE + "\n\ndef discount(order, coupon):\n    order.total -= 1\n    return order\n",
        "shop/quote.py:5 note",
    ),
    _example(
        "an override",
        _QUOTE,
        _QUOTE + "\n\nclass Loud(Quiet):\n    def quote_all(self, order, rate):\n        return order.total\n",
    ),
    _example(
        "two classes with one interface",
        _QUOTE,
        _QUOTE.replace("def quote(order, rate)", "class Fixed:\n    def quote_one(self, order, rate)").replace(
            "    return order.total * rate", "        return order.total"
        )
        + "\n\nclass Free:\n    def quote_one(self, order, rate):\n        return order.total * rate\n",
    ),
    _example(
        "a callback, a registered function, a signal's handler",
        _QUOTE,
        _QUOTE + "\n\ndef stop(number, where):\n    raise SystemExit(1)\n\n\ndef later(number, where):\n"
        "    print(number)\n\n\nsignal(SIGINT, later)\n\n\n@app.get('/')\ndef index(page):\n    return load()\n",
    ),
    _example(
        "deprecated, and it says so",
        _QUOTE,
        'def quote(order, rate):\n    """Give the price. `rate` is deprecated and has no effect."""\n'
        "    return order.total * 2\n",
    ),
    _example("an underscore says so", _QUOTE, _QUOTE.replace("rate)", "rate, _strict=True)")),
    _example(
        "it was ignored before, and a comment that said so went away",
        _QUOTE.replace("return order.total * rate", "# as is, for compatibility\n    return order.total * 2"),
        _QUOTE.replace("return order.total * rate", "# as is\n    return order.total * 2"),
    ),
    _example(
        "it was ignored before",
        _QUOTE.replace(" * rate", ""),
        _QUOTE.replace("order.total * rate", "round(order.total)"),
    ),
    _example(
        "it was ignored before, under another name of the function",
        _RATED,
        _RATED.replace("quote", "rated_quote"),
    ),
    _example(
        "it was ignored before, and the function moved into a class",
        _RATED,
        "class Book:\n    " + _RATED.replace("(", "(self, ").replace("\n    ", "\n        "),
    ),
)
