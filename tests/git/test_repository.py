from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.command import Git
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.process import Completed
from tests.support.repo import GitRepo

ODD_NAMES = (
    "with space.py",
    'quo"te.py',
    "tab\t.py",
    "new\nline.py",
    "\u00fcml\u00e4ut.py",
    "e\u0301.py",
    "lone\udcff.py",
    "-dash.py",
    ":colon.py",
)


Opener = Callable[[GitRepo | Path], Repository]


def test_not_a_repository(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="is not in a git repository") as caught:
        Repository.open(str(tmp_path))
    assert "git init" in caught.value.way_out


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="gone does not exist"):
        Repository.open(str(tmp_path / "gone"))


def test_no_git_on_path(repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AuditError, match="no git on PATH"):
        Repository.open(str(repo.path))


def test_program_in_the_audited_folder_is_not_taken_for_git(
    repo: GitRepo, monkeypatch: pytest.MonkeyPatch, opened: Opener
) -> None:
    fake = repo.path / "git"
    fake.write_text(f"#!/bin/sh\ntouch {repo.path}/ran\n")
    fake.chmod(0o755)
    monkeypatch.chdir(repo.path)
    monkeypatch.setenv("PATH", os.pathsep.join((".", "", os.environ["PATH"])))
    opened(repo)
    assert not (repo.path / "ran").exists()


def test_no_commits(repo: GitRepo, opened: Opener) -> None:
    with pytest.raises(AuditError, match="no commits yet"):
        opened(repo).resolve("HEAD")


@pytest.mark.parametrize("rev", ["no-such-branch", "", "--all", "HEAD~7", "deadbeef", "a\0b", "HEAD:a.py"])
def test_unknown_revision(repo: GitRepo, opened: Opener, rev: str) -> None:
    repo.commit({"a.py": "1\n"})
    with pytest.raises(AuditError, match=re.escape(repr(rev))):
        opened(repo).resolve(rev)


def test_resolves_branch_tag_short_name_and_detached_head(repo: GitRepo, opened: Opener) -> None:
    first = repo.commit({"a.py": "1\n"})
    repo.git("tag", "-a", "-m", "one", "v1")
    second = repo.commit({"a.py": "2\n"})
    repo.git("checkout", "-q", "--detach")
    repository = opened(repo)
    assert repository.resolve("HEAD") == repository.resolve("main") == repository.resolve(second[:9]) == second
    assert repository.resolve("v1") == repository.resolve("HEAD^") == first


def unasked(_git: Git, *arguments: str) -> Completed:
    raise AssertionError(f"git was started: {arguments}")


@pytest.mark.parametrize("rev", ["main", "v1", "v1.x/fix-2", "origin/main", "origin", "heads/main"])
def test_the_only_ref_of_a_name_is_found_without_another_process(
    repo: GitRepo, opened: Opener, rev: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repo.commit({"a.py": "1\n"})
    repo.git("tag", "-a", "-m", "one", "v1")
    repo.git("branch", "v1.x/fix-2")
    repo.git("update-ref", "refs/remotes/origin/main", commit)
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    repository = opened(repo)
    monkeypatch.setattr(Git, "attempt", unasked)
    assert repository.resolve(rev) == commit


def test_a_ref_beside_all_others_is_not_taken_for_a_branch(repo: GitRepo, opened: Opener) -> None:
    first = repo.commit({"a.py": "1\n"})
    second = repo.commit({"a.py": "2\n"})
    repo.git("branch", "MINE", first)
    (repo.path / ".git" / "MINE").write_text(f"{second}\n")
    with pytest.raises(AuditError, match="ambiguous"):
        opened(repo).resolve("MINE")


def test_tag_that_takes_a_branchs_name_is_refused(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "-b", "work")
    repo.commit({"a.py": "2\n"})
    repo.git("tag", "main")
    repo.git("config", "core.warnAmbiguousRefs", "false")
    repository = opened(repo)
    with pytest.raises(AuditError, match="ambiguous"):
        repository.resolve("main")
    assert repository.resolve("refs/heads/main") == base


def test_branch_that_takes_a_commits_name_does_not_win(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit({"a.py": "2\n"})
    repo.git("update-ref", f"refs/heads/{base}", head)
    assert opened(repo).resolve(base) == base


def test_merge_base(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    repo.git("checkout", "-q", "-b", "work")
    work = repo.commit({"a.py": "2\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit({"b.py": "1\n"})
    repo.git("checkout", "-q", "--orphan", "apart")
    apart = repo.commit()
    repository = opened(repo)
    assert repository.merge_base(main, work) == base
    assert repository.merge_base(main, apart) is None


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_changed_between_commits(tmp_path: Path, opened: Opener, object_format: str) -> None:
    repo = GitRepo(tmp_path / "repo", object_format=object_format)
    base = repo.commit({"same.py": "1\n", "a/b/edited.py": "1\n", "gone/x.py": "1\n", "turned": "1\n"})
    head = repo.commit({"a/b/edited.py": "2\n", "gone/x.py": None, "new/y.py": "3\n", "turned": None})
    last = repo.commit({"turned/inside.py": "1\n"})
    repository = opened(repo)
    assert repository.changed(base, head) == ("a/b/edited.py", "gone/x.py", "new/y.py", "turned")
    assert repository.changed(base, last) == ("a/b/edited.py", "gone/x.py", "new/y.py", "turned", "turned/inside.py")
    assert repository.changed(head, head) == ()
    assert repository.tree(head).read("a/b/edited.py") == b"2\n"
    assert repository.tree(base).read("a/b/edited.py") == b"1\n"
    assert repository.tree(base).read("a/b") is None
    assert repository.tree(base).read("new/y.py") is None
    assert set(repository.tree(head).entries()) == {"same.py", "a/b/edited.py", "new/y.py"}


def test_odd_names(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit(dict.fromkeys(ODD_NAMES, "x\n"))
    repository = opened(repo)
    assert repository.changed(base, head) == tuple(sorted(ODD_NAMES))
    assert {name: repository.tree(head).read(name) for name in ODD_NAMES} == dict.fromkeys(ODD_NAMES, b"x\n")


def test_bare_repository(repo: GitRepo, tmp_path: Path, opened: Opener) -> None:
    base, head = repo.commit({"a.py": "1\n"}), repo.commit({"a.py": "2\n"})
    repo.git("clone", "-q", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    repository = opened(tmp_path / "bare.git")
    assert repository.bare
    assert repository.root == str(tmp_path / "bare.git")
    assert repository.changed(base, head) == ("a.py",)
    with pytest.raises(AuditError, match="no work tree") as caught:
        repository.work_tree()
    assert "--head" in caught.value.way_out


def test_from_a_folder_below_and_a_linked_work_tree(repo: GitRepo, tmp_path: Path, opened: Opener) -> None:
    repo.commit({"pkg/a.py": "1\n"})
    repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
    assert opened(repo.path / "pkg").root == str(repo.path)
    linked = opened(tmp_path / "linked")
    assert linked.root == str(tmp_path / "linked")
    (tmp_path / "linked" / "pkg" / "a.py").write_text("2\n")
    assert linked.changed(linked.resolve("HEAD"), None) == ("pkg/a.py",)


def test_inside_the_git_directory(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    with pytest.raises(AuditError, match="inside the git directory"):
        Repository.open(str(repo.path / ".git"))


def test_messages_newest_first(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    repo.commit({"a.py": "2\n"}, "Add a thing\n\nWith a body")
    repo.git("config", "i18n.commitEncoding", "latin-1")
    repo.write({"message": "Gr\xfc\xdfe".encode("latin-1")})
    repo.git("commit", "-q", "--allow-empty", "-F", "message")
    assert opened(repo).messages(base, repo.head) == ("Gr\xfc\xdfe\n", "Add a thing\n\nWith a body\n")


def test_shallow_clone_knows_it(repo: GitRepo, tmp_path: Path, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit({"a.py": "2\n"})
    shallow = opened(repo.clone(tmp_path / "shallow", "--depth=1"))
    assert shallow.shallow
    assert shallow.commit(head).parents == (base,)
    with pytest.raises(AuditError) as caught:
        shallow.resolve(base)
    assert "fetch-depth" in caught.value.way_out
    assert not opened(repo).shallow


def test_callers_git_variables_do_not_reach_git(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opener
) -> None:
    other = GitRepo(tmp_path / "other")
    other.commit({"b.py": "1\n"})
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit({"a.py": "2\n"})
    monkeypatch.setenv("GIT_DIR", str(other.path / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other.path / ".git" / "index"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.path / ".git" / "objects"))
    repository = opened(repo)
    assert repository.root == str(repo.path)
    assert repository.changed(base, head) == ("a.py",)
    assert repository.changed(head, None) == ()


def test_replaced_and_grafted_history_is_not_believed(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit({"a.py": "2\n"})
    repo.git("replace", base, head)
    (repo.path / ".git" / "info" / "grafts").write_text(f"{head}\n")
    repository = opened(repo)
    assert repository.changed(base, head) == ("a.py",)
    assert repository.merge_base(base, head) == base


def test_symlink_and_submodule(repo: GitRepo, opened: Opener) -> None:
    (repo.path / "link.py").symlink_to("../elsewhere.py")
    head = repo.commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},sub")
    repo.git("commit", "-q", "-m", "sub")
    tree = opened(repo).tree(repo.head)
    assert oct(tree.entries()["link.py"].mode) == "0o120000"
    assert oct(tree.entries()["sub"].mode) == "0o160000"
    assert tree.read("link.py") == b"../elsewhere.py"
    assert tree.read("sub") is None
    assert tree.reason("sub") == "submodule"


@pytest.mark.skipif(os.getuid() != 0, reason="needs root to give a repository to another user")
def test_repository_of_another_user(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: Opener
) -> None:
    repo.commit({"a.py": "1\n"})
    for path in (repo.path, repo.path / ".git"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    with pytest.raises(AuditError, match="does not trust") as caught:
        Repository.open(str(repo.path))
    assert caught.value.way_out == f"if you do: git config --global --add safe.directory {repo.path}"
    (tmp_path / ".gitconfig").write_text(f"[safe]\n\tdirectory = {repo.path}\n")
    assert opened(repo).resolve("HEAD") == opened(repo).resolve("main")


def test_core_worktree_that_points_away(repo: GitRepo, tmp_path: Path) -> None:
    repo.commit({"a.py": "1\n"})
    (tmp_path / "clean").mkdir()
    repo.git("config", "core.worktree", str(tmp_path / "clean"))
    with pytest.raises(AuditError, match=r"core\.worktree"):
        Repository.open(str(repo.path))


def test_broken_configuration(repo: GitRepo) -> None:
    repo.commit({"a.py": "1\n"})
    (repo.path / ".git" / "config").write_text("[core\n")
    with pytest.raises(AuditError, match="bad config"):
        Repository.open(str(repo.path))


def test_closing_leaves_no_process(repo: GitRepo) -> None:
    head = repo.commit({"a.py": "1\n"})
    code = (
        "import subprocess, sys\n"
        "from pytest_agentaudit.git.repository import Repository\n"
        "repo = Repository.open(sys.argv[1]); repo.tree(sys.argv[2]).read('a.py'); repo.close(); repo.close()\n"
        "import os\n"
        "try: os.waitpid(-1, os.WNOHANG); print('child left')\n"
        "except ChildProcessError: print('none left')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(repo.path), head], capture_output=True, check=True)
    assert done.stdout == b"none left\n"


def test_who_made_the_commits_of_a_change(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n"})
    repo.git("switch", "-q", "-c", "side")
    side = repo.commit({"b.py": "1\n"})
    repo.git("switch", "-q", "main")
    by_bob = {"GIT_COMMITTER_NAME": "Bob <B", "GIT_COMMITTER_EMAIL": "bob@example.org"}
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side", environ=by_bob)
    found = {sha: (it.author, it.committer) for sha, it in opened(repo).commits(base, repo.head).items()}
    tester = "A. Tester <tester@example.org>"
    assert found == {repo.head: (tester, "Bob B <bob@example.org>"), side: (tester, tester)}
