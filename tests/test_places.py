from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from pytest_agentaudit.places import (
    content,
    folders_of,
    from_home,
    is_file,
    is_folder,
    make_folder,
    names_in,
    stem,
    suffix,
)

PATHS = ["a.py", "src/a.tar.gz", "deep/er/.hidden", "deep/Makefile", ".a.b", "a/b/c/d.pyi"]


@pytest.mark.parametrize("path", PATHS)
def test_names_are_split_as_pathlib_splits_them(path: str) -> None:
    assert (stem(path), suffix(path)) == (PurePosixPath(path).stem, PurePosixPath(path).suffix)


@pytest.mark.parametrize("path", PATHS)
def test_folders_are_those_of_pathlib(path: str) -> None:
    assert folders_of(path) == ["" if it == PurePosixPath() else str(it) for it in PurePosixPath(path).parents]


def test_nothing_stands_above_nothing() -> None:
    assert folders_of("") == []


def test_links_are_followed(tmp_path: Path) -> None:
    make_folder(f"{tmp_path}/a/b")
    (tmp_path / "a" / "text").write_bytes(b"four")
    (tmp_path / "link").symlink_to("a/text")
    (tmp_path / "lost").symlink_to("nowhere")
    assert [is_file(f"{tmp_path}/{name}") for name in ("a", "a/text", "link", "lost", "none")] == [
        *(False, True, True, False, False)
    ]
    assert [is_folder(f"{tmp_path}/{name}") for name in ("a", "a/text", "lost")] == [True, False, False]
    assert (content(f"{tmp_path}/link"), content(f"{tmp_path}/link", 2)) == (b"four", b"fo")
    assert sorted(names_in(f"{tmp_path}/a")) == ["b", "text"]


def test_what_cannot_be_looked_at_is_no_file() -> None:
    assert not is_file("a\0b")
    assert not is_folder("a\0b")


def test_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert from_home("~/.config") == "/home/ann/.config"
    assert from_home("/etc/~") == "/etc/~"
    assert from_home("~nobody-of-that-name/x") == ""
