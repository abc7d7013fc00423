"""Trees that are listed one after the other: what they share is gone through once, and that changes no answer."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations
from pathlib import Path

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
