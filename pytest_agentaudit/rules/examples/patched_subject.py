"""The examples of patched-subject."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, LineHits, Outcome, TestOutcome
from pytest_agentaudit.rules.base import Example

_SHOP = "def validate(order):\n    return order > 0\n\n\ndef notify(order):\n    return send(order)\n"
_TEST = "from shop import pricing\n\n\ndef test_order():\n    assert pricing.validate(3)\n"
_TEST_TOO = _TEST + "    assert not pricing.validate(-3)\n"
_PATCH = (
    "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef quick(monkeypatch):\n"
    "    monkeypatch.setattr('shop.pricing.validate', lambda order: True)\n"
)
_NOTIFY = _PATCH.replace("validate", "notify").replace("True)\n", "None)\n", 1).replace("autouse=None", "autouse=True")
_WITH = _TEST.replace(
    "def test_order()",
    "@pytest.fixture\ndef quick():\n    with patch('shop.pricing.validate', return_value=True):\n        {}"
    "\n\n\ndef test_order(quick)",
).replace("from shop", "import pytest; from unittest.mock import patch\nfrom shop", 1)


def _example(
    title: str,
    after: dict[str, str],
    *expect: str,
    before: dict[str, str] | None = None,
    product: tuple[str, str] = (_SHOP, _SHOP),
    evidence: Evidence | None = None,
) -> Example:
    """Test files that come in or change beside the product."""
    old = {"tests/test_pricing.py": _TEST, **(before or {})}
    return Example(
        title,
        before={"shop/__init__.py": "", "shop/pricing.py": product[0], **old},
        after={"shop/__init__.py": "", "shop/pricing.py": product[1], **old, **after},
        expect=expect,
        evidence=evidence,
    )


def _run(hits: dict[int, tuple[int, ...]]) -> Evidence:
    """A whole run in which the test ran these lines of the product."""
    path = "tests/test_pricing.py"
    test = TestOutcome(f"{path}::test_order", path, 4, "test_order", Outcome.PASSED)
    return Evidence((test,), {"shop/pricing.py": LineHits(hits)}, tracer="sys.monitoring")


_SENT = _SHOP.replace("send(order)", "send(order, 1)")

EXAMPLES = (
    _example(
        "a check says yes to all tests",
        {"tests/conftest.py": _PATCH},
        "tests/conftest.py:6 warning",
    ),
    _example(
        "a touched test asserts what it answers",
        {"tests/conftest.py": _PATCH, "tests/test_pricing.py": _TEST_TOO},
        "tests/conftest.py:6 error",
    ),
    _example(
        "a fixture that the test asks for",
        {
            "tests/test_pricing.py": _TEST.replace(
                "def test_order()",
                "@pytest.fixture\ndef quick(mocker):\n    mocker.patch('shop.pricing.validate', return_value=True)"
                "\n\n\ndef test_order(quick)",
            ).replace("from shop", "import pytest\nfrom shop", 1)
        },
        "tests/test_pricing.py:7 error",
    ),
    _example(
        "a fixture hands something out while it is replaced",
        {"tests/test_pricing.py": _WITH.format("yield 1")},
        "tests/test_pricing.py:7 error",
    ),
    _example(
        "a fixture replaces it for what it makes alone",
        {"tests/test_pricing.py": _WITH.format("return pricing.order(1)")},
    ),
    _example(
        "in set-up",
        {
            "tests/test_pricing.py": _TEST.replace(
                "def test", "def setup_module():\n    pricing.validate = bool\n\n\ndef test"
            )
        },
        "tests/test_pricing.py:5 error",
    ),
    _example(
        "for all files, what the change altered",
        {"tests/conftest.py": _NOTIFY},
        "tests/conftest.py:6 warning",
        product=(_SHOP, _SENT),
    ),
    _example(
        "and nobody runs it",
        {"tests/conftest.py": _NOTIFY},
        "tests/conftest.py:6 error",
        product=(_SHOP, _SENT),
        evidence=_run({}),
    ),
    _example(
        "at the level of conftest.py",
        {"tests/conftest.py": "from shop import pricing\n\npricing.validate = lambda order: True\n"},
        "tests/conftest.py:3 warning",
    ),
    _example("a side effect is kept out of the tests", {"tests/conftest.py": _NOTIFY}, "tests/conftest.py:6 note"),
    _example(
        "the change adds what it keeps out",
        {"tests/conftest.py": _NOTIFY},
        product=(_SHOP.partition("\n\n\ndef notify")[0] + "\n", _SHOP),
    ),
    _example(
        "the network",
        {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "requests.get")},
    ),
    _example(
        "the clock, seen from the product",
        {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "shop.pricing.time.sleep")},
    ),
    _example(
        "a constant",
        {"tests/conftest.py": _PATCH.replace("shop.pricing.validate", "shop.pricing.TIMEOUT")},
    ),
    _example(
        "a fixture that tests may ask for",
        {"tests/conftest.py": _NOTIFY.replace("(autouse=True)", "")},
    ),
    _example(
        "it was there before",
        {"tests/conftest.py": _PATCH + "\n\n@pytest.fixture\ndef order():\n    return 3\n"},
        before={"tests/conftest.py": _PATCH},
    ),
    _example(
        "it moved to conftest.py",
        {"tests/conftest.py": _PATCH, "tests/test_more.py": "import pytest\n"},
        before={"tests/test_more.py": _PATCH},
    ),
)
