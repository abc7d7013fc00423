"""Repositories and clones that lack something: one message with the way out, and the tests run all the same."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.bad_input import BASE, QUIETED, OddRepo, audit, could_not_audit, found
from tests.support.repo import GitRepo


def test_no_repository(tmp_path: Path, command: str) -> None:
    folder = tmp_path / "plain"
    for name, content in BASE.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    answer = audit(folder, command)
    could_not_audit(answer, command, f"{folder} is not in a git repository", "or begin here: git init && git add -A")


def test_no_commits(tmp_path: Path, command: str) -> None:
    repo = GitRepo(tmp_path / "new")
    repo.write(BASE)
    answer = audit(repo.path, command)
    could_not_audit(answer, command, "this repository has no commits yet", "git add -A && git commit")


def test_an_unknown_revision(repo: OddRepo, command: str) -> None:
    answer = repo.audit(command, base="v99")
    cause = "the base: no commit 'v99' in this clone"
    could_not_audit(answer, command, cause, "fetch it (git fetch origin), or list what there is: git branch --all")


def test_no_merge_base(repo: OddRepo, command: str) -> None:
    repo.git("checkout", "-q", "--orphan", "unrelated")
    repo.commit()
    answer = repo.audit(command)
    cause = "the change and main have no commit in common"
    could_not_audit(answer, command, cause, "name another base (--agent-audit-base=REV, or --base REV)")


def test_a_shallow_clone(repo: OddRepo, tmp_path: Path, command: str) -> None:
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.commit({"src/other.py": "OTHER = 1\n"})
    clone = repo.clone(tmp_path / "clone", "--depth=1", "--no-single-branch", "--branch=feature")
    answer = audit(clone.path, command)
    cause = "this clone is shallow and has no merge base with origin/main"
    could_not_audit(
        answer, command, cause, "git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth"
    )


def test_a_shallow_clone_that_reaches_the_merge_base(repo: OddRepo, tmp_path: Path, command: str) -> None:
    repo.git("checkout", "-q", "-b", "feature")
    repo.commit()
    repo.git("checkout", "-q", "main")
    clone = repo.clone(tmp_path / "clone", "--depth=2", "--no-single-branch", "--branch=feature")
    answer = audit(clone.path, command)
    found(answer)


def test_a_detached_head(repo: OddRepo, command: str) -> None:
    repo.git("checkout", "-q", "--detach")
    repo.commit()
    answer = repo.audit(command)
    found(answer)
    assert "(merge base with main)" in answer.text


def test_no_git_on_the_path(repo: OddRepo, tmp_path: Path, command: str) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    answer = repo.audit(command, environ={"PATH": str(empty)})
    could_not_audit(answer, command, "there is no git on PATH", "install git, or put its folder on PATH")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository to another user")
def test_dubious_ownership(repo: OddRepo, command: str) -> None:
    for path in (repo.path, *repo.path.rglob("*")):
        os.lchown(path, 12_345, 12_345)
    answer = repo.audit(command)
    cause = f"git does not trust {repo.path}: it belongs to another user"
    could_not_audit(answer, command, cause, f"git config --global --add safe.directory {repo.path}")


def test_a_read_only_work_tree(repo: OddRepo, command: str) -> None:
    with read_only(repo.path) as wrapper:
        answer = repo.audit(command, wrapper=wrapper)
    found(answer)


def test_nothing_changed(repo: OddRepo, command: str) -> None:
    repo.git("checkout", "-q", "--", ".")
    answer = repo.audit(command)
    assert answer.status == 0, answer.text
    assert f"nothing to audit: no change since {repo.head[:7]}" in answer.text
    assert "name what they are compared with: --agent-audit-base=HEAD~1" in answer.text
    assert "no finding" not in answer.text


def test_no_such_folder(repo: OddRepo) -> None:
    answer = audit(repo.path, "check", "--repo", "nowhere")
    could_not_audit(answer, "check", "nowhere does not exist", "name a folder of a work tree, or a bare repository")


def test_a_file_for_a_folder(repo: OddRepo) -> None:
    answer = audit(repo.path, "check", "--repo", "src/label.py")
    could_not_audit(answer, "check", "src/label.py is a file, not a folder", "name a folder of a work tree")


@pytest.mark.parametrize(
    ("command", "option", "status"),
    [
        ("check", "--fail-on=never-ever", 2),
        ("check", "--report=jsn", 2),
        ("pytest", "--agent-audit-fail-on=never-ever", 4),
        ("pytest", "--agent-audit-report=jsn", 4),
    ],
)
def test_a_mistyped_option_is_a_usage_error(repo: OddRepo, command: str, option: str, status: int) -> None:
    answer = repo.audit(command, option)
    assert answer.status == status, answer.text
    assert option.partition("=")[2] in answer.text
    assert "json" in answer.text or "choose from" in answer.text
    assert answer.report == {}


def test_the_change_of_these_tests_is_found_without_anything_odd(repo: OddRepo, command: str) -> None:
    answer = repo.audit(command)
    found(answer)
    assert repo.ask("diff", "--name-only") == "\n".join(QUIETED)


@contextmanager
def read_only(folder: Path) -> Iterator[list[str]]:
    """A folder that the command run behind the yielded words cannot write to."""
    if os.geteuid():
        paths = [folder, *(path for path in folder.rglob("*") if not path.is_symlink())]
        modes = {path: path.stat().st_mode for path in paths}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        try:
            yield []
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    # Modes do not bind root: a mount of its own does.
    unshare, shell = shutil.which("unshare"), shutil.which("sh")
    if unshare is None or shell is None:
        pytest.skip("there is no unshare to give root a read-only work tree")
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'
    wrapper = [unshare, "--mount", shell, "-c", mount, str(folder)]
    tried = subprocess.run([*wrapper, "touch", "written"], cwd=folder, capture_output=True, text=True, check=False)
    if "Read-only file system" not in tried.stderr:
        pytest.skip(f"root cannot have a read-only work tree here: {tried.stderr}")
    yield wrapper
