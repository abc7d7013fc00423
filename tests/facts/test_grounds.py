"""What else in a change may explain that a test asks for something else now."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.grounds import Excuses, edited_statements, ground
from pytest_agentaudit.facts.subjects import Subjects
from tests.support.changes import PRODUCT, TESTS, changed_tests, delta_of, pair_of

HEAD = "from shop import total\n\n\n"
TEST = "def test_it():\n    assert total(read('a.json')) == 1\n"
AFTER = TEST.replace("== 1", "== 2")


def excuse(other: str, was: str, now: str, before: str = TEST, after: str = AFTER) -> str:
    """The excuse of one test that changed together with another file."""
    old, new = ({"shop.py": PRODUCT, TESTS: HEAD + text, other: data} for text, data in ((before, was), (after, now)))
    delta = delta_of(old, new)
    return Excuses(Subjects(delta)).of(delta.tests[0])


@pytest.mark.parametrize(
    "path", ["pyproject.toml", "requirements-dev.txt", "uv.lock", "tox.ini", "requirements/ci.txt"]
)
def test_settings_and_requirements(path: str) -> None:
    assert excuse(path, "a", "b") == "settings or requirements changed with it"


@pytest.mark.parametrize("path", [".gitignore", ".pre-commit-config.yaml", "README.md", "tests/data/other.json"])
def test_what_no_test_meets(path: str) -> None:
    assert excuse(path, "1", "2") == ""


def test_data_that_the_test_names() -> None:
    assert excuse("tests/data/a.json", "1", "2") == "its data `a` changed with it"


def test_a_fixture_that_it_asks_for() -> None:
    fixture = "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return {}\n"
    before, after = (text.replace("test_it()", "test_it(shop)") for text in (TEST, AFTER))
    found = excuse("tests/conftest.py", fixture.format("1"), fixture.format("2"), before, after)
    assert found == "`shop` changed with it"
    assert excuse("tests/conftest.py", fixture.format("1"), fixture.format("2")) == ""


def test_statements_that_only_moved_are_no_edits() -> None:
    before = "def test_it():\n    a = 1\n    b = 2\n    assert a < b\n"
    assert edited_statements(pair_of(before, before.replace("    a = 1\n    b = 2\n", "    b = 2\n    a = 1\n"))) == 0
    assert edited_statements(pair_of(before, before.replace("b = 2", "b = 3"))) == 1


def test_the_ground_says_what_the_product_did() -> None:
    (pair,) = changed_tests(HEAD + TEST, HEAD + AFTER).tests
    same = changed_tests(HEAD + TEST, HEAD + AFTER)
    other = changed_tests(HEAD + TEST, HEAD + AFTER, (PRODUCT, PRODUCT.replace("sum(items)", "max(items)")))
    assert pair.new
    assert ground(None, Subjects(same), pair.new, TESTS).words == "`total` is unchanged"
    assert ground(None, Subjects(other), pair.new, TESTS).changed
