"""Helpers that assert are followed: in the file, in others, through fixtures and base classes."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.model import Assertion, Form, Predicate
from tests.support.reading import read

CHECK = "def check(value, expected=2):\n    assert value == expected\n"


def demanded(text: str, name: str = "test_it", **files: str) -> tuple[Assertion, ...]:
    """What a test demands; `files` are others of the tree, with "__" for "/"."""
    tree = {f"{path.replace('__', '/')}.py": other for path, other in files.items()}
    return read(text, files=tree)[name].assertions


def seen(found: tuple[Assertion, ...]) -> list[tuple[str, str]]:
    assert {it.form for it in found} <= {Form.HELPER}
    return [(it.subject, it.expected) for it in found]


def test_the_arguments_of_the_call_are_put_in() -> None:
    (found,) = demanded(f"{CHECK}\n\ndef test_it():\n    check(f(1), 3)\n")
    assert (found.subject, found.expected, found.predicate) == ("f(1)", "3", Predicate.EQUALITY)
    assert (found.line, found.text) == (6, "check(f(1), 3)")


@pytest.mark.parametrize(
    ("text", "files"),
    [
        (f"{CHECK}\n\ndef test_it():\n    check(expected=3, value=f(1))\n", {}),
        (f"{CHECK}\n\ndef outer(x):\n    check(x, 3)\n\n\ndef test_it():\n    outer(f(1))\n", {}),
        (
            (
                "class TestA:\n    def check(self, value, expected):\n        assert value == expected\n\n"
                "    def test_it(self):\n        self.check(f(1), 3)\n"
            ),
            {},
        ),
        (
            (
                "class Base:\n    def check(self, value, expected):\n        assert value == expected\n\n\n"
                "class TestA(Base):\n    def test_it(self):\n        self.check(f(1), 3)\n"
            ),
            {},
        ),
        ("from tests.support import check\n\n\ndef test_it():\n    check(f(1), 3)\n", {"tests__support": CHECK}),
        ("from .support import check\n\n\ndef test_it():\n    check(f(1), 3)\n", {"tests__support": CHECK}),
        ("from support import check\n\n\ndef test_it():\n    check(f(1), 3)\n", {"tests__support": CHECK}),
        ("from tests import support\n\n\ndef test_it():\n    support.check(f(1), 3)\n", {"tests__support": CHECK}),
        (
            "from tests.support import check\n\n\ndef test_it():\n    check(f(1), 3)\n",
            {"tests__support____init__": "from tests.support.checks import check\n", "tests__support__checks": CHECK},
        ),
        (
            (
                "from tests.base import Base\n\n\nclass TestA(Base):\n    def test_it(self):\n"
                "        self.check(f(1), 3)\n"
            ),
            {"tests__base": "class Base:\n    def check(self, value, expected):\n        assert value == expected\n"},
        ),
        (
            (
                "import pytest\n\n\n@pytest.fixture\ndef check():\n    def run(value, expected):\n"
                "        assert value == expected\n    return run\n\n\ndef test_it(check):\n    check(f(1), 3)\n"
            ),
            {},
        ),
        (
            "def test_it(check):\n    check(f(1), 3)\n",
            {
                "conftest": "import pytest\n\n\n@pytest.fixture(name='check')\ndef make_check():\n"
                "    def run(value, expected):\n        assert value == expected\n    yield run\n"
            },
        ),
    ],
)
def test_helpers_are_found(text: str, files: dict[str, str]) -> None:
    name = "TestA.test_it" if "class TestA" in text else "test_it"
    assert seen(demanded(text, name, **files)) == [("f(1)", "3")]


def test_a_helper_without_assertions_demands_nothing() -> None:
    assert demanded("def check(x):\n    return x\n\n\ndef test_it():\n    check(f(1))\n") == ()
    assert (
        demanded(
            "from app import check_all\n\n\ndef test_it():\n    check_all(1)\n", app="def check_all(x):\n    x()\n"
        )
        == ()
    )


def test_a_helper_that_cannot_be_read_counts_by_its_name() -> None:
    (found,) = demanded("from elsewhere import assert_same\n\n\ndef test_it():\n    assert_same(f(1), 3)\n")
    assert (found.form, found.subject, found.expected) == (Form.HELPER, "f(1)", "3")
    assert demanded("from elsewhere import make\n\n\ndef test_it():\n    make(f(1), 3)\n") == ()


def test_asserts_of_product_code_are_no_demands() -> None:
    product = "def total(x):\n    assert x\n    return x\n"
    assert demanded("from app import total\n\n\ndef test_it():\n    total(1)\n", app=product) == ()


def test_assertions_that_cannot_fail_are_not_followed() -> None:
    assert demanded("def check():\n    assert True\n\n\ndef test_it():\n    check()\n") == ()


def test_recursion_ends() -> None:
    text = (
        "def check(n):\n    assert n\n    other(n)\n\n\ndef other(n):\n    check(n)\n\n\ndef test_it():\n    check(1)\n"
    )
    assert seen(demanded(text)) == [("1", "")]


def test_a_helper_that_is_handed_over() -> None:
    assert seen(demanded(f"{CHECK}\n\ndef test_it():\n    run(check)\n")) == [("value", "expected")]


def test_what_a_fixture_asserts_afterwards() -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef server():\n    yield start()\n    assert no_leaks()\n"
    (found,) = demanded("def test_it(server):\n    server.get()\n", conftest=fixture)
    assert found.subject == "no_leaks()"


def test_what_a_fixture_asserts_before_is_set_up() -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef server():\n    assert ready()\n    yield start()\n"
    assert demanded("def test_it(server):\n    server.get()\n", conftest=fixture) == ()


def test_what_a_tear_down_asserts() -> None:
    text = (
        "import unittest\n\n\nclass TestA(unittest.TestCase):\n    def tearDown(self):\n"
        "        self.assertEqual(leaks(), 0)\n\n"
        "    def test_it(self):\n        run()\n"
    )
    (found,) = demanded(text, "TestA.test_it")
    assert (found.subject, found.expected) == ("leaks()", "0")


def test_the_nearest_conftest_counts() -> None:
    near = "import pytest\n\n\n@pytest.fixture\ndef check():\n    return lambda x: x\n"
    far = "import pytest\n\n\n@pytest.fixture\ndef check():\n    def run(x):\n        assert x\n    return run\n"
    text = "def test_it(check):\n    check(f(1))\n"
    assert demanded(text, tests__conftest=near, conftest=far) == ()
    assert seen(demanded(text, conftest=far)) == [("f(1)", "")]


@pytest.mark.parametrize(
    ("module", "ours"),
    [
        ("shop", True),
        ("shop.cart", True),
        ("numpy", False),
        ("cart", False),
        ("json", False),
        ("", False),
        ("plug", True),
    ],
)
def test_first_party_modules(module: str, *, ours: bool) -> None:
    tree = MemoryTree(
        {
            "src/shop/__init__.py": "",
            "src/shop/cart.py": "",
            "src/shop/json.py": "",
            "plugins/plug/pyproject.toml": "",
            "plugins/plug/src/plug/__init__.py": "",
        }
    )
    assert TreeHelpers(tree).is_first_party(module) is ours


@pytest.mark.parametrize(
    ("near", "ours"),
    [("plugins/plug/tests/test_a.py", False), ("tests/test_a.py", True), ("src/shop/tests/test_a.py", True)],
)
def test_first_party_modules_of_one_project(near: str, *, ours: bool) -> None:
    tree = MemoryTree(
        {"src/shop/__init__.py": "", "plugins/plug/pyproject.toml": "", "plugins/plug/src/plug/__init__.py": ""}
    )
    assert TreeHelpers(tree).is_first_party("shop", near) is ours
    assert TreeHelpers(tree).is_first_party("plug", near)


def test_broken_and_missing_files_are_no_helpers() -> None:
    helpers = TreeHelpers(MemoryTree({"tests/broken.py": "def check(:\n"}))
    assert helpers.function("tests.broken.check") is None
    assert helpers.function("tests.missing.check") is None
    assert helpers.fixture("check", "tests/test_a.py") is None
