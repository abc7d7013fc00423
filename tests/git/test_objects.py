"""Objects read through one process: what is missing, damaged or too large, and a fork that goes on with it."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.objects import MISSING
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo

Opener = Callable[[GitRepo | Path], Repository]


@pytest.mark.parametrize("kind", ["blob", "tree"])
def test_overwritten_object_is_noticed(repo: GitRepo, opened: Opener, kind: str) -> None:
    base = repo.commit({"a.py": "1\n"})
    head = repo.commit({"a.py": "2\n"})
    target = f"{base}:a.py" if kind == "blob" else f"{base}^{{tree}}"
    other = f"{head}:a.py" if kind == "blob" else f"{head}^{{tree}}"
    forged, true = (repo.ask("rev-parse", rev) for rev in (target, other))
    place = repo.path / ".git" / "objects" / forged[:2] / forged[2:]
    body = repo.git("cat-file", kind, true)
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"%s %d\0%s" % (kind.encode(), len(body), body)))
    repository = opened(repo)
    with pytest.raises(AuditError, match="does not hold what its name promises"):
        repository.tree(base).read("a.py")


def test_missing_blob_is_named_and_the_rest_is_read(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n", "b.py": "2\n"})
    oid = repo.ask("rev-parse", f"{base}:a.py")
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    tree = opened(repo).tree(base)
    assert tree.read("a.py") is None
    assert tree.reason("a.py") == MISSING
    assert tree.read("b.py") == b"2\n"


def test_corrupt_blob_is_named(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n", "b.py": "2\n"})
    oid = repo.ask("rev-parse", f"{base}:a.py")
    place = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    place.chmod(0o644)
    place.write_bytes(b"no object at all")
    tree = opened(repo).tree(base)
    assert tree.read("a.py") is None
    assert tree.reason("a.py") == MISSING
    assert tree.read("b.py") == b"2\n"


def forked(repository: Repository, task: Callable[[], bool]) -> bool:
    """What `task` says in a fork that goes on with the repository's process."""
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            os._exit(not task())
        os._exit(2)
    repository.leave()
    return os.waitpid(pid, 0)[1] == 0


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_fork_goes_on_with_the_process(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"a.py": "1\n", "b.py": "2\n"})
    oid = repo.ask("rev-parse", f"{base}:a.py")
    repository = opened(repo)
    tree = repository.tree(base)
    assert set(tree.entries()) == {"a.py", "b.py"}
    assert forked(repository, lambda: tree.read("b.py") == b"2\n")
    assert tree.read("a.py") == b"1\n"
    place = repo.path / ".git" / "objects" / oid[:2] / oid[2:]
    place.chmod(0o644)
    place.write_bytes(b"no object at all")
    afresh = opened(repo)
    tree = afresh.tree(base)
    tree.entries()

    def reads_on() -> bool:
        tree.expect(["a.py", "b.py"])
        return (tree.read("a.py"), tree.read("b.py")) == (None, b"2\n")

    assert forked(afresh, reads_on)
    assert tree.read("b.py") == b"2\n"


@pytest.fixture
def old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Git as it was before 2.36, as far as reading objects goes. The file says how often it did not know an option."""
    folder = tmp_path / "old-git"
    folder.mkdir()
    program = folder / "git"
    program.write_text(
        '#!/bin/sh\nfor it; do [ "$it" = --batch-command ] && { echo no >>"$0.refusals"; exit 129; }; done\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    refusals = folder / "git.refusals"
    refusals.write_text("")
    return refusals


def test_an_old_git_is_asked_its_way(repo: GitRepo, opened: Opener, old_git: Path) -> None:
    files = {f"pkg{number % 7}/a{number}.py": f"{number}\n" for number in range(450)}
    head = repo.commit(files)
    repository = opened(repo)
    assert repository.resolve(head[:12]) == head
    tree = repository.tree(head)
    assert set(tree.entries()) == set(files)
    tree.expect(files)
    assert [tree.read(path) for path in files] == [text.encode() for text in files.values()]
    assert old_git.read_text() == "no\n"


def test_partial_clone_fetches_nothing(repo: GitRepo, tmp_path: Path, opened: Opener) -> None:
    head = repo.commit({"a.py": "1\n"})
    repo.git("config", "uploadpack.allowFilter", "true")
    partial = repo.clone(tmp_path / "partial", "--no-checkout", "--filter=blob:none")
    program = tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {tmp_path}/ran\nexec git-upload-pack "$@"\n')
    program.chmod(0o755)
    partial.git("config", "protocol.file.allow", "always")
    partial.git("config", "remote.origin.uploadpack", str(program))
    tree = opened(partial).tree(head)
    assert tree.read("a.py") is None
    assert tree.reason("a.py") == MISSING
    assert not (tmp_path / "ran").exists()
    assert "a.py" in tree.entries()


def test_missing_tree_is_an_error(repo: GitRepo, opened: Opener) -> None:
    base = repo.commit({"pkg/a.py": "1\n"})
    oid = repo.ask("rev-parse", f"{base}:pkg")
    (repo.path / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    with pytest.raises(AuditError, match="is missing from this clone"):
        opened(repo).tree(base).entries()


def test_large_file_is_named_not_read(repo: GitRepo, opened: Opener) -> None:
    head = repo.commit({"big.py": b"x = 1\n" * 2_000_000, "small.py": "1\n"})
    tree = opened(repo).tree(head)
    assert tree.read("big.py") is None
    assert tree.reason("big.py") == "larger than 10 MiB"
    assert tree.read("small.py") == b"1\n"


def test_files_that_are_read_together(repo: GitRepo, opened: Opener) -> None:
    files = {f"a{number}.py": f"{number}\n" for number in range(450)}
    head = repo.commit({**files, "a222.py": b"x = 1\n" * 2_000_000})
    tree = opened(repo).tree(head)
    tree.expect([*files, "missing.py"])
    assert [tree.read(path) for path in files] == [
        None if path == "a222.py" else text.encode() for path, text in files.items()
    ]
    assert tree.reason("a222.py") == "larger than 10 MiB"
