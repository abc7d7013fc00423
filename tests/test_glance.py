"""A glance says "nothing changed" only where that is certain; in all doubt it says nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.glance import glance
from tests.support.repo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit({"a.py": "A = 1\n", "shop/b.py": "B = 1\n", ".gitignore": "*.log\n", "old.txt": "old\n"})
    return made


def seen(repo: GitRepo, folder: str = "") -> tuple[str, str] | None:
    return glance(str(repo.path / folder))


def test_nothing_changed(repo: GitRepo) -> None:
    assert seen(repo) == (repo.head, "HEAD: nothing committed since main")
    assert seen(repo, "shop") == seen(repo)


def test_the_full_audit_agrees(repo: GitRepo) -> None:
    verdict = check(Request(str(repo.path)))
    assert (verdict.base, verdict.base_origin) == seen(repo)


def test_ignored_files_and_untouched_times_do_not_matter(repo: GitRepo) -> None:
    repo.write({"noise.log": "x"})
    os.utime(repo.path / "a.py", (1, 1))
    repo.git("update-index", "--refresh")
    assert seen(repo) is not None


def test_a_packed_repository(repo: GitRepo) -> None:
    repo.git("pack-refs", "--all")
    assert seen(repo) == (repo.head, "HEAD: nothing committed since main")


def test_a_second_work_tree(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "--detach", str(tmp_path / "second"), "HEAD")
    assert glance(str(tmp_path / "second")) == (repo.head, "HEAD: nothing committed since main")


def test_without_a_main_branch(repo: GitRepo) -> None:
    repo.git("branch", "-m", "trunk")
    assert seen(repo) == (repo.head, "HEAD: no upstream or main branch to compare with")


def test_a_shallow_clone_without_a_main_branch(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("switch", "-q", "-c", "work")
    repo.commit({"a.py": "A = 2\n"})
    repo.git("switch", "-q", "main")
    repo.git("clone", "-q", "--depth=1", "--branch=work", f"file://{repo.path}", str(tmp_path / "clone"))
    assert glance(str(tmp_path / "clone")) is None


def test_the_upstreams_default_branch_comes_first(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("clone", "-q", str(repo.path), str(tmp_path / "clone"))
    assert glance(str(tmp_path / "clone")) == (repo.head, "HEAD: nothing committed since origin/main")


def edit(repo: GitRepo) -> None:
    repo.write({"a.py": "A = 2\n"})


def stage(repo: GitRepo) -> None:
    edit(repo)
    repo.git("add", "a.py")


def stage_and_undo(repo: GitRepo) -> None:
    stage(repo)
    repo.write({"a.py": "A = 1\n"})


def add(repo: GitRepo) -> None:
    repo.write({"new.py": "N = 1\n"})


def delete(repo: GitRepo) -> None:
    (repo.path / "old.txt").unlink()


def change_mode(repo: GitRepo) -> None:
    (repo.path / "a.py").chmod(0o755)


def commit(repo: GitRepo) -> None:
    repo.git("switch", "-q", "-c", "feature")
    repo.commit({"a.py": "A = 2\n"})


def hide(repo: GitRepo) -> None:
    repo.git("update-index", "--assume-unchanged", "a.py")
    edit(repo)


def skip(repo: GitRepo) -> None:
    repo.git("update-index", "--skip-worktree", "a.py")
    edit(repo)


def same_size_and_time(repo: GitRepo) -> None:
    before = (repo.path / "a.py").stat()
    edit(repo)
    os.utime(repo.path / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    repo.git("config", "core.trustctime", "false")


def launder(repo: GitRepo) -> None:
    repo.git("config", "filter.wash.clean", "cat old.txt")
    edit(repo)


def name_a_base(repo: GitRepo) -> None:
    repo.commit({"pyproject.toml": "[tool.agentaudit]\nbase = 'origin/release'\n"})


def forget_head(repo: GitRepo) -> None:
    (repo.path / ".git" / "HEAD").write_text("ref: refs/heads/gone\n")


def rewrite_history(repo: GitRepo) -> None:
    repo.git("replace", "HEAD", repo.git("commit-tree", "HEAD^{tree}", "-m", "another").strip())


def rewrite_history_and_pack(repo: GitRepo) -> None:
    rewrite_history(repo)
    repo.git("pack-refs", "--all")


def point_elsewhere(repo: GitRepo) -> None:
    repo.git("config", "core.worktree", str(repo.path.parent))


@pytest.mark.parametrize(
    "doubt",
    [
        edit,
        stage,
        stage_and_undo,
        add,
        delete,
        change_mode,
        commit,
        hide,
        skip,
        same_size_and_time,
        launder,
        name_a_base,
        forget_head,
        point_elsewhere,
        rewrite_history,
        rewrite_history_and_pack,
    ],
)
def test_in_doubt_the_auditor_is_asked(repo: GitRepo, doubt: Callable[[GitRepo], None]) -> None:
    assert seen(repo) is not None
    doubt(repo)
    assert seen(repo) is None


def test_no_repository(tmp_path: Path) -> None:
    assert glance(str(tmp_path)) is None


def test_no_git(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "relative")
    assert seen(repo) is None


def test_a_broken_index(repo: GitRepo) -> None:
    (repo.path / ".git" / "index").write_bytes(b"nonsense")
    assert seen(repo) is None
