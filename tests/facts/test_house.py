"""House: a base's habit of suppressing, counted once for all audits."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.house import House, Rows
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.tree_texts import TreeTexts
from tests.support.stores import MemoryStore

TREE = MemoryTree(
    {
        "shop/cart.py": "import os  # noqa\nimport sys  # noqa: F401\n",
        "shop/tax.py": "import re  # noqa: F401 - kept for users\n",
        "tests/test_cart.py": "import os  # noqa\n",
    }
)
COUNTS = {("flake8, ruff", "bare"): 1, ("flake8, ruff", "coded"): 1, ("flake8, ruff", "reasoned"): 1}


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def house(tree: MemoryTree, store: MemoryStore | None, key: bytes = b"base") -> House:
    return House(TreeTexts(tree, role_of), Shelf(store, lambda: key, Rows) if store else None)


def test_the_product_is_counted() -> None:
    assert dict(house(TREE, None)) == COUNTS


def test_what_was_counted_is_kept() -> None:
    store = MemoryStore()
    assert dict(house(TREE, store)) == COUNTS
    assert dict(house(MemoryTree({}), store)) == COUNTS
    assert house(MemoryTree({}), store)["mypy", "bare"] == 0


def test_each_base_is_counted_for_itself() -> None:
    store = MemoryStore()
    assert dict(house(TREE, store)) == COUNTS
    assert dict(house(MemoryTree({}), store, b"another")) == {}


@pytest.mark.parametrize("value", [b"", b"\xff", b"\x93\x01\x02\x03"])
def test_what_is_damaged_is_counted_anew(value: bytes) -> None:
    store = MemoryStore()
    store.write({b"base": value})
    assert dict(house(TREE, store)) == COUNTS
