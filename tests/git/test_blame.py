"""Which commit wrote which line."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentaudit.git.blame import Origin
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo

ODD = os.fsdecode(b'caf\xe9 "x".py')


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


@pytest.fixture
def opened(repo: GitRepo) -> Iterator[Repository]:
    repository = Repository.open(str(repo.path))
    yield repository
    repository.close()


def test_lines_and_the_commits_that_wrote_them(repo: GitRepo, opened: Repository) -> None:
    base = repo.commit({"a.py": "one\ntwo\n"})
    second = repo.commit({"a.py": "one\ntwo\nthree\nfour\n"})
    repo.git("mv", "a.py", "b.py")
    head = repo.commit({"b.py": "zero\none\ntwo\nthree\nfour\n"})
    found = sorted(opened.origins(base, head, "b.py"), key=lambda it: it.line)
    assert found == [
        Origin(head, "b.py", 1, 1, 1),
        Origin(base, "a.py", 1, 2, 2),
        Origin(second, "a.py", 3, 4, 2),
    ]


def test_odd_names_are_taken_literally(repo: GitRepo, opened: Repository) -> None:
    base = repo.commit({"a.py": "one\n"})
    head = repo.commit({ODD: "one\n", "*.py": "x = 1\n", "-L": "y = 1\n"})
    assert [len(opened.origins(base, head, path)) for path in (ODD, "*.py", "-L")] == [1, 1, 1]


def test_what_is_not_there_has_no_origin(repo: GitRepo, opened: Repository) -> None:
    base = repo.commit({"a.py": "one\n"})
    head = repo.commit({"a.py": "two\n"})
    assert opened.origins(base, head, "none.py") == ()


def test_settings_of_the_repository_run_nothing_and_hide_nothing(
    repo: GitRepo, opened: Repository, tmp_path: Path
) -> None:
    base = repo.commit({"a.py": "one\n", ".gitattributes": "*.py diff=mine\n"})
    head = repo.commit({"a.py": "two\n"})
    repo.git("config", "diff.mine.textconv", f"touch {tmp_path}/ran; cat")
    (tmp_path / "ignored").write_text(f"{head}\n", encoding="utf-8")
    repo.git("config", "blame.ignoreRevsFile", str(tmp_path / "ignored"))
    assert [it.commit for it in opened.origins(base, head, "a.py")] == [head]
    assert not (tmp_path / "ran").exists()
