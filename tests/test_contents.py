"""Contents of a large change, in memory and in a file."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

from pytest_agentaudit import contents
from pytest_agentaudit.contents import Shelf, Stored, size_of, whole, whole_if_any

TEXTS = (b"first\n", b"", b"second\n" * 1000, b"third\n")


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> int:
    """Bytes that stay in memory."""
    monkeypatch.setattr(contents, "IN_MEMORY", 10)
    return 10


@pytest.mark.usefixtures("room")
def test_what_does_not_fit_the_memory_stands_in_a_file() -> None:
    shelf = Shelf()
    held = [shelf.put(it) for it in TEXTS]
    assert [isinstance(it, Stored) for it in held] == [False, False, True, True]
    assert [whole(it) for it in held] == list(TEXTS)
    assert [size_of(it) for it in held] == [len(it) for it in TEXTS]
    assert held[0] is TEXTS[0]


def test_a_small_change_stays_in_memory() -> None:
    shelf = Shelf()
    assert all(shelf.put(it) is it for it in TEXTS)


@pytest.mark.usefixtures("room")
def test_equal_bytes_are_equal_wherever_they_are() -> None:
    shelf = Shelf()
    one, other, third = (shelf.put(it) for it in (TEXTS[2], TEXTS[2], TEXTS[2][:-1]))
    assert one == other == TEXTS[2] == one
    assert third != one != TEXTS[3]
    assert {TEXTS[2]: 1} == {one: 1}


def test_nothing_is_nothing() -> None:
    assert whole_if_any(None) is None
    assert whole_if_any(b"text") == b"text"


@pytest.mark.usefixtures("room")
def test_a_fork_reads_what_stood_there() -> None:
    shelf = Shelf()
    held = [shelf.put(it) for it in TEXTS]
    child = os.fork()
    if child == 0:
        os._exit(0 if [whole(it) for it in held] == list(TEXTS) else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _open_files() -> set[str]:
    return {str(it.readlink()) for it in Path("/proc/self/fd").iterdir() if it.is_symlink()}


@pytest.mark.usefixtures("room")
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="tells open files by /proc")
def test_the_file_has_no_name_and_goes_with_the_last_content() -> None:
    before = _open_files()
    shelf = Shelf()
    held = shelf.put(TEXTS[2])
    (mine,) = _open_files() - before
    assert mine.endswith("(deleted)")
    del shelf
    assert whole(held) == TEXTS[2]
    del held
    gc.collect()
    assert mine not in _open_files()


@pytest.mark.usefixtures("room")
@pytest.mark.parametrize("written", [None, 3], ids=["no file", "a part alone"])
def test_on_a_full_disk_all_stays_in_memory(written: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def pwrite(_file: int, _content: bytes, _at: int) -> int:
        if written is None:
            raise OSError("no space")
        return written

    monkeypatch.setattr(os, "pwrite", pwrite)
    shelf = Shelf()
    assert all(shelf.put(it) is it for it in TEXTS)


@pytest.mark.usefixtures("room")
def test_what_came_after_a_part_stands_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf, write = Shelf(), os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, content, at: write(file, content[:3], at))
    assert shelf.put(TEXTS[2]) is TEXTS[2]
    monkeypatch.setattr(os, "pwrite", write)
    assert whole(shelf.put(TEXTS[2])) == TEXTS[2]
