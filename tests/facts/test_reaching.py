"""Reaching: a test that stands near the change is found without the rest of the tree."""

from __future__ import annotations

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.callers import Callers
from pytest_agentaudit.facts.lookups import Mentions
from pytest_agentaudit.facts.reaching import Reaching
from pytest_agentaudit.facts.tree_texts import NEAR_FILES, TreeTexts

FAR = {
    **{f"shop/a{number}.py": "def other(): ...\n" for number in range(NEAR_FILES)},
    **{f"tests/test_a{number}.py": "other()\n" for number in range(NEAR_FILES)},
}
NEAR = {
    "shop/cart/sums.py": "def _added(items): ...\n\n\ndef total_of(items):\n    return _added(items)\n",
    "tests/cart/test_sums.py": "def test_total():\n    assert total_of([1]) == 1\n",
}


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


def reaching(files: dict[str, str]) -> tuple[Reaching, TreeTexts]:
    texts = TreeTexts(MemoryTree(files), role_of, near_to={"shop/cart/sums.py"})
    return Reaching(Callers(texts), Mentions(texts), texts), texts


def test_by_a_caller_near_the_change() -> None:
    reaches, texts = reaching({**FAR, **NEAR})
    assert reaches(["_added"], "sums")
    assert [*texts.near([b"total"])]  # the tree as a whole was left alone


def test_by_a_caller_far_away() -> None:
    far = {f"{name}/z.py": text for name, text in zip(("shop", "tests"), NEAR.values(), strict=True)}
    reaches, texts = reaching({**FAR, **far})
    assert reaches(["_added"], "sums")
    assert not [*texts.near([b"total"])]


def test_by_nobody() -> None:
    reaches, texts = reaching({**FAR, "shop/cart/sums.py": NEAR["shop/cart/sums.py"]})
    assert not reaches(["_added"], "sums")
    assert not [*texts.near([b"total"])]
