"""One value in a store."""

from __future__ import annotations

import pytest

from pytest_agentaudit.facts.shelf import Shelf
from tests.support.stores import MemoryStore


def shelf(store: MemoryStore, name: bytes = b"base") -> Shelf[dict[str, list[int]]]:
    return Shelf(store, lambda: name, dict[str, list[int]])


def test_a_value_is_found_again_under_its_name() -> None:
    store = MemoryStore()
    assert shelf(store).read() is None
    shelf(store).write({"total": [1, 2]})
    assert shelf(store).read() == {"total": [1, 2]}
    assert shelf(store, b"another").read() is None


@pytest.mark.parametrize("value", [b"", b"\xff", b"\x93\x01\x02\x03"], ids=["empty", "odd", "of another type"])
def test_what_is_damaged_is_not_there(value: bytes) -> None:
    store = MemoryStore()
    store.write({b"base": value})
    assert shelf(store).read() is None


def test_a_name_that_cannot_be_kept_is_not() -> None:
    store = MemoryStore()
    shelf(store).write({"form: \ud800": [1]})
    assert store.values == {}
