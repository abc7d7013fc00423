"""Which lines differ, kept from one audit to the next."""

from __future__ import annotations

import pytest

from pytest_agentaudit.change import kept_hunks
from pytest_agentaudit.change.hunks import hunks
from pytest_agentaudit.change.kept_hunks import KeptHunks
from pytest_agentaudit.change.model import Hunk, Side
from pytest_agentaudit.store import Store
from tests.support.stores import MemoryStore

TEXTS = [(b"a\nb\n", b"a\nc\n"), (None, b"new\n"), (b"one\ntwo\n", b"two\n"), (b"gone\n", None)]
FOUND = [hunks(old or b"", new or b"") for old, new in TEXTS]


def side(content: bytes | None) -> Side | None:
    return None if content is None else Side("a.py", 0o100644, content)


PAIRS = [(side(old), side(new)) for old, new in TEXTS]


def unasked() -> Store:
    raise AssertionError("the store was opened")


def uncompared(_old: bytes, _new: bytes) -> tuple[Hunk, ...]:
    raise AssertionError("texts were compared")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    monkeypatch.setattr(kept_hunks, "WORTH_KEEPING", 10)
    return MemoryStore()


def test_few_texts_are_compared() -> None:
    assert KeptHunks(unasked)(PAIRS) == FOUND


def test_texts_are_compared_once(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KeptHunks(lambda: store)(PAIRS) == FOUND
    monkeypatch.setattr(kept_hunks, "hunks", uncompared)
    assert KeptHunks(lambda: store)([*reversed(PAIRS)]) == [*reversed(FOUND)]


def test_another_text_is_compared(store: MemoryStore) -> None:
    KeptHunks(lambda: store)(PAIRS)
    old, new = b"a\nb\n", b"x\na\nc\n"
    edited = [(side(old), side(new)), *PAIRS[1:]]
    assert KeptHunks(lambda: store)(edited) == [hunks(old, new), *FOUND[1:]]


@pytest.mark.parametrize("value", [b"", b"\xff", b"\x91\x93\x01\x02\x03"], ids=["empty", "odd", "short"])
def test_what_is_damaged_is_compared_anew(store: MemoryStore, value: bytes) -> None:
    KeptHunks(lambda: store)(PAIRS)
    store.values = dict.fromkeys(store.values, value)
    assert KeptHunks(lambda: store)(PAIRS) == FOUND
