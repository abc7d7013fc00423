"""Which names the product of a tree defines."""

from __future__ import annotations

from pytest_agentaudit.change.model import SYMLINK, Entry, FileRole, MemoryTree
from pytest_agentaudit.facts.defined import Defined
from pytest_agentaudit.facts.tree_texts import TreeTexts


def role_of(path: str, _content: bytes) -> FileRole:
    """Tests by their folder, all else is product."""
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


TREE = MemoryTree(
    {
        "shop/pricing.py": "def total():\n  def inner():\n    pass\n\nclass Order:\n    async  def pay(self):3\n",
        "shop/cart.py": b"def total(): ...\r\n# def commented():\n\xff",
        "tests/test_shop.py": "def test_total(): ...\n",
        "docs/total.md": "def documented(): ...\n",
    }
)


def test_functions_methods_and_classes_are_found_with_their_files() -> None:
    defined = Defined(TreeTexts(TREE, role_of))
    assert defined["total"] == {"shop/pricing.py", "shop/cart.py"}
    assert set(defined) == {"total", "inner", "Order", "pay"}
    assert len(defined) == 4


def test_every_name_has_an_answer() -> None:
    defined = Defined(TreeTexts(TREE, role_of))
    assert defined["absent"] == frozenset()
    assert "absent" not in defined
    assert "test_total" not in defined


def test_links_are_not_followed() -> None:
    class Linked(MemoryTree):
        def entries(self) -> dict[str, Entry]:
            return {path: Entry(SYMLINK) for path in super().entries()}

    assert not Defined(TreeTexts(Linked({"a.py": "def f(): ..."}), role_of))
