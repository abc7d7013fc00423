"""The cases that a test runs through, as rows."""

from __future__ import annotations

import pytest

from tests.support.changes import TESTS, changed_tests, delta_of
from tests.support.reading import read_one

HEAD = "import pytest\nimport unittest\nfrom parameterized import parameterized\n\nCASES = [(1, 2), (3, 4)]\n\n\n"


@pytest.mark.parametrize(
    ("test", "names", "rows"),
    [
        ("@pytest.mark.parametrize('a, b', [(1, 2), (3, 4)])\ndef test_it(a, b):\n    assert a < b\n", "ab", "1 2;3 4"),
        ("@pytest.mark.parametrize(('a', 'b'), CASES)\ndef test_it(a, b):\n    assert a < b\n", "ab", "1 2;3 4"),
        ("@pytest.mark.parametrize('a', [1, pytest.param(2, id='x')])\ndef test_it(a):\n    assert a\n", "a", "1;2"),
        ("def test_it():\n    for a, b in [(1, 2), (3, 4)]:\n        assert a < b\n", "ab", "1 2;3 4"),
        ("def test_it():\n    for a, b in CASES:\n        assert a < b\n", "ab", "1 2;3 4"),
        ("def test_it():\n    rows = [(1, 2)]\n    for a, b in rows:\n        assert a < b\n", "ab", "1 2"),
        ("def test_it():\n    for a, b in {1: 2, 3: 4}.items():\n        assert a < b\n", "ab", "1 2;3 4"),
        (
            "def test_it():\n    for a in sorted((1, 2)):\n        with pytest.raises(ValueError):\n            f(a)\n",
            "a",
            "1;2",
        ),
    ],
)
def test_rows_are_read(test: str, names: str, rows: str) -> None:
    (table,) = read_one(HEAD + test).tables
    assert "".join(table.names) == names
    assert ";".join(" ".join(row) for row in table.rows) == rows


@pytest.mark.parametrize(
    "test",
    [
        "@pytest.mark.parametrize('a', cases())\ndef test_it(a):\n    assert a\n",
        "@pytest.mark.parametrize('a', [*CASES, 1])\ndef test_it(a):\n    assert a\n",
        "def test_it():\n    for a in [1, 2]:\n        make(a)\n    assert made()\n",
        "def test_it():\n    rows = [1]\n    rows = [2]\n    for a in rows:\n        assert a\n",
        "def test_it():\n    for a in load():\n        assert a\n",
        "def test_it():\n    for a in []:\n        assert a\n",
    ],
)
def test_computed_lists_and_set_up_are_no_tables(test: str) -> None:
    assert read_one(HEAD + test).tables == ()


def test_a_changed_list_touches_the_tests_that_take_their_cases_from_it() -> None:
    test = (
        "\n\n@pytest.mark.parametrize('a', CASES)\ndef test_it(a):\n    assert a\n\n\ndef test_other():\n    assert 2\n"
    )
    before = "import pytest\n\nCASES = [\n    1,\n    2,\n    3,\n]\n" + test
    (pair,) = changed_tests(before, before.replace("    3,\n", "")).tests
    assert pair.old
    assert pair.new
    assert (pair.old.cases, pair.new.cases, pair.new.qualified_name) == (3, 2, "test_it")


def test_a_list_that_takes_two_statements_now_pairs_nothing_with_nothing() -> None:
    test = "\n\n@pytest.mark.parametrize('a', CASES)\ndef test_it(a):\n    assert a == 1\n"
    before = "import pytest\n\nCASES = [1, 2]\n" + test
    (pair,) = changed_tests(before, before.replace("[1, 2]\n", "[1]\nCASES = [1, 2]\n")).tests
    assert [it.loss for it in pair.assertions] == [None]


def test_helpers_and_fixtures_are_paired_beside_the_tests() -> None:
    before = "import pytest\n\n\n@pytest.fixture(params=[1, 2])\ndef shop(request):\n    return request.param\n"
    after = before.replace("[1, 2]", "[1]")
    (pair,) = delta_of({"tests/conftest.py": before, TESTS: ""}, {"tests/conftest.py": after, TESTS: ""}).support
    assert pair.old
    assert pair.new
    assert [len(table.rows) for test in (pair.old, pair.new) for table in test.tables] == [2, 1]
