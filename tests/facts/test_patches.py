"""What test code replaces for many tests at once."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.kinds.tests import LENIENT, PATCHED, STRICT
from tests.support.changes import TESTS, delta_of

HEAD = "import pytest\nfrom unittest import mock\nfrom unittest.mock import patch\nimport shop\n\n\n"
FIXTURE = "@pytest.fixture{}\ndef quick(monkeypatch, mocker):\n    {}\n"


def patched(text: str, path: str = "tests/conftest.py") -> list[tuple[str, str, str]]:
    delta = delta_of({path: HEAD}, {path: HEAD + text})
    return [
        (it.details["target"], it.details["by"], it.details["constant"])
        for file in delta.files
        for it in file.new_ones(PATCHED)
    ]


@pytest.mark.parametrize(
    ("statement", "target", "constant"),
    [
        ("monkeypatch.setattr('shop.total', lambda n: 1)", "shop.total", "yes"),
        ("monkeypatch.setattr(shop, 'total', lambda n: n)", "shop.total", ""),
        ("mocker.patch('shop.total', return_value=3)", "shop.total", "yes"),
        ("mocker.patch.object(shop.Cart, 'total')", "shop.Cart.total", ""),
        ("patch('shop.total', mock.Mock(return_value=None)).start()", "shop.total", "yes"),
        ("setattr(shop, 'total', len)", "shop.total", ""),
        ("shop.total = lambda n: n", "shop.total", ""),
    ],
)
def test_spellings(statement: str, target: str, constant: str) -> None:
    assert patched(FIXTURE.format("(autouse=True)", statement)) == [(target, "autouse fixture", constant)]


@pytest.mark.parametrize(
    ("text", "by"),
    [
        (FIXTURE.format("", "monkeypatch.setattr('shop.total', len)"), "fixture"),
        ("def setup_module():\n    shop.total = len\n", "set-up"),
        ("class TestShop:\n    def setUp(self):\n        patch('shop.total').start()\n", "set-up"),
        ("shop.total = len\n", "module"),
    ],
)
def test_owners(text: str, by: str) -> None:
    assert [found[:2] for found in patched(text)] == [("shop.total", by)]


@pytest.mark.parametrize(
    "text",
    [
        "def test_it(monkeypatch):\n    monkeypatch.setattr('shop.total', len)\n",
        "def helper():\n    shop.total = len\n",
        FIXTURE.format("", "cart = make()\n    cart.total = len"),
        "class TestShop:\n    def setUp(self):\n        self.total = 3\n",
    ],
)
def test_tests_helpers_and_own_objects_are_left_out(text: str) -> None:
    assert patched(text) == []


def test_product_code_is_left_out() -> None:
    assert patched("shop.total = len\n", "app/main.py") == []


@pytest.mark.parametrize(
    ("argument", "kinds"),
    [
        ("strict=True", [STRICT]),
        ("strict=False", [LENIENT]),
        ("validate=True", [STRICT]),
        ("verify_ssl=False", [LENIENT]),
        ("raise_errors=True", [STRICT]),
        ("ignore_errors=True", [LENIENT]),
        ("allow_extra=False", [STRICT]),
        ("strict=flag", []),
        ("color=True", []),
    ],
)
def test_arguments_that_ask_for_strictness(argument: str, kinds: list[str]) -> None:
    delta = delta_of({TESTS: HEAD}, {TESTS: f"{HEAD}def make():\n    return shop.open({argument})\n"})
    assert [it.kind for file in delta.files for it in file.new_ones(STRICT, LENIENT)] == kinds
