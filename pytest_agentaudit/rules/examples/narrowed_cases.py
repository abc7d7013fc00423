"""The examples of narrowed-cases."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

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


EXAMPLES = (
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
    Example(
        "a profile says for all tests how much hypothesis draws",
        {"shop/pricing.py": _PRICING, "tests/test_pricing.py": f"{_HEAD}@settings(max_examples=200)\n{_DRAWN}"},
        {
            "shop/pricing.py": _PRICING,
            "tests/test_pricing.py": _HEAD + _DRAWN,
            "tests/conftest.py": "from hypothesis import settings\n\n"
            "settings.register_profile('all', max_examples=200)\nsettings.load_profile('all')\n",
        },
        ("tests/test_pricing.py:7 note",),
    ),
    _example(
        "another mark names the cases",
        "@pytest.mark.parametrize('till', ['old', 'new'])\ndef test_refund(till):\n    assert refund(till) == 1\n",
        "@pytest.mark.tills('old', 'new')\ndef test_refund(made):\n    assert refund(made) == 1\n",
        "tests/test_pricing.py:7 note",
    ),
    _example(
        "what ran through is refused now, and a new test says so",
        _ROWS,
        _ROWS.replace(", (-5, 5)", "")
        + "\n\ndef test_refund_of_debts():\n    with pytest.raises(ValueError):\n        refund(-7)\n",
        "tests/test_pricing.py:6 note",
        product=(
            _PRICING,
            _PRICING.replace("    return -order", "    if order < 0:\n        raise ValueError\n    return -order"),
        ),
    ),
    _example("hypothesis gets more time", _DRAWN, f"@settings(deadline=None)\n{_DRAWN}"),
)
