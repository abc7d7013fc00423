"""The examples of unproven-test, each with what trials showed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.proof import Ended, Proofs, TestEnd, TrialKind, TrialReport
from pytest_agentaudit.rules.base import Example

_OLD = "def price(items):\n    return sum(items)\n"
_NEW = "def price(items):\n    return sum(it for it in items if it > 0)\n"
_TESTED = "from shop.cart import price\n\n\ndef test_price():\n    assert price([1, 2]) == 3\n"
_NOTHING_NEW = _TESTED + "\n\ndef test_no_refunds():\n    assert price([4]) == 4\n"
_EDITED = _TESTED.replace("assert price", "assert 0 + price")
_MORE_ROWS = (
    "import pytest\n\nfrom shop.cart import price\n\n\n@pytest.mark.parametrize('items', [[1, 2]{}])\n"
    "def test_price(items):\n    assert price(items) >= 0\n"
)
_WITH_NAME = _TESTED.replace("import price", "import CURRENCY, price").replace("price([1", "price([CURRENCY, 1")

_NOTICED = (
    (TrialKind.REVERT, Ended.GREEN),
    (TrialKind.OLD_TESTS, Ended.ASSERTION),
    (TrialKind.OLD_AGAIN, Ended.ASSERTION),
    (TrialKind.BASE, Ended.GREEN),
)


def _example(
    title: str,
    *expect: str,
    test: str,
    before: str = _TESTED,
    function: str = "test_no_refunds",
    ends: Sequence[tuple[TrialKind, Ended]] = ((TrialKind.REVERT, Ended.GREEN),),
    product: tuple[str, str] = (_OLD, _NEW),
    message: str = "Leave refunds out",
    problem: str = "",
) -> Example:
    """A change of one function and its tests, with what trials showed of one test that ran it."""
    path = "tests/test_cart.py"
    ran = TestOutcome(f"{path}::{function}", path, 4, function, Outcome.PASSED, 0.01)
    hits = LineHits(dict.fromkeys(range(2, product[1].count("\n") + 1), (0,)))
    served = ("shop/cart.py",)
    return Example(
        title,
        before={"shop/cart.py": product[0], path: before},
        after={"shop/cart.py": product[1], path: test},
        expect=expect,
        messages=(message,),
        evidence=Evidence(tests=(ran,), hits={"shop/cart.py": hits}, tracer="coverage"),
        proofs=Proofs(
            tuple(
                TrialReport(kind, (TestEnd(path, function, end),), served, served, problem=problem)
                for kind, end in ends
            )
        ),
    )


_FAST = f"import quick\n\n\n{_OLD}"
_REQUIRES = '[project]\nname = "shop"\ndependencies = ["quick"]\n'


def _without(title: str, *expect: str, product: tuple[str, str], manifests: tuple[str, str]) -> Example:
    """An example whose base cannot be loaded, for want of a package."""
    given = _example(
        title,
        *expect,
        test=_NOTHING_NEW,
        product=product,
        ends=((TrialKind.REVERT, Ended.MISSING),),
        problem="pytest ended with exit status 4: E   ModuleNotFoundError: No module named 'quick'",
    )
    old, new = manifests
    before, after = {**given.before, "pyproject.toml": old}, {**given.after, "pyproject.toml": new}
    return replace(given, before=before, after=after)


EXAMPLES = (
    _example("a new test that the old code passes", "tests/test_cart.py:8 warning", test=_NOTHING_NEW),
    _example(
        "a new case that the old code passes",
        "tests/test_cart.py:7 warning",
        before=_MORE_ROWS.format(""),
        test=_MORE_ROWS.format(", [4]"),
        function="test_price",
    ),
    _example(
        "a module that cannot be imported on the old code, and a function that could be taken back",
        "tests/test_cart.py:4 warning",
        before="",
        test=_WITH_NAME,
        function="test_price",
        ends=((TrialKind.REVERT, Ended.COLLECTION), (TrialKind.FUNCTIONS, Ended.GREEN)),
        product=(_OLD, f"CURRENCY = 0\n\n\n{_NEW}"),
    ),
    _example(
        "a change of what a module does on import, and a test that asserts nothing",
        "tests/test_cart.py:4 error",
        before="",
        test=_TESTED.replace("assert price([1, 2]) == 3", "price([1, 2])"),
        function="test_price",
        product=(f"RATES = (\n    1,\n)\n\n\n{_OLD}", f"RATES = (\n    2,\n)\n\n\n{_OLD}"),
    ),
    _example(
        "a change for the type checker alone",
        "tests/test_cart.py:8 note",
        test=_NOTHING_NEW,
        product=(
            "from typing import cast\n\n\n" + _OLD.replace("sum(items)", "cast(int, sum(items))"),
            "\n\n\n" + _OLD.replace("sum(items)", "sum(it for it in items)"),
        ),
    ),
    _example(
        "a change that is said to change nothing",
        "tests/test_cart.py:8 note",
        test=_NOTHING_NEW,
        message="Refactor price\n\nNo functional change.",
    ),
    _example("a test that fails without the change", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.ASSERTION),)),
    _example("one that crashes without it", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.CRASH),)),
    _example(
        "an edited test that noticed the change, and does not now",
        "tests/test_cart.py:4 warning",
        test=_TESTED.replace("[1, 2]) == 3", "[7]) == 7"),
        function="test_price",
        ends=_NOTICED,
    ),
    _example(
        "one whose base's version is flaky",
        test=_TESTED.replace("[1, 2]) == 3", "[7]) == 7"),
        function="test_price",
        ends=(*_NOTICED[:2], (TrialKind.OLD_AGAIN, Ended.GREEN), _NOTICED[3]),
    ),
    _example("an edited test that demands what it did", test=_EDITED, function="test_price"),
    _example(
        "an assertion for the type checker came to it",
        test=_TESTED + "    assert price([]) is not None\n",
        function="test_price",
    ),
    _example(
        "a test of what is new",
        test=_WITH_NAME,
        function="test_price",
        ends=((TrialKind.REVERT, Ended.COLLECTION),),
    ),
    _example("no time was left", test=_NOTHING_NEW, ends=((TrialKind.REVERT, Ended.MISSING),), problem="budget"),
    _without(
        "the base's code needs a package that the change gave up",
        "tests/test_cart.py:8 note",
        product=(_FAST, _NEW),
        manifests=(_REQUIRES, '[project]\nname = "shop"\ndependencies = []\n'),
    ),
    _without(
        "it needs a package that is required still",
        product=(_FAST, _NEW),
        manifests=(_REQUIRES, _REQUIRES + 'version = "2"\n'),
    ),
    _without(
        "it needs a package that head's code loads too",
        product=(_FAST, _FAST.replace("sum(items)", "quick.total(items)")),
        manifests=(_REQUIRES, '[project]\nname = "shop"\ndependencies = []\n'),
    ),
    _example("a test that ran nothing of the change", test=_NOTHING_NEW, product=(_OLD, _OLD + "\n\n")),
)
