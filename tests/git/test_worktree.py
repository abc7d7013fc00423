from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.git.worktree import WorkTree
from tests.support.repo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


@contextmanager
def looked(repo: GitRepo) -> Iterator[tuple[tuple[str, ...], WorkTree]]:
    """The changed paths against HEAD, and the work tree."""
    repository = Repository.open(str(repo.path))
    try:
        yield repository.changed(repository.resolve("HEAD"), None), repository.work_tree()
    finally:
        repository.close()


def changed(repo: GitRepo) -> tuple[str, ...]:
    with looked(repo) as (paths, _):
        return paths


def test_staged_unstaged_untracked_and_deleted(repo: GitRepo) -> None:
    names = ("same.py", "staged.py", "edited.py", "removed.py", "deleted.py")
    repo.commit(dict.fromkeys(names, "1\n") | {".gitignore": "*.log\n"})
    repo.write({"staged.py": "2\n"})
    repo.git("add", "staged.py")
    repo.git("rm", "-q", "removed.py")
    repo.write({"edited.py": "2\n", "deleted.py": None, "new/file.py": "3\n", "noise.log": "x"})
    with looked(repo) as (paths, tree):
        assert paths == ("deleted.py", "edited.py", "new/file.py", "removed.py", "staged.py")
        assert set(tree.entries()) == {".gitignore", "same.py", "staged.py", "edited.py", "new/file.py"}
        assert tree.read("new/file.py") == b"3\n"
        assert tree.read("staged.py") == tree.read("edited.py") == b"2\n"
        assert tree.read("same.py") == b"1\n"
        assert tree.read("deleted.py") is None
        assert tree.read("noise.log") is None


def test_nothing_changed(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    assert changed(repo) == ()


def test_touched_but_equal_files_are_no_change(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n", "b.py": "2\n"})
    for name in ("a.py", "b.py"):
        os.utime(repo.path / name, (1, 1))
    assert changed(repo) == ()


@pytest.mark.parametrize("bit", ["--assume-unchanged", "--skip-worktree"])
def test_bits_that_hide_a_file_do_not_hide_its_change(repo: GitRepo, bit: str) -> None:
    repo.commit({"a.py": "1\n", "b.py": "1\n"})
    repo.git("update-index", bit, "a.py", "b.py")
    repo.write({"a.py": "2\n"})
    with looked(repo) as (paths, tree):
        assert paths == ("a.py",)
        assert tree.read("a.py") == b"2\n"


def test_sparse_checkout_leaves_files_out_without_changing_them(repo: GitRepo) -> None:
    repo.commit({"in/a.py": "1\n", "out/b.py": "1\n"})
    repo.git("sparse-checkout", "set", "in")
    assert not (repo.path / "out").exists()
    with looked(repo) as (paths, tree):
        assert paths == ()
        assert tree.read("out/b.py") == b"1\n"


def test_file_deleted_under_assume_unchanged(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    repo.git("update-index", "--assume-unchanged", "a.py")
    repo.write({"a.py": None})
    with looked(repo) as (paths, tree):
        assert paths == ("a.py",)
        assert "a.py" not in tree.entries()


def test_file_put_in_place_with_the_old_time_and_size(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    os.utime(repo.path / "a.py", (1_600_000_000, 1_600_000_000))
    repo.git("update-index", "--refresh")
    repo.git("config", "core.trustctime", "false")
    repo.git("config", "core.checkStat", "minimal")
    (repo.path.parent / "other").write_text("2\n")
    os.utime(repo.path.parent / "other", (1_600_000_000, 1_600_000_000))
    (repo.path.parent / "other").replace(repo.path / "a.py")
    assert repo.git("diff-files") == b""
    assert changed(repo) == ("a.py",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.fsmonitor", "{program}"),
        ("diff.external", "{program}"),
        ("diff.x.textconv", "{program}"),
        ("filter.x.clean", "{program}"),
        ("filter.x.process", "{program}"),
        ("filter.a b.clean", "{program}"),
        ("core.attributesFile", "{program}"),
        ("core.ignoreStat", "true"),
        ("core.ignoreCase", "true"),
        ("core.quotePath", "true"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.relative", "true"),
        ("diff.renames", "copies"),
        ("diff.orderFile", "{program}"),
        ("core.untrackedCache", "true"),
        ("status.showUntrackedFiles", "no"),
        ("include.path", "{program}"),
    ],
)
def test_settings_of_the_repository_neither_run_code_nor_hide_a_change(repo: GitRepo, key: str, value: str) -> None:
    program = repo.path.parent / "program"
    program.write_text(f"#!/bin/sh\ntouch {repo.path.parent}/ran\ncat\n" if key != "include.path" else "[diff]\n")
    program.chmod(0o755)
    repo.commit({"a.py": "1\n", "A2.py": "1\n", ".gitattributes": "*.py filter=x diff=x\n"})
    repo.git("config", key, value.format(program=program))
    if key == "filter.a b.clean":
        (repo.path / ".git" / "info" / "attributes").write_text("*.py filter=x\n")
    repo.write({"a.py": "2\n", "a2.py": "3\n"})
    (repo.path.parent / "ran").unlink(missing_ok=True)
    assert changed(repo) == ("a.py", "a2.py")
    assert not (repo.path.parent / "ran").exists()


@pytest.mark.parametrize(
    ("attributes", "autocrlf"),
    [("", "true"), ("", "input"), ("* text=auto\n", "false"), ("*.py text\n", "false"), ("*.py eol=crlf\n", "false")],
)
def test_line_ends_of_the_checkout_are_no_change(repo: GitRepo, attributes: str, autocrlf: str) -> None:
    repo.commit({"a.py": "one\ntwo\n", "b.py": "one\n", ".gitattributes": attributes})
    repo.git("config", "core.autocrlf", autocrlf)
    repo.write({"a.py": "one\r\nTWO\r\n", "b.py": "one\r\n", "new.py": "x\r\n"})
    with looked(repo) as (paths, tree):
        assert paths == ("a.py", "new.py")
        assert tree.read("a.py") == b"one\nTWO\n"
        assert tree.read("new.py") == b"x\n"


@pytest.mark.parametrize(
    ("attributes", "autocrlf", "old"),
    [
        ("", "false", "one\n"),
        ("*.py -text\n", "true", "one\n"),
        ("* text=auto\n", "false", "one\r\ntwo\n"),
        ("", "true", "one\r\n"),
    ],
)
def test_line_ends_that_git_would_store_are_kept(repo: GitRepo, attributes: str, autocrlf: str, old: str) -> None:
    repo.git("config", "core.autocrlf", "false")
    blob = repo.git("hash-object", "-w", "--stdin", stdin=old.encode()).decode().strip()
    repo.commit({".gitattributes": attributes, "a.py": old})
    repo.git("update-index", "--cacheinfo", f"100644,{blob},a.py")
    repo.git("commit", "-q", "--allow-empty", "-m", "as it is")
    repo.git("config", "core.autocrlf", autocrlf)
    repo.write({"a.py": "edited\r\n"})
    with looked(repo) as (paths, tree):
        assert paths == ("a.py",)
        assert tree.read("a.py") == b"edited\r\n"


def test_special_files_do_not_hang(repo: GitRepo) -> None:
    repo.commit({"pipe.py": "1\n", "dir.py": "1\n", "link.py": "1\n"})
    repo.write({"pipe.py": None, "dir.py": None, "link.py": None})
    os.mkfifo(repo.path / "pipe.py")
    repo.write({"dir.py/inside.py": "1\n"})
    (repo.path / "link.py").symlink_to("/etc/passwd")
    os.mkfifo(repo.path / "untracked")
    with looked(repo) as (paths, tree):
        assert paths == ("dir.py", "dir.py/inside.py", "link.py", "pipe.py")
        assert tree.read("pipe.py") is None
        assert tree.reason("pipe.py") == "a named pipe"
        assert tree.read("link.py") == b"/etc/passwd"
        assert "dir.py" not in tree.entries()


def test_folder_that_became_a_link_is_not_followed(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"pkg/a.py": "1\n"})
    repo.write({"pkg/a.py": None})
    (repo.path / "pkg").rmdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.py").write_text("2\n")
    (repo.path / "pkg").symlink_to(tmp_path / "outside")
    with looked(repo) as (paths, tree):
        assert paths == ("pkg", "pkg/a.py")
        assert tree.read("pkg/a.py") is None
        assert oct(tree.entries()["pkg"].mode) == "0o120000"


def test_large_file(repo: GitRepo) -> None:
    large = b"x" * 11_000_000
    repo.commit({"same.bin": large, "edited.bin": large})
    repo.write({"edited.bin": large + b"y"})
    os.utime(repo.path / "same.bin", (1, 1))
    with (repo.path / "huge.bin").open("wb") as file:
        file.truncate(2 * 1024**4)
    with looked(repo) as (paths, tree):
        assert paths == ("edited.bin", "huge.bin")
        assert tree.read("edited.bin") is None
        assert tree.reason("edited.bin") == tree.reason("huge.bin") == "larger than 10 MiB"


def test_unreadable_file(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    script = (
        "import os, sys\n"
        "from pytest_agentaudit.git.files import observe\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "print(observe(sys.argv[1], 'a.py', 'sha1').reason)\n"
    )
    (repo.path / "a.py").chmod(0)
    for folder in (repo.path, *repo.path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", script, str(repo.path)], capture_output=True, check=True)
    assert done.stdout == b"cannot be read: Permission denied\n"


def test_read_once(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    repo.write({"a.py": "2\n", "new.py": "3\n"})
    with looked(repo) as (_, tree):
        repo.write({"a.py": "9\n", "new.py": None})
        assert tree.read("a.py") == b"2\n"
        assert tree.read("new.py") == b"3\n"


def test_nested_repository_and_unignored_environment_are_named(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    GitRepo(repo.path / "nested").commit({"b.py": "1\n"})
    repo.write({"env/pyvenv.cfg": "home = /usr\n", "env/lib/site.py": "1\n", "pkg/pyvenv.cfg": "", "pkg/new.py": "1\n"})
    repo.write({"pkg/__init__.py": ""})
    repo.git("add", "pkg/__init__.py")
    with looked(repo) as (paths, tree):
        assert paths == ("pkg/__init__.py", "pkg/new.py", "pkg/pyvenv.cfg")
        assert set(tree.named()) == {"nested", "env"}


def test_users_own_ignore_file_counts(repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit({"a.py": "1\n"})
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "config" / "git").mkdir(parents=True)
    (tmp_path / "config" / "git" / "ignore").write_text(".idea/\n")
    repo.write({".idea/workspace.xml": "x", "new.py": "1\n"})
    assert changed(repo) == ("new.py",)


def test_odd_names(repo: GitRepo) -> None:
    names = ("with space.py", 'quo"te.py', "new\nline.py", "\u00fcml.py", "lone\udcff.py")
    repo.commit(dict.fromkeys(names[:2], "1\n"))
    repo.write(dict.fromkeys(names, "2\r\n"))
    repo.git("config", "core.autocrlf", "true")
    with looked(repo) as (paths, tree):
        assert paths == tuple(sorted(names))
        assert {tree.read(name) for name in names} == {b"2\n"}


def test_executable_bit(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n", "b.py": "1\n"})
    (repo.path / "a.py").chmod(0o755)
    assert changed(repo) == ("a.py",)
    repo.git("config", "core.fileMode", "false")
    assert changed(repo) == ()


def test_conflict(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "-b", "other")
    repo.commit({"a.py": "2\n"})
    repo.git("checkout", "-q", "main")
    repo.commit({"a.py": "3\n"})
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "-q", "other")
    with looked(repo) as (paths, tree):
        assert paths == ("a.py",)
        assert b"<<<<<<<" in (tree.read("a.py") or b"")


def test_read_only_work_tree_is_left_as_it_is(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    os.utime(repo.path / "a.py", (1, 1))
    before = (repo.path / ".git" / "index").read_bytes()
    assert changed(repo) == ()
    assert (repo.path / ".git" / "index").read_bytes() == before


def test_submodule_commit(repo: GitRepo, tmp_path: Path) -> None:
    inner = GitRepo(tmp_path / "inner")
    inner.commit({"x.py": "1\n"})
    repo.git("submodule", "add", "-q", str(inner.path), "sub")
    repo.commit()
    assert changed(repo) == ()
    sub = GitRepo(repo.path / "sub", create=False)
    sub.commit({"x.py": "2\n"})
    with looked(repo) as (paths, tree):
        assert paths == ("sub",)
        assert tree.read("sub") is None
        assert tree.reason("sub") == "submodule"
