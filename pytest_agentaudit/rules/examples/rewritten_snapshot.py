"""The examples of rewritten-snapshot."""

from __future__ import annotations

from pytest_agentaudit.rules.base import Example

_PRICING = "def total(items):\n    return sum(items) * 1.05\n"
_TEST = "from shop.pricing import total\n\n\ndef test_total(snapshot):\n    assert total([100]) == snapshot\n"
_AMBR = "# serializer version: 1\n# name: test_total\n  105.0\n# ---\n"
_INLINE = (
    "from inline_snapshot import snapshot\nfrom shop.pricing import total\n\n\ndef test_total():\n"
    "    assert total([100]) == snapshot(105.0)\n"
)
_STORED = "tests/__snapshots__/test_pricing.ambr"


def _example(
    title: str,
    before: dict[str, str],
    after: dict[str, str],
    *expect: str,
    product: tuple[str, str] = (_PRICING, _PRICING),
    messages: tuple[str, ...] = (),
) -> Example:
    """Files beside the product and its test, before and after."""
    test = {"tests/test_pricing.py": _TEST}
    return Example(
        title,
        before={"shop/pricing.py": product[0], **test, **before},
        after={"shop/pricing.py": product[1], **test, **after},
        expect=expect,
        messages=messages,
    )


EXAMPLES = (
    _example(
        "a snapshot says something else",
        {_STORED: _AMBR},
        {_STORED: _AMBR.replace("105", "107")},
        f"{_STORED}:3 error",
    ),
    _example(
        "an expected file",
        {"tests/data/expected/bill.txt": "total 105.0\n"},
        {"tests/data/expected/bill.txt": "total 107.0\n"},
        "tests/data/expected/bill.txt:1 error",
    ),
    _example(
        "a recorded conversation",
        {"tests/cassettes/bill.yaml": "status: 500\n"},
        {"tests/cassettes/bill.yaml": "status: 200\n"},
        "tests/cassettes/bill.yaml:1 error",
    ),
    _example(
        "several at once",
        {_STORED: _AMBR, "tests/__snapshots__/test_bill.ambr": _AMBR},
        {_STORED: _AMBR.replace("5", "7"), "tests/__snapshots__/test_bill.ambr": _AMBR.replace("5", "7")},
        "tests/__snapshots__/test_bill.ambr:3 error",
        messages=("Fix the build\n\npytest --snapshot-update",),
    ),
    _example(
        "one in the test itself",
        {"tests/test_inline.py": _INLINE},
        {"tests/test_inline.py": _INLINE.replace("105", "107")},
        "tests/test_inline.py:6 error",
    ),
    _example(
        "a test changed with it",
        {_STORED: _AMBR, "tests/test_other.py": _INLINE},
        {_STORED: _AMBR.replace("105", "107"), "tests/test_other.py": _INLINE.replace("[100]", "[101]")},
        f"{_STORED}:3 warning",
    ),
    _example(
        "the product changed with it",
        {_STORED: _AMBR},
        {_STORED: _AMBR.replace("105", "107")},
        f"{_STORED}:3 note",
        product=(_PRICING, _PRICING.replace("1.05", "1.07")),
    ),
    _example(
        "a requirement changed with it",
        {_STORED: _AMBR, "requirements.txt": "taxes==1\n"},
        {_STORED: _AMBR.replace("105", "107"), "requirements.txt": "taxes==2\n"},
        f"{_STORED}:3 note",
    ),
    _example(
        "code that was taken over changed with it",
        {_STORED: _AMBR, "shop/vendor/shown.py": "WIDE = 1\n"},
        {_STORED: _AMBR.replace("105", "107"), "shop/vendor/shown.py": "WIDE = 2\n"},
        f"{_STORED}:3 note",
    ),
    _example("a new one", {}, {_STORED: _AMBR}),
    _example("another case beside it", {_STORED: _AMBR}, {_STORED: f"{_AMBR}# name: test_more\n  1\n# ---\n"}),
    _example(
        "one of a test that is gone",
        {_STORED: f"{_AMBR}# name: test_more\n  1\n# ---\n"},
        {_STORED: _AMBR},
    ),
    _example(
        "laid out anew",
        {"tests/expected/bill.json": '{"a": 1, "b": 2}'},
        {"tests/expected/bill.json": '{\n  "b": 2,\n  "a": 1\n}\n'},
    ),
    _example("one that only moved", {_STORED: _AMBR}, {"tests/unit/__snapshots__/test_pricing.ambr": _AMBR}),
    _example(
        "input of tests, no result",
        {"tests/data/items.json": "[100, 200]"},
        {"tests/data/items.json": "[100, 300]"},
    ),
)
