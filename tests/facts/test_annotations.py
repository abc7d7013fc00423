"""How much annotations say, on both sides of a change; what escapes a type checker otherwise."""

from __future__ import annotations

import ast

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.annotations import loosened, names_any_type, new_any, vagueness
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.kinds.shortcuts import CAST, HIDDEN_FROM_TYPES, UNCHECKED, VAGUE_NAME
from pytest_agentaudit.policy.model import Policy


def delta(before: str, after: str) -> Delta:
    old, new = MemoryTree({"shop/a.py": before}), MemoryTree({"shop/a.py": after})
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("int", 0),
        ("Any", 1),
        ("typing.Any", 1),
        ("object", 1),
        ("dict", 1),
        ("dict[str, int]", 0),
        ("dict[str, Any]", 1),
        ("dict[Any, Any]", 2),
        ("list[dict]", 1),
        ("'Any'", 1),
        ("'list[Any] | None'", 1),
        ("'not an ['", 0),
        ("User | Any", 1),
        ("Callable[..., Any]", 1),
        ("Callable[[int], str]", 0),
        ("Callable[[Any], str]", 1),
        ("Literal['Any thing']", 0),
        ("Literal['Any']", 0),
        ("Annotated[int, object]", 0),
        ("Annotated[Any, 'words']", 1),
        ("None", 0),
    ],
)
def test_vagueness(text: str, count: int) -> None:
    assert vagueness(expression(text)) == count


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a: User", "a: Any", [("a", "User", "Any")]),
        ("a: User", "a", [("a", "User", "")]),
        ("a: dict[str, int]", "a: dict", [("a", "dict[str, int]", "dict")]),
        ("*, a: int = 1", "*, a: object = 1", [("a", "int", "object")]),
        ("*args: int, **kw: str", "*args: Any, **kw: Any", [("args", "int", "Any"), ("kw", "str", "Any")]),
        ("a: Any", "a", []),
        ("a: Any", "a: User", []),
        ("a: User", "a: User | None", []),
        ("a: User", "b: Any", []),
        ("a", "a: Any", []),
        ("a: dict", "a: dict[str, Any]", []),
    ],
)
def test_parameters(before: str, after: str, expected: list[tuple[str, str, str]]) -> None:
    body = " -> int:\n    return 1\n"
    found = loosened(delta(f"def f({before}){body}", f"def f({after}){body}"))
    assert [(it.slot, it.old, it.new) for it in found] == expected


def test_new_ones() -> None:
    after = "def f(a: Any, *b: Any, c: dict[str, Any]) -> Any: ...\ndef g(a, b: Any): ...\n"
    found = [(it.symbol, it.slot) for it in new_any(delta("def g(a, b): ...\n", after))]
    assert found == [("g", "b"), ("f", "a"), ("f", "return")]
    assert list(new_any(delta("def f(a: Any): ...\n", "def f(a: Any, b=1): ...\n"))) == []


def test_results_and_methods_that_moved_by_lines() -> None:
    before = "class A:\n    def f(self) -> int:\n        return compute(1)\n"
    (it,) = loosened(delta(before, "import os\n\n\n" + before.replace("int", "Any")))
    assert (it.symbol, it.slot, it.line) == ("A.f", "return", 5)


def test_special_methods_take_anything() -> None:
    before = "class A:\n    def __exit__(self, kind: type[BaseException]) -> None:\n        return None\n"
    assert list(loosened(delta(before, before.replace("type[BaseException]", "object")))) == []


def kinds(code: str, kind: str) -> list[str]:
    (file,) = delta("import os\n", f"import os\n{code}").files
    return [it.text for it in file.new_ones(kind)]


def test_what_escapes_otherwise() -> None:
    assert kinds("import typing as t\nx = t.cast('User', y)\n", CAST) == ["t.cast('User', y)"]
    assert kinds("from shop import cast\nx = cast(User, y)\n", CAST) == []
    assert kinds("import typing\n@typing.no_type_check\ndef f(): ...\n", UNCHECKED) == ["@typing.no_type_check"]
    assert kinds("x: Any = 1\n", VAGUE_NAME) == ["x: Any"]
    assert kinds("x = 1  # type: Any\n", HIDDEN_FROM_TYPES) == ["# type: Any"]
    assert kinds("x = 1  # type: ignore[no-any-return]\n", HIDDEN_FROM_TYPES) == []
    guard = "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    x = 1\n"
    assert kinds(guard, HIDDEN_FROM_TYPES) == ["x = 1"]
    assert kinds(guard.replace("x = 1", "import a"), HIDDEN_FROM_TYPES) == []


def test_a_module_with_every_name() -> None:
    assert kinds("def __getattr__(name):\n    return 1\n", HIDDEN_FROM_TYPES) == ["def __getattr__(...)"]
    assert kinds("class A:\n    def __getattr__(self, name):\n        return 1\n", HIDDEN_FROM_TYPES) == []


def test_any_inside_a_type() -> None:
    assert names_any_type(expression("dict[str, Any]"))
    assert names_any_type(expression("'Any'"))
    assert not names_any_type(expression("User"))
