"""What makes tests hollow: each reader on small functions of its own."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.kinds.tests import (
    BRANCHED,
    BROAD_RAISES,
    COPIED,
    COPY,
    MOCKED,
    SHADOWED,
    SOURCE_TEXT,
    SWALLOWED,
    UNREACHED,
)
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.occurrences.hollow import occurrences
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan

HEAD = "import pytest, sys, unittest\nfrom contextlib import suppress\nfrom unittest.mock import *\nimport shop\n"
HEAD += "from unittest.mock import AsyncMock, MagicMock, Mock, patch\nfrom shop import Cart, total\n"
TREE = MemoryTree({"shop.py": "def total(items):\n    return sum(items)\n", "pyproject.toml": ""})


def read(text: str, *kinds: str, role: FileRole = FileRole.TEST) -> list[Occurrence]:
    whole = HEAD + text
    touched = frozenset(range(1, whole.count("\n") + 2))
    parsed, scanned = parse(whole), scan(whole.encode())
    side = CodeSide("tests/test_shop.py", role, scanned, parsed, touched, {}, TreeHelpers(TREE))
    return [it for it in occurrences(side) if it.kind in kinds]


def body(text: str, *kinds: str, head: str = "def test_a():") -> list[Occurrence]:
    return read(head + "".join(f"\n    {line}" for line in text.split("\n")) + "\n", *kinds)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("return\nassert total([1])", "`return` leaves the block before"),
        ("return None\nassert total([1])", "`return None` leaves the block before"),
        ("raise RuntimeError\nassert total([1])", "`raise RuntimeError` leaves the block before"),
        ("pytest.skip('x')\nassert total([1])", "`pytest.skip('x')` leaves the block before"),
        ("pytest.xfail('x')\nassert total([1])", "`pytest.xfail('x')` leaves the block before"),
        ("sys.exit(0)\nassert total([1])", "`sys.exit(0)` leaves the block before"),
        ("for x in (1, 2):\n    continue\n    assert total([x])", "`continue` leaves the block before"),
        ("if total:\n    return\nelse:\n    return 1\nassert total([1])", "`return` leaves the block before"),
        ("if True:\n    return\nassert total([1])", "`return` leaves the block before"),
        ("while True:\n    total([1])\nassert total([1])", "`while True:` leaves the block before"),
        ("if False:\n    assert total([1])", "`False` is never true"),
        ("if 0:\n    assert total([1])", "`0` is never true"),
        ("if 1:\n    total([1])\nelse:\n    assert total([1])", "`1` is always true"),
        ("while False:\n    assert total([1])", "`False` is never true"),
        ("for x in []:\n    assert total([x])", "`[]` is empty"),
        ("for x in range(0):\n    assert total([x])", "`range(0)` is empty"),
        ("xs = []\nfor x in xs:\n    assert total([x])", "`xs` is empty"),
        ("def check():\n    assert total([1])\ntotal([1])", "`check` is never called"),
        ("def test_inner():\n    assert total([1])", "`test_inner` is never called"),
        ("while True:\n    break\nelse:\n    assert total([1])", "the loop always ends by `break`"),
        ("with pytest.raises(ValueError):\n    x = total(1)\n    assert x == 1", "its block must raise before"),
    ],
)
def test_never_reached(text: str, cause: str) -> None:
    (found,) = body(text, UNREACHED)
    assert found.details["cause"] == cause


@pytest.mark.parametrize(
    "text",
    [
        "if total([1]):\n    return\nassert total([2])",
        "pytest.importorskip('yaml')\nassert total([2])",
        "if sys.platform == 'win32':\n    pytest.skip('x')\nassert total([2])",
        "with pytest.raises(ValueError):\n    raise ValueError\nassert total([1])",
        "xs = []\nxs.append(1)\nfor x in xs:\n    assert total([x])",
        "xs = []\nshop.fill(xs)\nfor x in xs:\n    assert total([x])",
        "for x in shop.items():\n    assert total([x])",
        "def check():\n    assert total([1])\nshop.run(check)",
        "@shop.route\ndef check():\n    assert total([1])",
        "class Fake:\n    def call(self):\n        assert total([1])\nshop.run(Fake())",
        "while True:\n    if total([1]):\n        break\nassert total([1])",
        "for x in (1, 2):\n    if total([x]):\n        break\nelse:\n    assert False",
        "try:\n    total([1])\n    return\nexcept ValueError:\n    total([2])\nassert total([3])",
        "with pytest.raises(ValueError):\n    assert total(1) == 1",
        "with pytest.raises(AssertionError):\n    total(1)\n    assert total",
        "with pytest.raises(ValueError):\n    x = total(1)\n    assert x == 1\n    raise ValueError",
        "with pytest.warns(UserWarning):\n    x = total(1)\n    assert x == 1",
    ],
)
def test_may_be_reached(text: str) -> None:
    assert body(text, UNREACHED) == []


def test_one_cause_is_told_once() -> None:
    (found,) = body("return\nassert total([1]) == 1\nassert total([2]) == 2", UNREACHED)
    assert found.details["count"] == "2"
    assert found.details["lines"] == "9 10"
    assert found.details["alone"] == "yes"


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("if sys.platform == 'win32':\n    assert total([1])", "environment"),
        ("if total([1]):\n    assert total([1])", "branch"),
        ("for x in shop.items():\n    assert total([x])", "loop"),
        ("for x in shop.items():\n    if x:\n        assert total([x])", "branch"),
        ("try:\n    total(1)\nexcept ValueError as error:\n    assert error", "handler"),
        ("if sys.platform == 'win32':\n    return\nassert total([1])", "environment"),
        ("try:\n    import yaml\nexcept ImportError:\n    return\nassert total([1])", "environment"),
        ("def check(x):\n    assert x\nshop.run(check)", "function"),
    ],
)
def test_what_an_assertion_depends_on(text: str, on: str) -> None:
    assert [it.details["on"] for it in body(text, BRANCHED)] == [on]


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    assert total([1])\nexcept AssertionError:\n    pass",
        "try:\n    assert total([1])\nexcept:\n    pass",
        "try:\n    assert total([1])\nexcept (ValueError, AssertionError):\n    print('x')",
        "try:\n    assert total([1])\nexcept ValueError:\n    raise\nexcept Exception as e:\n    print(e)",
        "try:\n    assert total([1])\nexcept Exception:\n    return False",
        "try:\n    total(1)\n    assert False\nexcept Exception:\n    pass",
        "try:\n    shop.mock.assert_called_once()\nexcept AssertionError:\n    pass",
        "for _ in (1, 2):\n    try:\n        assert total([1])\n    except AssertionError:\n        continue",
        "with suppress(Exception):\n    assert total([1])",
        "with suppress(AssertionError):\n    assert total([1])",
        "with pytest.raises(AssertionError):\n    assert total([1]) == 1",
        "with pytest.raises(Exception):\n    x = total([1])\n    assert x == 2",
    ],
)
def test_swallowed(text: str) -> None:
    assert len(body(text, SWALLOWED)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    assert total([1])\nexcept ValueError:\n    pass",
        "try:\n    assert total([1])\nexcept AssertionError:\n    raise",
        "try:\n    assert total([1])\nexcept AssertionError as e:\n    assert 'x' in str(e)",
        "try:\n    assert total([1])\nexcept AssertionError:\n    pytest.skip('x')",
        "try:\n    assert total([1])\nexcept AssertionError:\n    raise\nexcept Exception:\n    pass",
        "try:\n    assert total([1])\nexcept AssertionError:\n    pass\nelse:\n    pytest.fail('x')",
        "try:\n    total(1)\n    pytest.fail('x')\nexcept Exception:\n    pass",
        "ok = True\ntry:\n    assert total([1])\nexcept AssertionError:\n    ok = False\nassert ok",
        "bad = []\ntry:\n    assert total([1])\nexcept AssertionError as e:\n    bad.append(e)\nassert bad == []",
        "while 1:\n    try:\n        assert total([1])\n        break\n    except AssertionError:\n        shop.wait()",
        "try:\n    total([1])\nexcept Exception:\n    pass\nassert total([1])",
        "try:\n    def check():\n        assert total([1])\nexcept Exception:\n    pass",
        "with suppress(FileNotFoundError):\n    assert total([1])",
        "with pytest.raises(AssertionError):\n    check_total([1])",
        "with pytest.raises(AssertionError):\n    assert 1 == 2",
        "with pytest.raises(AssertionError, match='x'):\n    assert total([1])",
    ],
)
def test_not_swallowed(text: str) -> None:
    assert body(text, SWALLOWED) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("with pytest.raises(Exception):\n    total(1)", 1),
        ("with pytest.raises((ValueError, BaseException)):\n    total(1)", 1),
        ("with pytest.raises(expected_exception=Exception):\n    total(1)", 1),
        ("pytest.raises(Exception, total, 1)", 1),
        ("with pytest.raises(Exception) as e:\n    total(1)", 1),
        ("with pytest.raises(Exception) as e:\n    total(1)\nassert 'x' in str(e.value)", 0),
        ("e = pytest.raises(Exception, total, 1)\nassert e", 0),
        ("with pytest.raises(Exception, match='x'):\n    total(1)", 0),
        ("with pytest.raises(ValueError):\n    total(1)", 0),
        ("with pytest.raises(shop.Exception):\n    total(1)", 0),
    ],
)
def test_broad(text: str, count: int) -> None:
    assert len(body(text, BROAD_RAISES)) == count


@pytest.mark.parametrize(
    "text",
    [
        "m = MagicMock()\nm.f.return_value = 3\nassert m.f() == 3",
        "m = MagicMock()\nm.f.return_value = 3\nassert 3 == m.f(1, x=2)",
        "m = Mock(return_value=3)\nr = m()\nassert r == 3",
        "want = {'a': 1}\nm = Mock()\nm.f.return_value = want\nassert m.f() == want",
        "m = Mock()\nm.f.return_value.x = 3\nassert m.f().x == 3",
        "m = Mock()\nm.f.side_effect = ValueError\nwith pytest.raises(ValueError):\n    m.f()",
        "with patch('shop.total', return_value=3) as m:\n    assert m() == 3",
        "with patch('shop.total', return_value=3):\n    assert shop.total([1]) == 3",
        "with patch.object(shop, 'total', return_value=3):\n    r = shop.total([1])\n    assert r == 3",
        "with patch('shop.total', lambda items: 3):\n    assert shop.total([1]) == 3",
        "with patch.object(Cart, 'total', return_value=3):\n    assert Cart().total() == 3",
        "with patch('shop.total', return_value=3):\n    from shop import total\n    assert total([1]) == 3",
    ],
)
def test_mocked(text: str) -> None:
    assert len(body(text, MOCKED)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "m = MagicMock()\nm.f.return_value = 3\nassert total(m.f()) == 3",
        "m = MagicMock()\nm.f.return_value = 3\nassert Cart(m).f() == 3",
        "m = MagicMock()\nm.f.return_value = 3\nassert m.f() == 4",
        "m = MagicMock()\nm.f.return_value = 3\nm.f.return_value = 4\nassert m.f() == 4",
        "with patch('shop.total', return_value=3):\n    assert total([1]) == 3",
        "with patch('shop.total', return_value=3):\n    assert shop.report([1]) == 3",
        "with patch('shop.total', wraps=total):\n    assert shop.total([1]) == 3",
        "with patch('shop.total', return_value=3):\n    pass\nassert shop.total([1]) == 3",
        "def fake(items):\n    return real(items)\nwith patch('shop.total', fake):\n    assert shop.total([1]) == 3",
    ],
)
def test_not_mocked(text: str) -> None:
    assert body(text, MOCKED) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("expected = total([1])\nassert total([1]) == expected", 1),
        ("want = total([1])\ngot = total([1])\nassert got == want", 1),
        ("assert total([1]) == total([1])", 1),
        ("a = total([1])\nb = total([1])\nassert a == b", 0),
        ("expected = total([2])\nassert total([1]) == expected", 0),
        ("expected = total([1])\nshop.clear()\nassert total([1]) == expected", 0),
        ("assert total([1]) is total([1])", 0),
        ("assert len([1]) == len([1])", 0),
    ],
)
def test_copied(text: str, count: int) -> None:
    assert len(body(text, COPIED)) == count


def test_calling_twice_may_be_the_point() -> None:
    assert body("assert total([1]) == total([1])", COPIED, head="def test_total_is_cached():") == []


def test_a_function_of_the_test_file() -> None:
    text = "def add(a, b):\n    return a + b\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
    (found,) = read(text, COPY)
    assert (found.details["name"], found.details["parameters"], found.details["tests"]) == ("add", "a b", "test_add")
    assert read(text.replace("== 3", "== total([1, 2])"), COPY) == []
    assert read("@pytest.fixture\n" + text, COPY) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def test_a():\n    pass\ndef test_a():\n    pass\n", ["test_a"]),
        ("class TestA:\n    def test_b(self): pass\n    def test_b(self): pass\n", ["TestA.test_b"]),
        ("class TestA: pass\nclass TestA: pass\n", ["TestA"]),
        ("@pytest.fixture\ndef a(): pass\n@pytest.fixture\ndef a(): pass\n", ["a"]),
        ("def test_a(): pass\nfrom shop import test_a\n", ["test_a"]),
        ("def test_a(): pass\ntest_a = None\n", ["test_a"]),
        ("if sys:\n    def test_a(): pass\nelse:\n    def test_a(): pass\n", []),
        ("def test_a(): pass\ntest_a = shop.slow(test_a)\n", []),
        ("def test_a(): pass\ndel test_a\ndef test_a(): pass\n", []),
        ("def test_a(): pass\n@test_a.other\ndef test_a(): pass\n", []),
        ("class TestA: pass\nclass TestB(TestA): pass\nclass TestA(TestB): pass\n", []),
        ("def helper(): pass\ndef helper(): pass\n", []),
        ("def test_a():\n    def test_b(): pass\n    def test_b(): pass\n", []),
    ],
)
def test_shadowed(text: str, names: list[str]) -> None:
    assert [it.symbol for it in read(text, SHADOWED)] == names


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("assert 'def total' in open('shop.py').read()", 1),
        ("import inspect\nsource = inspect.getsource(total)\nassert 'sum' in source", 1),
        ("assert 'total' in Path('a.txt').read_text()", 0),
        ("assert 'x' in total([1])", 0),
    ],
)
def test_source_text(text: str, count: int) -> None:
    assert len(body(text, SOURCE_TEXT)) == count


@pytest.mark.parametrize("role", [FileRole.PRODUCT, FileRole.SCRIPT])
def test_only_test_files_are_read(role: FileRole) -> None:
    assert read("def test_a():\n    return\n    assert total([1])\n", UNREACHED, role=role) == []
