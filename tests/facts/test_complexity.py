"""complexity(): radon's figure, and what radon leaves out."""

import ast
from textwrap import dedent

import pytest

from pytest_agentaudit.facts.complexity import branches, complexity

KINDS = """if isinstance(box, A):
        return a
    elif isinstance(box, B) or box == 'b':
        return b
    elif isinstance(box, C):
        if wide:
            return c
        return d"""


def of(source: str) -> int | None:
    node = ast.parse(dedent(source)).body[0]
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return complexity(node)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x", 1),
        ("if x:\n    a\nelif y:\n    b", 3),
        ("return [a for a in x if a and b]", 4),
        ("for a in x:\n    b\nelse:\n    c", 3),
        ("try:\n    a\nexcept B:\n    c\nexcept D:\n    e\nelse:\n    f\nfinally:\n    g", 4),
        ("try:\n    a\nexcept* B:\n    c\nexcept* D:\n    e\nelse:\n    f\nfinally:\n    g", 4),
        ("try:\n    a\nexcept* B:\n    if c:\n        d", 3),
        ("match x:\n    case 1:\n        a\n    case 2:\n        b\n    case _:\n        c", 3),
        ("def g():\n    if a:\n        b\n    try:\n        c\n    except* D:\n        e\nreturn g", 1),
        ("class A:\n    def g(self):\n        try:\n            a\n        except* B:\n            c\nreturn A", 1),
    ],
)
def test_decision_points_plus_one(body: str, expected: int) -> None:
    indented = body.replace("\n", "\n    ")
    assert of(f"def f(x):\n    {indented}\n") == expected
    assert of(f"async def f(x):\n    {indented}\n") == expected


def test_a_tree_that_radon_cannot_walk_has_none() -> None:
    deep = ast.parse("def f():\n    return 1\n").body[0]
    assert isinstance(deep, ast.FunctionDef)
    value: ast.expr = ast.Constant(1)
    for _ in range(5_000):
        value = ast.UnaryOp(ast.USub(), value)
    deep.body = [ast.Return(value)]
    assert complexity(deep) is None


@pytest.mark.parametrize(
    ("suite", "count"),
    [
        ("if box.a is not None:\n        said['a'] = box.a", 0),
        ("if wide:\n        tools.append(box.a)", 0),
        ("with box:\n        if not wide:\n            tools.append(box.a)", 0),
        ("if wide:\n        return 1", 1),
        ("if box.a > 1:\n        said['a'] = box.a", 1),
        ("if wide:\n        said['a'] = 1\n    else:\n        said['a'] = 2", 1),
        ("for it in box:\n        if wide:\n            said[it] = 1\n    else:\n        return 1", 3),
        (
            "try:\n        return 1\n    except A:\n        pass\n    except B:\n        pass\n    else:\n        pass",
            3,
        ),
        ("match box:\n        case 1:\n            pass\n        case _:\n            pass", 0),
        ("match box:\n        case 1 if wide:\n            pass\n        case (a, b):\n            pass", 2),
        (
            "match box:\n        case 1:\n            if wide:\n                return 2",
            2,
        ),
        ("return [it for it in box if it] or (1 if wide else 2)", 0),
        ("def g():\n        if box.a > 1:\n            return 1", 0),
        ("if box == 1:\n        a\n    elif box == 2:\n        b\n    elif box in (3, 4):\n        return c", 0),
        ("if box == 1:\n        return a\n    elif box == 2:\n        return b", 2),
        ("if box == 1:\n        a\n    elif wide == 2:\n        b\n    elif box == 3:\n        return c", 3),
        (KINDS, 1),
    ],
)
def test_branches_are_statements_that_divide_the_way(suite: str, count: int) -> None:
    (node,) = ast.parse(f"def f(box, wide):\n    {suite}\n").body
    assert isinstance(node, ast.FunctionDef)
    assert branches(node) == count
