"""nearest(): the order in which a tree is looked through for what a change speaks of."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.nearness import nearest

PATHS = [
    "shop/__init__.py",
    "shop/cart.py",
    "shop/db/mysql/schema.py",
    "tests/test_cart.py",
    "tests/test_mysql.py",
    "tests/test_views.py",
]


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ([], PATHS),
        (["shop/cart.py"], ["shop/cart.py", "tests/test_cart.py", "shop/__init__.py", "shop/db/mysql/schema.py"]),
        (["shop/db/mysql/base.py"], ["shop/db/mysql/schema.py", "tests/test_mysql.py", "shop/__init__.py"]),
        (["tests/test_mysql.py", "setup.cfg"], ["tests/test_mysql.py", "tests/test_cart.py", "tests/test_views.py"]),
    ],
    ids=["to nothing", "the file itself, its test, its folder", "a rare word", "what stands nowhere says nothing"],
)
def test_order(to: list[str], expected: list[str]) -> None:
    found = nearest(PATHS, to)
    assert found[: len(expected)] == expected
    assert sorted(found) == sorted(PATHS)
