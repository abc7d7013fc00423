"""The index as the head of a change: what is staged, neither more nor less."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo

BAD = "# ruff: noqa\nPRICE = 1\n"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n", "old.py": "OLD = 1\n"})
    return repo


def places(repo: GitRepo, **environ: str) -> list[str]:
    verdict = check(Request(str(repo.path), staged=True, environ=environ))
    return [f"{it.location.path}:{it.rule}" for it in verdict.findings]


def test_only_what_is_staged_is_audited(repo: GitRepo) -> None:
    repo.write({"shop.py": BAD, "new.py": BAD})
    assert places(repo) == []
    repo.git("add", "new.py")
    assert places(repo) == ["new.py:file-suppression"]
    repo.write({"new.py": "PRICE = 1\n"})
    assert places(repo) == ["new.py:file-suppression"]


def test_commits_of_the_branch_are_a_part_of_it(repo: GitRepo) -> None:
    repo.git("switch", "-q", "-c", "work")
    repo.commit({"new.py": BAD})
    repo.write({"shop.py": "PRICE = 2\n"})
    repo.git("add", "-A")
    verdict = check(Request(str(repo.path), staged=True))
    assert [it.location.path for it in verdict.findings] == ["new.py"]
    assert verdict.base_origin == "merge base with main; what is staged"
    assert (verdict.head, verdict.stats.files) == ("", 2)


def test_the_index_of_a_partial_commit(repo: GitRepo) -> None:
    """`git commit PATH` shows its hooks an index of its own, and `git commit -a` the lock of the real one."""
    seen = repo.path.parent / "seen"
    hook = repo.path / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nprintf "%s" "$GIT_INDEX_FILE" > {seen}\ncp "$GIT_INDEX_FILE" .git/kept\nexit 1\n')
    hook.chmod(0o755)
    repo.write({"shop.py": BAD, "new.py": BAD})
    repo.git("add", "new.py")
    repo.git("-c", "alias.try=!git commit -qm x shop.py || true", "try")
    assert "next-index" in seen.read_text()
    assert places(repo) == ["new.py:file-suppression"]
    assert places(repo, GIT_INDEX_FILE=".git/kept") == ["shop.py:file-suppression"]


def test_files_links_and_absent_paths(repo: GitRepo) -> None:
    (repo.path / "link").symlink_to("shop.py")
    repo.write({"old.py": None})
    repo.git("add", "-A")
    opened = Repository.open(str(repo.path))
    tree = opened.staged()
    try:
        assert tree.changed(opened.resolve("HEAD")) == ("link", "old.py")
        tree.expect(["link", "old.py", "shop.py"])
        assert tree.read("link") == b"shop.py"
        assert tree.read("shop.py") == b"PRICE = 1\n"
        assert tree.read("old.py") is None
        assert tree.reason("old.py") == "submodule"
    finally:
        opened.close()


def test_an_unsettled_merge_cannot_be_audited(repo: GitRepo) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.commit({"shop.py": "PRICE = 2\n"})
    repo.git("switch", "-q", "main")
    repo.commit({"shop.py": "PRICE = 3\n"})
    repo.git("-c", "alias.try=!git merge other || true", "try")
    with pytest.raises(AuditError, match=r"shop\.py is unmerged in the index"):
        places(repo)


def test_an_index_elsewhere_is_refused(repo: GitRepo, tmp_path: Path) -> None:
    with pytest.raises(AuditError, match=r"GIT_INDEX_FILE names .*, which is not in "):
        places(repo, GIT_INDEX_FILE=str(tmp_path / "index"))


def test_a_bare_repository_has_no_index(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n"})
    bare = repo.clone(tmp_path / "bare", "--bare")
    with pytest.raises(AuditError, match="a bare repository has no index"):
        places(bare)
