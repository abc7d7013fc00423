"""Pipes, sockets, links, huge files and submodules in the work tree: nothing hangs, each is named, the rest is read."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.support.bad_input import OddRepo, Row, found
from tests.support.repo import GitRepo

HUGE = 1 << 40
"""Bytes of a file that holds nothing: more than any disk or memory here."""


@pytest.fixture
def special(repo: OddRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OddRepo:
    """A tracked file became a pipe; the rest is new."""
    source = repo.path / "src"
    (source / "spare.py").unlink()
    os.mkfifo(source / "spare.py")
    os.mkfifo(source / "pipe.py")
    monkeypatch.chdir(source)  # a socket's whole path may have 108 bytes at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("server.py")
    (source / "dangling.py").symlink_to("nowhere.py")
    (source / "loop.py").symlink_to("loop.py")
    for name in ("src/huge.py", "data.bin"):
        with (repo.path / name).open("wb") as file:
            file.truncate(HUGE)
    vendored = GitRepo(tmp_path / "vendored")
    vendored.commit({"code.py": "VALUE = 1  # noqa\n"})
    repo.git("submodule", "add", "-q", str(vendored.path), "vendored")
    return repo


EXPECTED: dict[Row, tuple[str, str]] = {
    ("src/spare.py", 1, "unreadable-file", "error"): ("a named pipe", "remove it: git cannot store it"),
    ("src/dangling.py", 1, "unreadable-file", "warning"): ("symlink to nowhere.py", "look at what it points to"),
    ("src/loop.py", 1, "unreadable-file", "warning"): ("symlink to loop.py", "look at what it points to"),
    ("src/huge.py", 1, "unreadable-file", "error"): ("larger than 10 MiB", "split it, or keep data out of git"),
    ("data.bin", 1, "unreadable-file", "warning"): ("larger than 10 MiB", "split it, or keep data out of git"),
    ("vendored", 1, "unreadable-file", "note"): ("submodule", "audit them in its own repository"),
}
"""An untracked pipe or socket is missing here: git stores none, so it is no part of the change."""


def test_special_files(special: OddRepo, command: str) -> None:
    answer = special.audit(command)
    found(answer, *EXPECTED)
    for (path, *_), (cause, way_out) in EXPECTED.items():
        assert f"not read: {cause}." in answer.finding(path)
        assert way_out in answer.finding(path)
    assert ".gitmodules" not in answer.text
