"""Trees that are listed one after the other: what they share is gone through once, and that changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from pytest_agentaudit import contents
from pytest_agentaudit.change import FileRole
from pytest_agentaudit.change.tree import compare
from pytest_agentaudit.contents import Stored
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo

Opener = Callable[[GitRepo | Path], Repository]


def test_the_order_of_listing_makes_no_difference(repo: GitRepo, opened: Opener) -> None:
    commits = [
        repo.commit(
            {"same.py": "1\n", "a/b/edited.py": "1\n", "a/kept.py": "1\n", "turned": "1\n", "gone/x.py": "1\n"}
        ),
        repo.commit({"a/b/edited.py": "2\n", "gone/x.py": None, "new/y.py": "3\n", "turned": None}),
        repo.commit({"turned/inside.py": "1\n", "a/b/edited.py": None}),
        repo.commit({"new/y.py": None}),
    ]
    (repo.path / "new").rmdir()
    commits.append(repo.commit({"new": "a file now\n"}))
    alone = {commit: dict(opened(repo).tree(commit).entries()) for commit in commits}
    assert alone[commits[-1]].keys() == {"same.py", "a/kept.py", "turned/inside.py", "new"}
    for order in permutations(commits):
        together = opened(repo)
        assert {commit: dict(together.tree(commit).entries()) for commit in order} == alone


def test_a_commit_listed_twice(repo: GitRepo, opened: Opener) -> None:
    commit = repo.commit({"a.py": "1\n"})
    repository = opened(repo)
    assert repository.tree(commit).entries() == repository.tree(commit).entries() != {}


def test_what_stands_in_a_file_is_read_there(repo: GitRepo, opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "IN_MEMORY", 0)
    base = repo.commit({"kept.py": "kept\n", "edited.py": "1\n", "dirty.py": "1\n"})
    last = repo.commit({"edited.py": "2\n"})
    repo.write({"dirty.py": "2\n"})
    repository = opened(repo)
    old = repository.tree(base)
    for new, path, text in (
        (repository.tree(last), "edited.py", b"2\n"),
        (repository.staged(), "edited.py", b"2\n"),
        (repository.work_tree(), "dirty.py", b"2\n"),
        (repository.work_tree(), "edited.py", b"2\n"),
    ):
        pairs, _ = compare(old, new, lambda _path, _content: FileRole.PRODUCT)
        (found,) = (it.new for it in pairs if it.path == path and it.new)
        assert isinstance(found.held, Stored)
        assert new.held(path) is found.held
        assert found.content == new.read(path) == text
        assert isinstance(new.held("kept.py"), bytes)
