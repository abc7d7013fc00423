"""What hides outside of the files' text: in the index, in links, in the history of the clone."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.model import Finding
from tests.support.repo import GitRepo

CODE = {"shop/__init__.py": "", "shop/a.py": "A = 1\n", "shop/b.py": "B = 1\n"}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "repo")
    repo.commit(CODE)
    return repo


def found(repo: GitRepo, base: str = "HEAD") -> list[Finding]:
    return list(check(Request(str(repo.path), base=base)).findings)


def rows(repo: GitRepo) -> list[tuple[str, str, str]]:
    return [(it.rule, it.location.path, it.level.value) for it in found(repo)]


def test_edits_that_git_does_not_show(repo: GitRepo) -> None:
    repo.git("update-index", "--assume-unchanged", "shop/a.py", "shop/b.py")
    repo.write({"shop/a.py": "A = 2\n", "shop/b.py": "B = 2\n"})
    (it,) = (it for it in found(repo) if it.rule == "hidden-change")
    assert it.location.path == "shop/a.py"
    assert [place.path for place in it.related] == ["shop/b.py"]


def test_a_bit_on_a_file_that_is_as_it_was(repo: GitRepo) -> None:
    repo.git("update-index", "--assume-unchanged", "shop/a.py")
    assert found(repo) == []


def test_code_that_became_a_link_out_of_the_repository(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text("A = 3\n")
    (repo.path / "shop/a.py").unlink()
    (repo.path / "shop/a.py").symlink_to(tmp_path / "elsewhere.py")
    assert ("hidden-change", "shop/a.py", "error") in rows(repo)
    assert "unreadable-file" not in {rule for rule, *_ in rows(repo)}


def test_a_document_that_became_a_link_to_another(repo: GitRepo) -> None:
    repo.commit({"AGENTS.md": "# Rules\n", "CLAUDE.md": "# Rules\n"})
    (repo.path / "CLAUDE.md").unlink()
    (repo.path / "CLAUDE.md").symlink_to("AGENTS.md")
    assert rows(repo) == [("hidden-change", "CLAUDE.md", "note")]


def test_replaced_history_without_any_other_change(repo: GitRepo) -> None:
    repo.commit({"shop/a.py": "A = 2\n"})
    repo.git("replace", "HEAD~1", "HEAD")
    (it,) = found(repo)
    assert (it.rule, it.location.path) == ("moved-base", ".")
    assert "refs/replace/" in it.message
