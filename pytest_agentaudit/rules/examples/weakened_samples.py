"""What the examples of weakened-assertion are made of: a product, and a test of it whose body changed."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

PRICING = """
def total(items):
    return sum(items) * 1.05


def receipt(name):
    return {"a": 1, "b": 2}


def is_valid(number):
    return number > 0
"""


HEAD = "def test_pricing():"
WHOLE = "assert dict(receipt(1)) == {'b': 2}"


def file_of(body: str, head: str = HEAD) -> str:
    """A test file with one test, which begins on line 4."""
    return f"import pytest\nfrom shop.pricing import is_valid, receipt, total\n\n{head}\n    {body}\n"


def example(
    title: str,
    before: str,
    after: str,
    line: str = "",
    *,
    product: tuple[str, str] = (PRICING, PRICING),
    more: Mapping[str, str] | None = None,
    heads: tuple[str, str] = (HEAD, HEAD),
    evidence: Evidence | None = None,
) -> Example:
    """A test whose body changed; an empty `after` means that its file is gone."""
    path = "tests/test_pricing.py"
    return Example(
        title,
        before={"shop/pricing.py": product[0], path: file_of(before, heads[0])},
        after={
            "shop/pricing.py": product[1],
            **({path: file_of(after, heads[1])} if after else {}),
            **(more or {}),
        },
        expect=(line if ":" in line else f"{path}:{line}",) if line else (),
        evidence=evidence,
    )


def marked(title: str, above: str) -> Example:
    """A class of tests that is as it was, with something new above its mark."""
    head = "import pytest\nfrom shop.pricing import total\n\n\n"
    known = "@pytest.mark.unit\nclass TestTotal:\n    def test_one(self):\n        assert total([100]) == 105.0\n"
    files = {"shop/pricing.py": PRICING}
    path = "tests/test_pricing.py"
    return Example(title, {**files, path: head + known}, {**files, path: head + above + known})


def saving(statement: str) -> str:
    """The product with a statement before what `receipt` gives back."""
    return PRICING.replace("return {", f"{statement}\n    return {{")


def run(hits: Mapping[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which the test ran these lines of the product."""
    path = "tests/test_pricing.py"
    test = TestOutcome(f"{path}::test_pricing", path, 4, "test_pricing", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


RATED = PRICING.replace("1.05", "_rate()") + "\n\ndef _rate():\n    return 1.05\n"
RECEIPT_CHANGED = PRICING.replace('"b": 2', '"b": 3')
