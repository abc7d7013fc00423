"""Words of the base's tree, kept between audits: head's tree answers as it does when it is read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FileRole, MemoryTree, Tree
from pytest_agentaudit.facts import base_words
from pytest_agentaudit.facts.base_words import BaseWords, CarriedWords, Kept
from pytest_agentaudit.facts.carried import Carried
from pytest_agentaudit.facts.shelf import Shelf
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo
from tests.support.stores import MemoryStore

FILES = {
    "shop/cart.py": "def total():\n    return pay_all(1)\n",
    "shop/both.py": "def pay():\n    return total() + discount()\n",
    "shop/gone.py": "def total(): ...\n",
    "shop/stays.py": "from shop.cart import total\n",
    "shop/typed.pyi": "def discount(): ...\n",
    "tests/test_cart.py": "def test_total():\n    assert total() == 1\n",
    "tests/test_moved.py": "def test_discount():\n    assert discount() == 2\n",
    "notes.txt": "total discount\n",
}
EDITS = {
    "shop/cart.py": "def total():\n    return rebate(1)\n",
    "shop/gone.py": None,
    "shop/both.py": "def pay():\n    return total()\n\n\nLAST = rebate",
    "shop/new.py": "def discount():\n    return pay_all(2)\n",
    "tests/test_moved.py": None,
    "tests/test_renamed.py": FILES["tests/test_moved.py"],
}
WORDS = (b"total", b"pay_all", b"pay", b"rebate", b"discount", b"test_discount", b"nowhere")
EVERY = frozenset(FileRole)
ROLES = {"every": EVERY, "tests": frozenset({FileRole.TEST}), "product": frozenset({FileRole.PRODUCT})}


@pytest.fixture(scope="module", params=["committed", "in the work tree"])
def trees(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tree, Tree]]:
    made = GitRepo(tmp_path_factory.mktemp("words"))
    base = made.commit(FILES)
    made.write(EDITS)
    head = made.commit() if request.param == "committed" else ""
    repo = Repository.open(str(made.path))
    yield repo.tree(base), repo.tree(head) if head else repo.work_tree()
    repo.close()


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def carried(shelf: MemoryStore, old: Tree, new: Tree, base: str = "abc") -> tuple[BaseWords, TreeTexts]:
    both = Carried(old, new, from_trees(old, new).pairs)
    words = BaseWords(Shelf(shelf, base.encode, Kept), both.old, TreeTexts(old, role_of))
    return words, TreeTexts(new, role_of, CarriedWords(words, both))


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("roles", ROLES.values(), ids=ROLES)
def test_heads_files_are_found_as_if_they_were_read(
    trees: tuple[Tree, Tree], word: bytes, roles: frozenset[FileRole]
) -> None:
    old, new = trees
    shelf = MemoryStore()
    expected = TreeTexts(new, role_of).holding(word, roles)
    words, first = carried(shelf, old, new)
    assert first.holding(word, roles) == expected
    words.keep()
    _, again = carried(shelf, old, new)
    assert again.holding(word, roles) == expected
    assert again.holds(word, roles) == bool(expected)
    unpaired = TreeTexts(new, role_of, CarriedWords(words, Carried(old, new)))
    assert unpaired.holding(word, roles) == expected


def test_what_was_kept_is_not_looked_up_again(trees: tuple[Tree, Tree]) -> None:
    old, new = trees
    shelf = MemoryStore()
    words, texts = carried(shelf, old, new)
    found = [texts.holding(word, EVERY) for word in WORDS]
    words.keep()
    both = Carried(old, new)
    kept = BaseWords(Shelf(shelf, "abc".encode, Kept), both.old, TreeTexts(MemoryTree({}), role_of))
    again = TreeTexts(new, role_of, CarriedWords(kept, both))
    assert [again.holding(word, EVERY) for word in WORDS] == found


def test_each_base_has_its_own(trees: tuple[Tree, Tree]) -> None:
    old, new = trees
    shelf = MemoryStore()
    for base, tree, other in (("abc", old, new), ("def", new, old)):
        words, texts = carried(shelf, tree, other, base)
        assert texts.holding(b"total", EVERY) == TreeTexts(other, role_of).holding(b"total", EVERY)
        words.keep()


def test_nothing_is_written_where_nothing_was_looked_up(trees: tuple[Tree, Tree]) -> None:
    shelf = MemoryStore()
    words, _ = carried(shelf, *trees)
    words.keep()
    assert shelf.values == {}


@pytest.mark.parametrize(
    "value", [b"", b"no msgpack", b"\x92\x81\xc4\x05total\x91\xcd\x03\xe8\x90"], ids=["empty", "odd", "far"]
)
def test_what_is_damaged_is_looked_up(trees: tuple[Tree, Tree], value: bytes) -> None:
    old, new = trees
    shelf = MemoryStore()
    words, texts = carried(shelf, old, new)
    expected = texts.holding(b"total", EVERY)
    words.keep()
    shelf.values = dict.fromkeys(shelf.values, value)
    assert carried(shelf, old, new)[1].holding(b"total", EVERY) == expected


def test_so_many_words_are_kept(trees: tuple[Tree, Tree], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base_words, "MOST_WORDS", 2)
    shelf = MemoryStore()
    sizes = []
    for group in (WORDS[:1], WORDS[1:4], WORDS[4:]):
        words, texts = carried(shelf, *trees)
        for word in group:
            texts.holding(word, EVERY)
        words.keep()
        sizes.append(len(*shelf.values.values()))
    assert sizes[0] < sizes[1] == sizes[2]


def test_so_many_telling_files_are_kept_the_latest_first(
    trees: tuple[Tree, Tree], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base_words, "MOST_TELLING", 3)
    shelf = MemoryStore()
    for told in (("a.py", "b.py"), ("c.py", "a.py", "odd\udce9.py"), ("c.py", "d.py")):
        words, _ = carried(shelf, *trees)
        for path in told:
            words.tell(path)
        words.keep()
    assert [*carried(shelf, *trees)[0].telling()] == ["c.py", "d.py", "a.py"]


def test_files_that_no_name_vouches_for_are_read() -> None:
    old, new = (MemoryTree({"a.py": text}) for text in ("total()\n", "rebate()\n"))
    words, texts = carried(MemoryStore(), old, new)
    assert [texts.holds(word, EVERY) for word in (b"total", b"rebate")] == [False, True]
    assert words.paths(b"total") == ["a.py"]
