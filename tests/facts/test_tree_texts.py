"""TreeTexts: which files of a tree hold a word, by the bytes and by the noted words alike."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.tree_texts import FEW_WORDS, TreeTexts, places

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
