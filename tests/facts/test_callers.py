"""Callers and is_reached(): how far names tell that a test runs a definition."""

import pytest

from pytest_agentaudit.change.model import FileRole, MemoryTree
from pytest_agentaudit.facts.callers import MOST_CALLERS, Callers, is_reached
from pytest_agentaudit.facts.tree_texts import TreeTexts

SHOP = """\
from shop.tax import rate, extra
from shop.tax import (
    duty,
)

__all__ = ["total", "duty"]


def total(items):
    return sum(items) * rate(1)


class Cart:
    def pay(self):
        def inner():
            return duty()
        return inner


@router.get("/x")
def page():
    return shown()


@router.get(
    "/y",
)
async def other():
    return listed()


@functools.cache
def cached():
    return kept()


@validator
@functools.wraps(page)
def checked(value: Model) -> None:
    return checks()


class Base(metaclass=Meta):
    @one.setter
    def one(self, value: Model):
        return set_()


TABLE = {
    "k": tabled,
}
"""


def role_of(path: str, _content: bytes) -> FileRole:
    return FileRole.TEST if path.startswith("tests/") else FileRole.PRODUCT


CALLERS = Callers(TreeTexts(MemoryTree({"shop/a.py": SHOP, "tests/test_a.py": "def test_a():\n    rate()\n"}), role_of))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rate", {"total"}),
        ("duty", {"Cart", "pay", "inner"}),
        ("total", set()),
        ("pay", {"Cart"}),
        ("shown", {"page", ""}),
        ("listed", {"other", ""}),
        ("kept", {"cached"}),
        ("tabled", {""}),
        ("checks", {"checked", ""}),
        ("Model", {"checked", "Base", "one", ""}),
        ("Meta", {"Base"}),
        ("set_", {"Base", "one"}),
        ("page", {""}),
        ("nowhere", set()),
    ],
)
def test_callers(name: str, expected: set[str]) -> None:
    assert CALLERS[name] == expected
    assert (name in CALLERS) is bool(expected)


def test_a_common_name_is_not_followed_to_the_end() -> None:
    text = "".join(f"def f{number}():\n    get()\n" for number in range(MOST_CALLERS * 2))
    assert MOST_CALLERS <= len(Callers(TreeTexts(MemoryTree({"a.py": text}), role_of))["get"]) < MOST_CALLERS * 2


TESTS = frozenset({"tests/test_cart.py"})


@pytest.mark.parametrize(
    ("callers", "mentions", "expected"),
    [
        ({}, {}, False),
        ({}, {"parse": TESTS}, True),
        ({"parse": {"load_all"}}, {"load_all": TESTS}, True),
        ({"parse": {"load"}}, {"load": TESTS}, False),
        ({"parse": {"load"}}, {"load": TESTS, "cart": TESTS}, True),
        ({"parse": {"load"}}, {"load": TESTS, "cart": frozenset({"tests/test_other.py"})}, False),
        ({"parse": {"_a"}, "_a": {"_b"}, "_b": {"Cart"}}, {"Cart": TESTS}, True),
        ({"parse": {"_a"}, "_a": {"parse"}}, {}, False),
        ({"parse": {""}}, {}, True),
        ({f"n{i}" if i else "parse": {f"n{i + 1}"} for i in range(20)}, {"n20": TESTS, "cart": TESTS}, False),
    ],
)
def test_reach(callers: dict[str, set[str]], mentions: dict[str, frozenset[str]], *, expected: bool) -> None:
    known = {name: frozenset(found) for name, found in callers.items()}
    assert is_reached(["parse"], "cart", known, mentions) is expected
