"""cognitive(): the paper's rules, one by one."""

import ast

import pytest

from pytest_agentaudit.facts.cognitive import cognitive


def of(body: str) -> int:
    node = ast.parse("def f(x):\n    " + body.replace("\n", "\n    ")).body[0]
    assert isinstance(node, ast.FunctionDef)
    return cognitive(node)


@pytest.mark.parametrize(
    ("body", "points"),
    [
        ("return x", 0),
        ("if x:\n    a", 1),
        ("if x:\n    a\nelif y:\n    b\nelse:\n    c", 3),
        ("if x:\n    a\nelse:\n    if y:\n        b\n    c", 1 + 1 + 2),
        ("if x:\n    if y:\n        if z:\n            a", 1 + 2 + 3),
        ("if x:\n    a\nif y:\n    b\nif z:\n    c", 3),
        ("for a in x:\n    if a:\n        b\nelse:\n    c", 1 + 2 + 1),
        ("while x:\n    for a in x:\n        b", 1 + 2),
        ("try:\n    if x:\n        a\nexcept A:\n    if y:\n        b\nfinally:\n    c", 1 + 1 + 2),
        ("match x:\n    case 1:\n        a\n    case 2:\n        if b:\n            c", 1 + 2),
        ("return a if x else b if y else c", 1 + 2),
        ("return a and b and c", 1),
        ("return a and b or c and not d", 3),
        ("return lambda y: a if y else b", 2),
        ("with x:\n    if a:\n        b", 1),
        ("return [a for a in x if a]", 0),
        ("def g():\n    if a:\n        b\nreturn g", 0),
        ("class A:\n    def g(self):\n        if a:\n            b\nreturn A", 0),
    ],
)
def test_points(body: str, points: int) -> None:
    assert of(body) == points
