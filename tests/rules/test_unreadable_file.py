"""Paths that are named and not read."""

from __future__ import annotations

from pathlib import Path

from pytest_agentaudit.audit import Request, check
from tests.support.repo import GitRepo

OID = "1" * 40


def rows(repo: GitRepo, base: str) -> list[tuple[str, str, str]]:
    found = check(Request(str(repo.path), base=base, head="HEAD")).findings
    return [(it.rule, it.location.path, it.level.value) for it in found]


def test_a_submodule_that_came_one_that_moved_on_and_one_that_went(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    before = repo.commit({"shop/__init__.py": ""})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{OID},vendored")
    repo.git("commit", "-qm", "Bring a submodule")
    assert rows(repo, before) == [("unreadable-file", "vendored", "warning")]

    between = repo.head
    repo.git("update-index", "--cacheinfo", f"160000,{'2' * 40},vendored")
    repo.git("commit", "-qm", "Move the submodule on")
    assert rows(repo, between) == [("unreadable-file", "vendored", "note")]

    between = repo.head
    repo.git("rm", "-q", "--cached", "vendored")
    repo.git("commit", "-qm", "Drop the submodule")
    assert rows(repo, between) == [("unreadable-file", "vendored", "note")]


def test_a_submodule_that_is_declared(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "repo")
    before = repo.commit({"shop/__init__.py": ""})
    repo.commit({".gitmodules": '[submodule "box"]\n\tpath = third/box\n\turl = https://example.org/box.git\n'})
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{OID},third/box")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{OID},box")
    repo.git("commit", "-qm", "Bring two submodules")
    assert rows(repo, before) == [("unreadable-file", "box", "warning"), ("unreadable-file", "third/box", "note")]
