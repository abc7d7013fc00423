"""The examples of unsupported-claim."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_TOTAL = "def total(items):\n    return sum(items)\n"
_ROUNDED = "def total(items):\n    if not items:\n        raise ValueError(items)\n    return round(sum(items), 2)\n"
_TEST = "from shop.cart import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
_RED = TestOutcome("tests/test_cart.py::test_total", "tests/test_cart.py", 4, "test_total", Outcome.FAILED)


def _example(
    title: str,
    message: str,
    *expect: str,
    product: tuple[str, str] = (_TOTAL, _ROUNDED),
    test: tuple[str, str] = (_TEST, _TEST),
    evidence: Evidence | None = None,
) -> Example:
    """An example with a product file and a test file, and one commit with this message."""
    return Example(
        title,
        before={"shop/cart.py": product[0], "tests/test_cart.py": test[0]},
        after={"shop/cart.py": product[1], "tests/test_cart.py": test[1]},
        expect=expect,
        messages=(message,),
        evidence=evidence,
    )


_SAME = (_TOTAL, _TOTAL)
_SKIPPED = _TEST.replace("\n\ndef", "\nimport pytest\n\n\n@pytest.mark.skip(reason='flaky')\ndef")
_PRAGMA = _ROUNDED.replace("items:", "items:  # pragma: no cover")

EXAMPLES = (
    _example("no test was added", "Round totals\n\n- added unit tests for rounding\n", "shop/cart.py:2 warning"),
    _example("a docs commit with logic", "docs: describe rounding\n", "shop/cart.py:2 note"),
    _example("not formatting only", "Tidy up\n\nFormatting-only change.\n", "shop/cart.py:2 warning"),
    _example("not tests only", "Test-only change\n", "shop/cart.py:2 warning"),
    _example(
        "behaviour is another one",
        "Simplify total\n\nNo functional changes.\n",
        "tests/test_cart.py:5 warning",
        product=(_TOTAL, _TOTAL.replace("sum(items)", "sum(items[1:])")),
        test=(_TEST, _TEST.replace("== 3", "== 2")),
    ),
    _example(
        "the flaky test was only skipped",
        "Fix flaky tests\n",
        "tests/test_cart.py:6 warning",
        product=_SAME,
        test=(_TEST, _SKIPPED),
    ),
    _example(
        "coverage by exclusion",
        "Improve coverage\n",
        "shop/cart.py:2 warning",
        product=(_ROUNDED, _PRAGMA),
    ),
    _example(
        "not all tests pass",
        "Round totals\n\nAll tests pass.\n",
        "shop/cart.py:2 warning",
        evidence=Evidence((_RED,), exit_status=1),
    ),
    _example(
        "tests were added",
        "Round totals, and add tests\n",
        test=(_TEST, _TEST + "\n\ndef test_rounded():\n    assert total([0.1, 0.2]) == 0.3\n"),
    ),
    _example("tests are planned", "Round totals\n\nWill add tests in a follow-up.\n"),
    _example("tests are denied", "Round totals\n\nI did not add tests: test_total covers it.\n"),
    _example(
        "only a docstring",
        "docs: say what total does\n",
        product=(_TOTAL, _TOTAL.replace("    return", '    """The sum."""\n    return')),
    ),
    _example(
        "a refactoring",
        "Rename the parameter\n\nNo functional change.\n",
        product=(_TOTAL, _TOTAL.replace("items", "rows")),
    ),
    _example(
        "the flaky test was repaired",
        "Fix flaky tests\n",
        product=_SAME,
        test=(_TEST, _TEST.replace("[1, 2]", "sorted([1, 2])")),
    ),
    _example(
        "a typo in a text",
        "docs: fix typo in the error\n",
        product=(
            _ROUNDED.replace("(items)\n    return", "('no itmes')\n    return"),
            _ROUNDED.replace("(items)\n    return", "('no items')\n    return"),
        ),
    ),
    _example(
        "a text over several lines",
        "docs: name the extra in the error\n",
        product=(
            _ROUNDED.replace(
                "(items)\n    return", "(\n            'no items: '\n            'see help'\n        )\n    return"
            ),
            _ROUNDED.replace(
                "(items)\n    return", "(\n            'no items: '\n            'see docs'\n        )\n    return"
            ),
        ),
    ),
    _example("whitespace-only as an adjective", "Refuse totals of whitespace-only names\n"),
    _example("a squashed branch", "docs: describe totals (#7)\n\n* docs: describe\n\n* round totals\n"),
    _example(
        "all tests pass",
        "Round totals\n\nAll tests pass.\n",
        evidence=Evidence((TestOutcome("t", "tests/test_cart.py", 4, "test_total", Outcome.PASSED),)),
    ),
)
