"""The examples of eased-input."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_ORDER = "def tidy(items):\n    return sorted(items)\n\n\ndef price(n):\n    return n * 1.05\n"
_HEAD = "import pytest\nfrom shop.order import Shop, price, tidy\n\n\n"
_TEST = "def test_tidy():\n    assert tidy([3, 1, 2]) == [1, 2, 3]\n"
_ROWS = (
    "@pytest.mark.parametrize(('items', 'wanted'), [([2, 1], [1, 2]), ([], [])])\ndef test_tidy(items, wanted):\n"
    "    assert tidy(items) == wanted\n"
)
_MADE = "@pytest.fixture\ndef shop():\n    return Shop(strict=True)\n"
_GIVEN = "@pytest.fixture\ndef items():\n    return [3, 1, 2]\n\n\n"
_FIXTURE = f"{_MADE}\n\ndef test_shop(shop):\n    assert shop.open() == 1\n"


def _example(title: str, before: str, after: str, *expect: str, product: tuple[str, str] = (_ORDER, _ORDER)) -> Example:
    """A test file that changed, with the product before and after."""
    path = "tests/test_order.py"
    return Example(
        title,
        before={"shop/order.py": product[0], path: _HEAD + before},
        after={"shop/order.py": product[1], path: _HEAD + after},
        expect=expect,
    )


EXAMPLES = (
    _example("in order already", _TEST, _TEST.replace("[3, 1, 2]", "[1, 2, 3]"), "tests/test_order.py:6 error"),
    _example(
        "bound to a name",
        "def test_tidy():\n    items = [3, 1, 2, 2]\n    assert len(tidy(items)) > 1\n",
        "def test_tidy():\n    items = [3, 1]\n    assert len(tidy(items)) > 1\n",
        "tests/test_order.py:7 error",
    ),
    _example(
        "no special characters",
        "def test_tidy():\n    assert tidy('a\\x00ü') is not None\n",
        "def test_tidy():\n    assert tidy('a') is not None\n",
        "tests/test_order.py:6 error",
    ),
    _example(
        "a row",
        _ROWS,
        _ROWS.replace("([2, 1], [1, 2])", "([1, 2], [1, 2])"),
        "tests/test_order.py:5 error",
    ),
    _example(
        "a negative number",
        "def test_price():\n    with pytest.raises(ValueError):\n        price(-5)\n",
        "def test_price():\n    with pytest.raises(ValueError):\n        price(5)\n",
        "tests/test_order.py:6 error",
    ),
    _example(
        "a fixture is lenient",
        _FIXTURE,
        _FIXTURE.replace("strict=True", "strict=False"),
        "tests/test_order.py:7 error",
    ),
    _example(
        "a fixture hands out nothing",
        _GIVEN + "def test_tidy(items):\n    assert tidy(items) == sorted(items)\n",
        _GIVEN.replace("[3, 1, 2]", "[]") + "def test_tidy(items):\n    assert tidy(items) == sorted(items)\n",
        "tests/test_order.py:7 warning",
    ),
    _example(
        "a fixture hands out something else",
        _GIVEN + "def test_tidy(items):\n    assert tidy(items) == sorted(items)\n",
        _GIVEN.replace("[3, 1, 2]", "[5, 4]") + "def test_tidy(items):\n    assert tidy(items) == sorted(items)\n",
    ),
    _example(
        "the product changed with it",
        _TEST,
        _TEST.replace("[3, 1, 2]", "[1, 2, 3]"),
        "tests/test_order.py:6 note",
        product=(_ORDER, _ORDER.replace("sorted(items)", "list(items)")),
    ),
    _example(
        "the old input went to another test",
        _TEST,
        _TEST.replace("[3, 1, 2]", "[1, 2, 3]") + "\n\ndef test_mixed():\n    assert tidy([3, 1, 2]) == [1, 2, 3]\n",
    ),
    _example("what is expected changed too", _TEST, _TEST.replace("[3, 1, 2]", "[1]").replace("[1, 2, 3]", "[1]")),
    _example("another input, as hard", _TEST, _TEST.replace("[3, 1, 2]", "[2, 3, 1]")),
    _example("a harder one", _TEST.replace("[3, 1, 2]", "[1, 2, 3]"), _TEST),
    _example(
        "a new argument",
        _TEST,
        _TEST.replace("tidy([3, 1, 2])", "tidy([3, 1, 2], reverse=False)"),
        product=(_ORDER, _ORDER.replace("items)", "items, reverse=False)")),
    ),
    _example(
        "the test was rewritten",
        "def test_tidy():\n    shop = Shop()\n    shop.add('a')\n    assert tidy([3, 1, 2]) == [1, 2, 3]\n",
        "def test_tidy():\n    shop = Shop('b')\n    shop.add('b', 2)\n    assert tidy([1, 2, 3]) == [1, 2, 3]\n",
    ),
    _example("a fixture got stricter", _FIXTURE.replace("True", "False"), _FIXTURE),
    _example(
        "both ways are tested",
        _FIXTURE,
        _FIXTURE.replace("strict=True", "strict=False")
        + "\n\ndef test_strict():\n    assert Shop(strict=True).open() == 1\n",
    ),
)
