"""Which functions of a file are tests, and what else is known of them."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_agentaudit.facts.model import Form, Setting
from pytest_agentaudit.facts.tests import Collecting
from tests.support.reading import read, read_one

PLAIN = "def test_it():\n    assert f() == 1\n"


def why(text: str, name: str, **more: Any) -> str:
    return read(text, **more)[name].uncollected


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        "async def test_it():\n    assert f() == 1\n",
        "def testit():\n    assert f() == 1\n",
        "class TestA:\n    def test_it(self):\n        assert f() == 1\n",
        "class TestA:\n    class TestB:\n        def test_it(self):\n            assert f() == 1\n",
        "import unittest\n\n\nclass Cases(unittest.TestCase):\n    def test_it(self):\n        assert f() == 1\n",
        (
            "import unittest\n\n\nclass Base(unittest.TestCase):\n    x = 1\n\n\nclass Cases(Base):\n"
            "    def test_it(self):\n"
            "        assert f() == 1\n"
        ),
        (
            "from django.test import TestCase\n\n\nclass Cases(TestCase):\n    def test_it(self):\n"
            "        assert f() == 1\n"
        ),
        "if True:\n    def test_it():\n        assert f() == 1\n",
    ],
)
def test_collected(text: str) -> None:
    assert read_one(text).uncollected == ""


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("def _test_it():\n    assert f() == 1\n", "_test_it", "pytest collects functions named test*"),
        ("def check_it():\n    assert f() == 1\n", "check_it", "pytest collects functions named test*"),
        (
            "class Suite:\n    def test_it(self):\n        assert f()\n",
            "Suite.test_it",
            "pytest collects classes named Test*",
        ),
        (
            "class TestA:\n    def __init__(self):\n        pass\n\n    def test_it(self):\n        assert f()\n",
            "TestA.test_it",
            "pytest does not collect class TestA: it has __init__",
        ),
        (
            "class TestA:\n    __test__ = False\n\n    def test_it(self):\n        assert f()\n",
            "TestA.test_it",
            "class TestA has",
        ),
        (f"__test__ = False\n\n\n{PLAIN}", "test_it", "the module has __test__ = False"),
        (f"{PLAIN}\n\ntest_it.__test__ = False\n", "test_it", "test_it.__test__ is False"),
    ],
)
def test_not_collected(text: str, name: str, reason: str) -> None:
    assert why(text, name).startswith(reason)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/area.py", "its file is not named test_*.py or *_test.py"),
        ("tests/build/test_a.py", "its folder build is in norecursedirs"),
        ("tests/.hidden/test_a.py", "its folder .hidden is in norecursedirs"),
    ],
)
def test_files_that_are_not_collected(path: str, reason: str) -> None:
    assert why(PLAIN, "test_it", path=path) == reason


def test_settings() -> None:
    settings = Collecting.of(
        {
            "pytest.python_files": Setting("pytest.python_files", ("check_*.py", "spec/*.py"), "pytest.ini"),
            "pytest.python_functions": Setting("pytest.python_functions", ("check", "*_spec"), "pytest.ini"),
            "pytest.python_classes": Setting("pytest.python_classes", ("Check",), "pytest.ini"),
            "pytest.testpaths": Setting("pytest.testpaths", ("tests", "spec"), "pytest.ini"),
        }
    )
    text = (
        "class CheckA:\n    def check_it(self):\n        assert f()\n\n    def area_spec(self):\n        assert f()\n"
    )
    found = read(text, path="tests/check_a.py", settings=settings)
    assert {name: it.uncollected for name, it in found.items()} == {"CheckA.check_it": "", "CheckA.area_spec": ""}
    assert why(text, "CheckA.check_it", path="spec/a.py", settings=settings) == ""
    assert why(text, "CheckA.check_it", path="more/check_a.py", settings=settings).startswith("its file lies outside")
    assert why(text, "CheckA.check_it", path="tests/a.py", settings=settings).startswith("its file is not named")


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\n\n\n@pytest.fixture\ndef test_data():\n    assert f()\n",
        "def helper(x):\n    assert f(x)\n",
        "def check(x):\n    assert f(x)\n\n\ndef other():\n    check(1)\n",
        "def make():\n    return 1\n",
        "def outer():\n    def test_inner():\n        assert f()\n    return test_inner\n",
        "class TestA:\n    @property\n    def test_data(self):\n        assert f()\n        return 1\n",
        "def pytest_collection_modifyitems():\n    assert f()\n",
        "class Tool:\n    def run_tests(self):\n        assert f()\n",
    ],
)
def test_no_tests(text: str) -> None:
    assert read(text) == {}


def test_a_conftest_has_none() -> None:
    assert read(PLAIN, path="tests/conftest.py") == {}


def test_callers_of_what_looks_like_a_test() -> None:
    text = (
        "def _test_it(x):\n    assert f(x) == 1\n\n\ndef test_a():\n    _test_it(1)\n\n\n"
        "def test_b():\n    _test_it(2)\n"
    )
    found = read(text)
    assert found["_test_it"].called_by == ("test_a", "test_b")
    assert [it.form for it in found["test_a"].assertions] == [Form.HELPER]


def test_a_class_that_others_derive_from_is_called_by_them() -> None:
    text = "class Suite:\n    def test_it(self):\n        assert f() == 1\n\n\nclass TestA(Suite):\n    x = 1\n"
    assert read(text)["Suite.test_it"].called_by == ("TestA",)


def test_only_touched_tests_are_read_deeply() -> None:
    found = read(f"{PLAIN}\n\ndef test_other():\n    assert g() == 1\n", touched=frozenset({2}))
    assert (found["test_it"].touched, found["test_other"].touched) == (True, False)
    assert found["test_other"].assertions == ()
    assert found["test_other"].fingerprint == ""
    assert found["test_it"].fingerprint


def test_what_a_test_uses() -> None:
    found = read_one(
        "def test_it(client):\n"
        '    """Says hello."""\n'
        "    got = client.get('/', n=2)\n"
        "    assert got.text == 'hello'\n"
    )
    assert found.calls == ("client.get",)
    assert found.names == {"client", "got", "get", "text"}
    assert found.literals == {"'/'", "2", "'hello'"}
    assert (found.start_line, found.line, found.end_line) == (1, 1, 4)


def test_statements_are_alike_where_they_say_the_same() -> None:
    found = read(
        "def test_a():\n    x = f( 1 )\n    if x:\n        assert x == 1\n\n\n"
        "def test_b():\n    # other words\n    x = f(1)\n    assert x == 1\n"
    )
    one, two = found["test_a"].statements, found["test_b"].statements
    assert len(one) == 3
    assert set(two) < set(one)


@pytest.mark.parametrize(
    ("mark", "count", "rows"),
    [
        ("@pytest.mark.parametrize('a', [1, 2, 3])", 3, ("1", "2", "3")),
        ("@pytest.mark.parametrize('a', (1,))", 1, ("1",)),
        ("@pytest.mark.parametrize('a', [])", 0, ()),
        ("@pytest.mark.parametrize(['a', 'b'], [(1, 2), [3, 4]])", 2, ("(1, 2)", "[3, 4]")),
        ("@pytest.mark.parametrize('a,b', [pytest.param(1, 2, id='x')])", 1, ("(1, 2)",)),
        ("@pytest.mark.parametrize('a', ROWS)", 2, ("'x'", "'y'")),
        ("@pytest.mark.parametrize('a', range(3))", 3, ("0", "1", "2")),
        ("@pytest.mark.parametrize('a', [*ROWS, 'z'])", None, ()),
        ("@pytest.mark.parametrize('a', rows())", None, ()),
        (
            "@pytest.mark.parametrize('a', [1, 2])\n@pytest.mark.parametrize('b', 'xy'.split())",
            None,
            ("1", "2"),
        ),
        (
            "@pytest.mark.parametrize('a', [1, 2])\n@pytest.mark.parametrize('b', [3, 4])",
            4,
            ("1 | 3", "1 | 4", "2 | 3", "2 | 4"),
        ),
        ("@parameterized.expand([(1, 2), (3, 4)])", 2, ("(1, 2)", "(3, 4)")),
    ],
)
def test_cases(mark: str, count: int | None, rows: tuple[str, ...]) -> None:
    found = read_one(
        "import pytest\nfrom parameterized import parameterized\n\nROWS = ['x', 'y']\n\n\n"
        f"{mark}\ndef test_it(a, b):\n    assert f(a, b)\n"
    )
    assert (found.cases, found.rows) == (count, rows)


def test_cases_of_a_class() -> None:
    found = read_one(
        "import pytest\n\n\n@pytest.mark.slow\n@pytest.mark.parametrize('a', [1, 2])\nclass TestA:\n"
        "    def test_it(self, a):\n        assert f(a)\n"
    )
    assert (found.cases, found.marks) == (2, ("slow", "parametrize"))


def test_what_a_test_replaces() -> None:
    found = read_one(
        "from unittest import mock\nfrom unittest.mock import patch\nimport app.net as net\n\n\n"
        "@patch('app.net.send', return_value=1)\n"
        "def test_it(send, monkeypatch, mocker):\n"
        "    monkeypatch.setattr('app.a', 1)\n"
        "    monkeypatch.setattr(net, 'b', 1)\n"
        "    monkeypatch.setenv('HOME', '/')\n"
        "    mocker.patch('app.c')\n"
        "    with mock.patch.object(net.Client, 'd'):\n"
        "        assert f() == 1\n"
    )
    assert {it.target for it in found.mocks} == {"app.net.send", "app.a", "app.net.b", "app.c", "app.net.Client.d"}
    assert found.mocks[0].line


@pytest.mark.parametrize(
    ("text", "contract"),
    [
        ("def test_close_does_not_raise():\n    f()\n", True),
        ("def test_close():\n    f()  # should not raise\n", True),
        ('def test_close():\n    """Nothing happens on the second call."""\n    f()\n', True),
        ("def test_no_op():\n    f()\n", True),
        ("def test_valid():\n    validate_order(1)\n", True),
        ("def test_imports():\n    import app\n", True),
        ("def test_close():\n    f()\n", False),
        ("def test_close_raises():\n    f()\n", False),
        ("def test_close_does_not_raise():\n    assert f() == 1\n", False),
    ],
)
def test_the_contract_of_not_raising(text: str, *, contract: bool) -> None:
    assert read_one(text).contract is contract


def test_a_broken_file_has_no_tests() -> None:
    assert read("def test_it(:\n    assert f()\n") == {}


def test_lines_are_those_of_the_file() -> None:
    found = read_one("# \u00e9\u2028x\n\n\nclass TestA:\n    def test_it(self):\n        assert f('\u00e9') == 1\n")
    assert (found.line, found.assertions[0].line) == (5, 6)
    assert found.assertions[0].text == "assert f('\u00e9') == 1"
