from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentaudit.change import (
    Base,
    Change,
    FileRole,
    Hunk,
    MemoryTree,
    Passed,
    build,
    from_trees,
)
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.policy.model import Policy
from tests.support.repo import GitRepo


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


@pytest.fixture
def opened(repo: GitRepo) -> Iterator[Repository]:
    repo.commit(
        {"shop/__init__.py": "", "shop/a.py": "A = 1\n", "tests/test_a.py": "def test(): ...\n", "README.md": ""}
    )
    repository = Repository.open(str(repo.path))
    yield repository
    repository.close()


def built(opened: Repository, base: str, head: str | None = None) -> Change:
    return build(opened, Base(base, "as the test says"), head, Policy())


def test_commit_to_commit(repo: GitRepo, opened: Repository) -> None:
    base = repo.head
    repo.commit({"shop/a.py": "A = 2\n"}, "Change A")
    head = repo.commit({"tests/test_b.py": "def test_b(): ...\n"}, "Test B")
    repo.write({"shop/a.py": "A = 3\n"})
    change = built(opened, base, head)
    assert [(pair.path, pair.role) for pair in change.pairs] == [
        ("shop/a.py", FileRole.PRODUCT),
        ("tests/test_b.py", FileRole.TEST),
    ]
    assert change.pairs[0].hunks == (Hunk(1, 1, 1, 1),)
    assert (change.base, change.head, change.base_origin) == (base, head, "as the test says")
    assert change.messages == ("Test B\n", "Change A\n")
    assert change.new.read("shop/a.py") == b"A = 2\n"
    assert change.old.read("shop/a.py") == b"A = 1\n"
    assert change.passed == ()


def test_work_tree_joins_commits_index_disk_and_untracked_files(repo: GitRepo, opened: Repository) -> None:
    base = repo.head
    repo.commit({"shop/committed.py": "1\n"}, "Commit")
    repo.write({"shop/staged.py": "1\n"})
    repo.git("add", "-A")
    repo.write({"shop/a.py": "A = 2\n", "shop/untracked.py": "1\n", "tests/test_a.py": None})
    change = built(opened, base)
    assert [pair.path for pair in change.pairs] == [
        "shop/a.py",
        "shop/committed.py",
        "shop/staged.py",
        "shop/untracked.py",
        "tests/test_a.py",
    ]
    assert (change.head, change.messages) == ("", ("Commit\n",))


def test_unchanged_work_tree(repo: GitRepo, opened: Repository) -> None:
    change = built(opened, repo.head)
    assert (change.pairs, change.passed, change.messages) == ((), (), ())


def test_commit_that_the_work_tree_undoes_is_named(repo: GitRepo, opened: Repository) -> None:
    base = repo.head
    repo.commit({"shop/a.py": "A = 2  # noqa\n"})
    repo.write({"shop/a.py": "A = 1\n"})
    change = built(opened, base)
    assert change.pairs == ()
    assert change.passed == (
        Passed("shop/a.py", "differs from the base in the index or in HEAD, but not in the work tree"),
    )


def test_file_moved_without_telling_git(repo: GitRepo, opened: Repository) -> None:
    (repo.path / "shop" / "a.py").rename(repo.path / "shop" / "b.py")
    (pair,) = built(opened, repo.head).pairs
    assert (pair.old and pair.old.path, pair.new and pair.new.path, pair.hunks) == ("shop/a.py", "shop/b.py", ())


def test_nested_repository_is_named(repo: GitRepo, opened: Repository) -> None:
    GitRepo(repo.path / "nested").commit({"x.py": "1\n"})
    assert built(opened, repo.head).passed == (Passed("nested", "a git repository of its own, no part of this one"),)


def test_change_keeps_what_it_read(repo: GitRepo, opened: Repository) -> None:
    repo.write({"shop/a.py": "A = 2\n"})
    change = built(opened, repo.head)
    repo.write({"shop/a.py": None})
    assert change.pairs[0].side.content == b"A = 2\n"
    assert change.new.read("shop/a.py") == b"A = 2\n"


def test_from_trees() -> None:
    change = from_trees(
        MemoryTree({"a.py": "1\n"}),
        MemoryTree({"a.py": "2\n", "test_a.py": ""}),
        base="b",
        head="h",
        messages=["Say so"],
    )
    assert [(pair.path, pair.role) for pair in change.pairs] == [
        ("a.py", FileRole.PRODUCT),
        ("test_a.py", FileRole.TEST),
    ]
    assert (change.base, change.head, change.messages) == ("b", "h", ("Say so",))


def test_policy_decides_roles() -> None:
    old, new = MemoryTree({}), MemoryTree({"a.py": "1\n"})
    assert from_trees(old, new, Policy(roles={"docs": ("*.py",)})).pairs[0].role is FileRole.DOCS


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a\nb\nc\n", "a\nB\nc\n", ((2, 2),)),
        ("a\nb\n", "a\nx\ny\nb\nz\n", ((2, 3), (5, 5))),
        ("a\nb\nc\n", "a\nc\n", ((2, 2),)),
        ("a\nb\nc\n", "a\nb\n", ((2, 2),)),
        ("a\nb\nc", "a\nb", ((2, 2),)),
        ("a\n", "", ((1, 1),)),
        ("a\nb\nc\n", "c\n", ((1, 1),)),
    ],
)
def test_a_reader_of_the_diff_finds_a_line_for_every_hunk(
    old: str, new: str, shown: tuple[tuple[int, int], ...]
) -> None:
    (pair,) = from_trees(MemoryTree({"a.txt": old}), MemoryTree({"a.txt": new})).pairs
    assert pair.shown_ranges == shown
