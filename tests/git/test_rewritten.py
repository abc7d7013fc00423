"""Histories that git shows otherwise than the objects hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"a.py": "A = 1\n"})
    repo.commit({"a.py": "A = 2\n"})
    return repo


def said(path: Path) -> tuple[str, ...]:
    opened = Repository.open(str(path))
    try:
        return opened.rewritten()
    finally:
        opened.close()


def test_a_plain_history(repo: GitRepo) -> None:
    assert said(repo.path) == ()


def test_replaced_objects(repo: GitRepo) -> None:
    repo.git("replace", "HEAD~1", "HEAD")
    (clause,) = said(repo.path)
    assert "refs/replace/" in clause
    repo.git("pack-refs", "--all")
    assert said(repo.path) == (clause,)


def test_grafts(repo: GitRepo) -> None:
    repo.write({".git/info/grafts": f"{repo.ask('rev-parse', 'HEAD')}\n"})
    (clause,) = said(repo.path)
    assert "info/grafts" in clause


def test_a_linked_work_tree(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("replace", "HEAD~1", "HEAD")
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    assert len(said(tmp_path / "other")) == 1


def test_edits_that_the_index_hides(repo: GitRepo) -> None:
    repo.commit({"b.py": "B = 1\n", "c.py": "C = 1\n"})
    repo.git("update-index", "--assume-unchanged", "a.py")
    repo.git("update-index", "--skip-worktree", "b.py", "c.py")
    repo.write({"a.py": "A = 3\n", "b.py": "B = 2\n"})
    opened = Repository.open(str(repo.path))
    try:
        assert opened.work_tree().unwatched() == {"a.py", "b.py"}
    finally:
        opened.close()
