"""TreeTexts: which files of a tree hold a word, by the bytes and by the noted words alike."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.tree_texts import FEW_WORDS, MANY_WORDS, NEAR_FILES, TreeTexts, places

TREE = MemoryTree(
    {
        "shop/cart.py": "def total():\n    return pay_all(1)\n",
        "shop/café.pyi": "def café(): ...\n",
        "tests/test_cart.py": "def test_total():\n    assert total() == 1  # pay\n",
        "notes.txt": "total\n",
    }
)
PRODUCT = frozenset({FileRole.PRODUCT})
BOTH = frozenset({FileRole.PRODUCT, FileRole.TEST})


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def found(word: str, roles: frozenset[FileRole], *, asked: int) -> list[str]:
    texts = TreeTexts(TREE, role_of)
    for _ in range(asked):
        texts.holding(b"other", roles)
    return [side.path for side in texts.holding(word.encode(), roles)]


@pytest.mark.parametrize("asked", [0, FEW_WORDS], ids=["by the bytes", "by noted words"])
@pytest.mark.parametrize(
    ("word", "roles", "expected"),
    [
        ("total", BOTH, ["shop/cart.py", "tests/test_cart.py"]),
        ("total", PRODUCT, ["shop/cart.py"]),
        ("pay", BOTH, ["tests/test_cart.py"]),
        ("pay_all", BOTH, ["shop/cart.py"]),
        ("caf", BOTH, ["shop/café.pyi"]),
        ("absent", BOTH, []),
        ("total():", BOTH, []),
    ],
)
def test_words_are_whole(word: str, roles: frozenset[FileRole], expected: list[str], asked: int) -> None:
    assert found(word, roles, asked=asked) == expected


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        (b"get(get)", b"get", [0, 4]),
        (b"getter get_ _get get", b"get", [17]),
        (b"", b"get", []),
        (b"a.b ab", b"a.b", [0]),
        ("é x".encode(), "é".encode(), []),
    ],
)
def test_places(text: bytes, word: bytes, expected: list[int]) -> None:
    assert list(places(text, word)) == expected


class Counted(MemoryTree):
    """A tree that knows which of its files were asked for."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        super().__init__(files)
        self.read_so_far: set[str] = set()

    def read(self, path: str) -> bytes | None:
        self.read_so_far.add(path)
        return super().read(path)


def large_tree() -> Counted:
    """The files about carts stand last, and more others before them than count as near."""
    files: dict[str, str | bytes] = {f"shop/a{number}.py": "def other(): ...\n" for number in range(NEAR_FILES * 2)}
    files |= {f"tests/test_a{number}.py": "other()\n" for number in range(NEAR_FILES * 2)}
    return Counted({**files, "shop/z/cart.py": "def total(): pay()\n", "tests/z/test_cart.py": "total()\n"})


@pytest.mark.parametrize("roles", [PRODUCT, BOTH], ids=["in the product", "in tests first"])
def test_what_stands_near_is_found_without_reading_the_rest(roles: frozenset[FileRole]) -> None:
    tree = large_tree()
    texts = TreeTexts(tree, role_of, near_to={"shop/z/cart.py"})
    assert texts.holds(b"total", roles)
    assert 0 < len(tree.read_so_far) <= NEAR_FILES


def test_what_stands_nowhere_is_looked_for_everywhere() -> None:
    tree = large_tree()
    texts = TreeTexts(tree, role_of, near_to={"shop/z/cart.py"})
    assert not texts.holds(b"absent", BOTH)
    assert tree.read_so_far == tree.entries().keys()


@pytest.mark.parametrize("near_to", [(), ("tests/z/test_cart.py",), ("shop/a7.py", "tests/test_a3.py")])
def test_the_order_of_reading_changes_no_answer(near_to: tuple[str, ...]) -> None:
    texts = TreeTexts(large_tree(), role_of, near_to=near_to)
    assert [side.path for side in texts.holding(b"total", BOTH)] == ["shop/z/cart.py", "tests/z/test_cart.py"]
    assert [side.path for side in texts.sides] == sorted(large_tree().entries())


def test_near_files_are_a_part_until_all_were_read() -> None:
    texts = TreeTexts(large_tree(), role_of, near_to={"shop/z/cart.py"})
    (near,) = texts.near([b"total"])
    assert [side.path for side in near.holding(b"total", BOTH)] == ["shop/z/cart.py", "tests/z/test_cart.py"]
    assert len(near.sides) == NEAR_FILES * 2
    assert texts.sides
    assert not [*texts.near([b"total"])]


class Noted:
    """Knows where "total" stands, and which files told something before."""

    def __init__(self, *telling: str) -> None:
        self.told: list[str] = []
        self.expected: list[bytes] = []
        self._telling = telling

    def __call__(self, word: bytes) -> list[str]:
        return ["shop/z/cart.py"] if word == b"total" else []

    def keeps(self, word: bytes) -> bool:
        return word == b"total"

    def telling(self) -> tuple[str, ...]:
        return self._telling

    def tell(self, path: str) -> None:
        self.told.append(path)

    def expect(self, words: Collection[bytes]) -> None:
        self.expected += words


def test_nothing_is_near_where_it_is_known_where_words_stand() -> None:
    tree = large_tree()
    texts = TreeTexts(tree, role_of, Noted(), near_to={"shop/z/cart.py"})
    assert not [*texts.near([b"total"])]
    assert len([*texts.near([b"total", b"other"])]) == 1
    assert texts.holds(b"total", PRODUCT)
    assert tree.read_so_far == {"shop/z/cart.py"}


def test_a_file_near_the_change_that_holds_a_word_is_told() -> None:
    noted = Noted()
    assert TreeTexts(large_tree(), role_of, noted, near_to={"shop/z/cart.py"}).holds(b"pay", PRODUCT)
    assert noted.told == ["shop/z/cart.py"]


def test_what_told_something_before_is_read_first() -> None:
    tree, noted = large_tree(), Noted("shop/gone.py", "shop/z/cart.py")
    texts = TreeTexts(tree, role_of, noted, near_to={"shop/z/cart.py"})
    assert texts.holds(b"pay", PRODUCT)
    assert tree.read_so_far == {"shop/z/cart.py"}
    assert noted.told == []


@pytest.mark.parametrize("word", [b"total", b"pay", b"absent", b"other", b"not a word"])
def test_expected_words_stand_where_others_do(word: bytes) -> None:
    plain, ready = (TreeTexts(large_tree(), role_of) for _ in range(2))
    ready.expect([word, *(f"name_{number}".encode() for number in range(MANY_WORDS))])
    nearest, as_near = (next(texts.near([word])) for texts in (ready, plain))
    assert nearest.holds(word, PRODUCT) == as_near.holds(word, PRODUCT)
    assert ready.holding(word, BOTH) == plain.holding(word, BOTH)
    assert ready.holds(word, PRODUCT) == plain.holds(word, PRODUCT)


def test_what_is_expected_is_handed_on_to_who_knows_words() -> None:
    noted, words = Noted(), [f"name_{number}".encode() for number in range(MANY_WORDS)]
    TreeTexts(large_tree(), role_of, noted).expect(words)
    assert noted.expected == words


def test_words_that_are_expected_later_are_found_too() -> None:
    texts = TreeTexts(large_tree(), role_of)
    texts.expect([f"name_{number}".encode() for number in range(MANY_WORDS)])
    assert not texts.holds(b"name_1", BOTH)
    texts.expect([b"total", *(f"more_{number}".encode() for number in range(MANY_WORDS))])
    assert texts.holds(b"total", PRODUCT)
