from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo


@pytest.fixture
def opened() -> Iterator[Callable[[GitRepo | Path], Repository]]:
    repositories = []

    def open_(repo: GitRepo | Path) -> Repository:
        repositories.append(Repository.open(str(repo.path if isinstance(repo, GitRepo) else repo)))
        return repositories[-1]

    yield open_
    for repository in repositories:
        repository.close()


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")
