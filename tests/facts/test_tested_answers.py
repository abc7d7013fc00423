"""What tests give to functions and expect of them."""

from __future__ import annotations

import hashlib

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree, Side
from pytest_agentaudit.facts.tested_answers import Tested, TestedAnswer, TestedAnswers
from pytest_agentaudit.facts.tests_by_path import TestPaths
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.facts.written_tests import answers_of_tests


def direct(body: str, head: str = "") -> list[tuple[str, str, str]]:
    """Called names, given literals and expectation of each direct demand."""
    text = f"{head}def test_it(a=None):\n    {body}\n"
    found = answers_of_tests(Side("tests/test_it.py", 0o100644, text.encode()))
    return [(",".join(sorted(it.called)), ",".join(sorted(it.given)), it.expected) for it in found if it.direct]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert solve(97) == 1234", [("solve", "97", "1234")]),
        ("assert 1234 == solve(97)", [("solve", "97", "1234")]),
        ("assert solve(97, k=5) == pytest.approx(1.5)", [("solve", "5,97", "1.5")]),
        ("self.assertEqual(solve(97), 1234)", [("solve", "97", "1234")]),
        ("n = 97\n    result = solve(n)\n    assert result == 1234", [("solve", "97", "1234")]),
        ("assert solve(97) == 1234 and solve(98) == 5", [("solve", "97", "1234"), ("solve", "98", "5")]),
        ("assert solve([97, 1]).total == 1234", [("solve", "1,2,97,98,[97, 1]", "1234")]),
        ("assert solve(97)", [("solve", "97", "True")]),
        ("assert not solve(97)", [("solve", "97", "False")]),
        (
            "for n, m in [(97, 12), (98, 13)]:\n        assert solve(n) == m",
            [("solve", "97", "12"), ("solve", "98", "13")],
        ),
        ("assert solve(97) == other", []),
        ("assert solve(97) > 1234", []),
        ("assert 97 == 1234", []),
    ],
)
def test_demands(body: str, expected: list[tuple[str, str, str]]) -> None:
    assert direct(body) == expected


@pytest.mark.parametrize(
    "names",
    ['"a, b"', '("a", "b")', '["a", "b"]'],
)
def test_rows_of_parametrize(names: str) -> None:
    head = f"CASES = [(97, 12), pytest.param(98, 13, id='x')]\n\n@pytest.mark.parametrize({names}, CASES)\n"
    assert direct("assert solve(a) == b", head) == [("solve", "97", "12"), ("solve", "98", "13")]


def test_what_stands_in_the_same_test_is_given_too() -> None:
    text = "def test_it():\n    cart = Cart()\n    cart.add(97)\n    assert cart.total() == 1234\n"
    found = list(answers_of_tests(Side("tests/test_it.py", 0o100644, text.encode())))
    assert [(it.direct, "97" in it.given) for it in found] == [(True, False), (False, True)]


@pytest.mark.parametrize("text", [b"", b"def test_it(:\n", b"\xff\xfe\x00", b"def test_it():\n    assert (\n", b"\0"])
def test_no_file_raises(text: bytes) -> None:
    assert list(answers_of_tests(Side("tests/test_it.py", 0o100644, text))) == []


def demand_of(*given: str) -> Tested:
    return Tested((TestedAnswer("tests/test_it.py", 3, frozenset({"solve"}), frozenset(given), "1234"),))


def test_find() -> None:
    assert demand_of("97", "5").find(["97"], "1234")
    assert not demand_of("97").find(["97", "5"], "1234")
    assert not demand_of("97").find(["97"], "1235")
    assert demand_of("97").find(["'97'"], "1234")
    assert demand_of("[1, 2]").find(["'(1, 2)'"], "1234")
    assert demand_of("'hello big world'").find(["'hello big'"], "1234")
    assert not demand_of("'hello big world'").find(["'hello'"], "1234")


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_hash_of_what_is_given(algorithm: str) -> None:
    digest = hashlib.new(algorithm, b"97", usedforsecurity=False).hexdigest()
    assert demand_of("97").find([repr(digest)], "1234")
    assert demand_of("97").find([repr(digest[:16])], "1234")
    assert not demand_of("98").find([repr(digest)], "1234")


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def test_look_up_by_name() -> None:
    tree = MemoryTree(
        {
            "tests/test_a.py": "def test_a():\n    assert solve(97) == 1234\n",
            "tests/test_b.py": "def test_b():\n    assert other(97) == 1234\n",
            "shop/a.py": "def test_c():\n    assert solve(97) == 1234\n",
        }
    )
    answers = TestedAnswers(TreeTexts(tree, role_of))
    assert {it.path for it in answers.of({"solve"}).answers} == {"tests/test_a.py"}
    assert {it.path for it in answers.holding({"1234"}).answers} == {"tests/test_a.py", "tests/test_b.py"}
    assert answers.of(()).answers == ()
    assert answers.of({"solve"}, {"1234"}).answers


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        (("'a long answer'",), True),
        (("'another thing'",), False),
        (("'another thing'", "'a long answer'"), True),
        (("'another thing'", "7"), True),
        (("{'x': ['answer']}",), True),
        (("['thing', 3]",), False),
        (("['answer', 'thing']",), False),
    ],
)
def test_files_without_the_answers_are_not_read(asked: tuple[str, ...], *, read: bool) -> None:
    text = "def test_a():\n    assert solve(97) == 'a long answer'\n"
    answers = TestedAnswers(TreeTexts(MemoryTree({"tests/test_a.py": text}), role_of))
    assert bool(answers.of({"solve"}, asked).answers) == read


def test_without_a_tree() -> None:
    assert TestedAnswers().of({"solve"}).answers == ()


def test_paths_of_tests() -> None:
    tree = MemoryTree({"tests/data/expected.json": "{}", "tests/test_a.py": "", "shop/data/expected.json": "{}"})
    paths = TestPaths(tree, role_of)
    assert paths["tests/data/expected.json"] == {"tests/data/expected.json"}
    assert paths["tests/test_a"] == paths["tests/test_a.py"] == {"tests/test_a.py"}
    assert paths["tests"] == {"tests/data/expected.json", "tests/test_a.py"}
    assert paths["data/other.json"] == frozenset()
    assert "shop/data" not in paths
