"""The names that the base's product defines, kept between audits: head's are found as they are when they are read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FileRole, MemoryTree, Tree
from pytest_agentaudit.facts.base_names import CarriedNames, Numbers
from pytest_agentaudit.facts.carried import Carried
from pytest_agentaudit.facts.defined import Defined
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo
from tests.support.stores import MemoryStore

FILES = {
    "shop/cart.py": "def total(): ...\nclass Cart:\n    def add(self): ...\n",
    "shop/gone.py": "def total(): ...\ndef lost(): ...\n",
    "shop/stays.py": "def total(): ...\ndef kept(): ...\n",
    "tests/test_cart.py": "def test_total(): ...\n",
}
EDITS = {
    "shop/cart.py": "def sums(): ...\nclass Cart: ...\n",
    "shop/gone.py": None,
    "shop/new.py": "async def added(): ...\n",
    "tests/test_new.py": "def test_added(): ...\n",
}
NAMES = ("total", "Cart", "add", "lost", "kept", "sums", "added", "test_total", "test_added", "nowhere")


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def carried(store: MemoryStore, old: Tree, new: Tree, texts: TreeTexts | None = None) -> CarriedNames:
    both = Carried(old, new, from_trees(old, new).pairs)
    return CarriedNames(Shelf(store, b"base".lower, Numbers), texts or TreeTexts(old, role_of), both, role_of)


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, Tree]]:
    made = GitRepo(tmp_path_factory.mktemp("names"))
    base, head = made.commit(FILES), made.commit(EDITS)
    repo = Repository.open(str(made.path))
    yield repo.tree(base), repo.tree(head)
    repo.close()


def test_heads_names_are_found_as_if_it_were_read(trees: tuple[Tree, Tree]) -> None:
    store = MemoryStore()
    plain = Defined(TreeTexts(trees[1], role_of))
    unread = TreeTexts(MemoryTree({}), role_of)
    for texts in (None, unread):  # what the first audit read, the second need not
        noted = Defined(TreeTexts(trees[1], role_of), carried(store, *trees, texts))
        assert dict(noted) == dict(plain)
        assert len(noted) == len(plain)
        assert {name: noted.get(name) for name in NAMES} == {name: plain.get(name) for name in NAMES}
    assert len(store.values) == 1


def test_many_names_are_looked_up_where_they_were_noted(trees: tuple[Tree, Tree]) -> None:
    noted = Defined(TreeTexts(trees[1], role_of), carried(MemoryStore(), *trees))
    assert [name for name in NAMES * 2 if name in noted] == ["total", "Cart", "kept", "sums", "added"] * 2


@pytest.mark.parametrize("value", [b"", b"\x81\xa5total\x91\xcd\x03\xe8"], ids=["empty", "a file too many"])
def test_what_is_damaged_is_read_anew(trees: tuple[Tree, Tree], value: bytes) -> None:
    store = MemoryStore()
    store.write({b"base": value})
    assert dict(carried(store, *trees)) == dict(Defined(TreeTexts(trees[1], role_of)))
