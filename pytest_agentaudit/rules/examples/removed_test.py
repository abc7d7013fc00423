"""The examples of removed-test."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.rules.base import Example

_PRICING = """
def total(items):
    return sum(items)


def refund(order):
    return -order
"""
_HEAD = "from shop.pricing import refund, total\n"
_TOTAL = "\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
_REFUND = "\n\ndef test_refund():\n    order = 3\n    assert refund(order) == -3\n"
_ZERO = "\n\ndef test_refund_of_nothing():\n    order = 0\n    assert refund(order) == 0\n"
_EXPECTED = "\n\ndef test_no_refund(till):\n    with pytest.raises(NoRefund):\n        till.pay_back(0)\n"
_REFUSING = _PRICING + "\n\nclass NoRefund(Exception):\n    pass\n"
_ROWS = """

@pytest.mark.parametrize(("order", "expected"), [(3, -3), (0, 0)])
def test_refund(order, expected):
    assert refund(order) == expected
"""


def _example(
    title: str,
    before: str,
    after: str,
    *expect: str,
    product: tuple[str, str] = (_PRICING, _PRICING),
    more: Mapping[str, str] | None = None,
    evidence: Evidence | None = None,
    proofs: Proofs | None = None,
) -> Example:
    """An example with one product file and one test file; an empty `after` means that the test file is gone."""
    return Example(
        title,
        before={"shop/pricing.py": product[0], "tests/test_pricing.py": before},
        after={"shop/pricing.py": product[1], **({"tests/test_pricing.py": after} if after else {}), **(more or {})},
        expect=expect,
        evidence=evidence,
        proofs=proofs,
    )


_ROUNDED = _PRICING.replace("return -order", "return -round(order, 2)")


def _run(hits: Mapping[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which `test_total` ran these lines of the product."""
    test = TestOutcome("tests/test_pricing.py::test_total", "tests/test_pricing.py", 4, "test_total", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


_FAILS = Proofs(
    tuple(
        TrialReport(kind, (TestEnd("tests/test_pricing.py", "test_refund", ended, "AssertionError: -3.0"),))
        for kind, ended in (
            (TrialKind.OLD_TESTS, Ended.ASSERTION),
            (TrialKind.OLD_AGAIN, Ended.ASSERTION),
            (TrialKind.BASE, Ended.GREEN),
        )
    )
)
"""Trials in which the deleted test fails on the new code, and passed on the old one."""


EXAMPLES = (
    _example(
        "its subject stays and nobody names it",
        _HEAD + _TOTAL + _REFUND,
        "from shop.pricing import total\n" + _TOTAL,
        "tests/test_pricing.py:8 warning",
    ),
    _example(
        "a whole file is gone, its subject is not",
        _HEAD + _TOTAL + _REFUND,
        "",
        "tests/test_pricing.py:4 warning",
    ),
    _example(
        "it was commented out",
        _HEAD + _TOTAL + _REFUND,
        "from shop.pricing import total\n" + _TOTAL + "\n\n# def test_refund():\n#     assert refund(3) == -3\n",
        "tests/test_pricing.py:8 warning",
    ),
    _example(
        "another test names its subject",
        _HEAD + _REFUND + "\n\ndef test_balance():\n    assert total([5, refund(2)]) == 3\n",
        _HEAD + "\n\ndef test_balance():\n    assert total([5, refund(2)]) == 3\n",
        "tests/test_pricing.py:4 note",
    ),
    _example(
        "what was only given to its subject is named nowhere else",
        "from shop.pricing import Folder, total\n\n\ndef test_empty():\n    found = total(Folder('a'))\n"
        "    assert found == 0\n\n\ndef test_full():\n    assert total([3]) == 3\n",
        "from shop.pricing import total\n\n\ndef test_full():\n    assert total([3]) == 3\n",
        "tests/test_pricing.py:4 note",
        product=(_PRICING + "\n\nclass Folder:\n    items = []\n",) * 2,
    ),
    _example(
        "a class that it asks is named nowhere else",
        "from shop.pricing import Folder, total\n\n\ndef test_empty():\n    found = Folder(total([]))\n"
        "    assert found.items == []\n\n\ndef test_full():\n    assert total([3]) == 3\n",
        "from shop.pricing import total\n\n\ndef test_full():\n    assert total([3]) == 3\n",
        "tests/test_pricing.py:4 warning",
        product=(_PRICING + "\n\nclass Folder:\n    items = []\n",) * 2,
    ),
    _example(
        "nobody runs the changed lines of its subject any more",
        _HEAD + _TOTAL + _REFUND,
        _HEAD + _TOTAL,
        "tests/test_pricing.py:8 error",
        product=(_PRICING, _ROUNDED),
        evidence=_run({}),
    ),
    _example(
        "other tests run the changed lines of its subject",
        _HEAD + _TOTAL + _REFUND,
        "from shop.pricing import total\n" + _TOTAL,
        "tests/test_pricing.py:8 note",
        product=(_PRICING, _ROUNDED),
        evidence=_run({7: (0,)}),
    ),
    _example(
        "it fails on the new code, and nothing shows what holds since",
        _HEAD + _TOTAL + _REFUND,
        "from shop.pricing import total\n" + _TOTAL,
        "tests/test_pricing.py:8 warning",
        product=(_PRICING, _ROUNDED),
        evidence=_run({7: (0,)}),
        proofs=_FAILS,
    ),
    _example(
        "several became rows of one",
        _HEAD + _TOTAL + _REFUND + _ZERO,
        "import pytest\n" + _HEAD + _TOTAL + _ROWS,
    ),
    _example(
        "several became rows of one, and one did not",
        _HEAD + _TOTAL + _REFUND + _ZERO + _ZERO.replace("nothing", "much").replace("0", "700"),
        "import pytest\n" + _HEAD + _TOTAL + _ROWS,
        "tests/test_pricing.py:18 warning",
    ),
    _example(
        "only its import is left",
        _HEAD + _TOTAL + _REFUND,
        _HEAD + _TOTAL,
        "tests/test_pricing.py:8 warning",
    ),
    _example(
        "it moved to another file under another name",
        _HEAD + _TOTAL + _REFUND,
        _HEAD + _TOTAL,
        more={"tests/test_refunds.py": _HEAD + _REFUND.replace("test_refund", "test_negated")},
    ),
    _example(
        "it was renamed along with the API",
        _HEAD + _TOTAL + _REFUND,
        (_HEAD + _TOTAL + _REFUND).replace("refund", "pay_back"),
        product=(_PRICING, _PRICING.replace("refund", "pay_back")),
    ),
    _example(
        "it went away with its feature",
        _HEAD + _TOTAL + _REFUND,
        "from shop.pricing import total\n" + _TOTAL,
        product=(_PRICING, _PRICING.partition("\n\n\ndef refund")[0] + "\n"),
    ),
    _example(
        "it went away with the class that its fixture made",
        "import pytest\nfrom shop.pricing import Till, total\n\n\n@pytest.fixture\ndef till():\n    return Till()\n"
        "\n\ndef test_till(till):\n    assert till.refund(3) == -3\n\n\n"
        "def test_total():\n    assert total([1]) == 1\n",
        "from shop.pricing import total\n\n\ndef test_total():\n    assert total([1]) == 1\n",
        product=(_PRICING + "\n\nclass Till:\n    def refund(self, order):\n        return -order\n", _PRICING),
    ),
    _example(
        "it asked for a field that its class has no more, though others have one of that name",
        _HEAD.replace("refund", "Bill, refund") + _TOTAL + "\n\ndef test_fees():\n    bill = Bill(3)\n"
        "    assert bill.fees == 3\n",
        "from shop.pricing import total\n" + _TOTAL,
        product=(_PRICING + "\n\nclass Bill:\n    fees = 3\n", _PRICING + "\n\nclass Bill:\n    costs = 0\n"),
        more={"shop/till.py": "def fees(bill):\n    return bill.fees\n"},
    ),
    _example(
        "it asked for a warning that went away",
        _HEAD + _TOTAL + "\n\ndef test_old():\n    with pytest.warns(FutureWarning, match='old orders'):\n"
        "        refund(3)\n",
        "from shop.pricing import total\n" + _TOTAL,
        product=(
            _PRICING.replace("    return -order", "    warn('old orders go away', FutureWarning)\n    return -order"),
            _PRICING,
        ),
    ),
    _example(
        "it asked for an attribute that went away",
        _HEAD + _TOTAL + "\n\ndef test_refund_fees():\n    order = refund(3)\n    assert order.fees == []\n",
        "from shop.pricing import total\n" + _TOTAL,
        product=(_PRICING + "\n\nclass Order:\n    fees = []\n", _PRICING + "\n\nclass Order:\n    costs = 0\n"),
    ),
    _example(
        "the contract changed on purpose and the test with it",
        _HEAD + _TOTAL + _REFUND.replace("test_refund", "test_refund_is_negative"),
        _HEAD + _TOTAL + _REFUND.replace("test_refund", "test_refund_is_positive").replace("-3", "3"),
        product=(_PRICING, _PRICING.replace("-order", "order")),
    ),
    _example(
        "only the exception that it expects is left of what changed",
        _HEAD.replace("refund", "NoRefund, refund") + _TOTAL + _EXPECTED,
        _HEAD + _TOTAL,
        "tests/test_pricing.py:8 note",
        product=(_REFUSING, _REFUSING.replace("-order", "-order - order.fee")),
    ),
    _example(
        "the code that it calls changed, and remains",
        _HEAD + _TOTAL + _REFUND,
        _HEAD + _TOTAL,
        "tests/test_pricing.py:8 warning",
        product=(_PRICING, _PRICING.replace("-order", "-order - order.fee")),
    ),
    _example(
        "it was skipped already",
        "import pytest\n" + _HEAD + _TOTAL + "\n\n@pytest.mark.skip(reason='flaky')\n" + _REFUND.lstrip("\n"),
        "import pytest\n" + _HEAD + _TOTAL,
    ),
    _example(
        "it asserted nothing",
        _HEAD + _TOTAL + "\n\ndef test_refund():\n    refund(3)\n",
        _HEAD + _TOTAL,
    ),
    _example(
        "no test is left at all",
        _HEAD + _TOTAL,
        "",
        "tests/test_pricing.py:4 error",
        evidence=Evidence(exit_status=5, tracer="monitoring"),
    ),
    _example(
        "a part of the suite was asked for, and it holds no test",
        _HEAD + _TOTAL,
        "",
        "tests/test_pricing.py:4 warning",
        evidence=Evidence(exit_status=5, tracer="monitoring", partial="-k"),
    ),
)
