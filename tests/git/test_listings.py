"""The files of a whole tree, kept from one audit to the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import pytest

from pytest_agentaudit.git.listings import LARGE_TREE, Listings
from pytest_agentaudit.git.objects import Objects
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo
from tests.support.stores import MemoryStore

Opener = Callable[[GitRepo | Path], Repository]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def commit(repo: GitRepo) -> str:
    (repo.path / "link").symlink_to("a/1.py")
    return repo.commit({f"{folder}/{at}.py": f"{at}\n" for folder in ("a", "ü/b") for at in range(LARGE_TREE // 2)})


def listed(repository: Repository, store: MemoryStore, commit: str) -> Mapping[str, object]:
    repository.recall(Listings(lambda: store, is_there=bool(store.values)))
    return repository.tree(commit).entries()


def unasked(_objects: Objects, oids: Sequence[str]) -> None:
    raise AssertionError(f"folders were read: {oids}")


def test_a_large_tree_is_listed_once(
    repo: GitRepo, opened: Opener, store: MemoryStore, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = dict(opened(repo).tree(commit).entries())
    assert dict(listed(opened(repo), store, commit)) == expected
    assert len(store.values) == 1
    monkeypatch.setattr(Objects, "fetch_trees", unasked)
    assert [*listed(opened(repo), store, commit).items()] == [*expected.items()]


def test_the_other_tree_is_listed_from_it(repo: GitRepo, opened: Opener, store: MemoryStore, commit: str) -> None:
    listed(opened(repo), store, commit)
    later = repo.commit({"a/1.py": "another\n", "a/2.py": None, "new/x.py": "\n"})
    expected = dict(opened(repo).tree(later).entries())
    repository = opened(repo)
    listed(repository, store, commit)
    assert dict(repository.tree(later).entries()) == expected
    assert len(store.values) == 1


def test_a_small_tree_is_not_kept(repo: GitRepo, opened: Opener, store: MemoryStore) -> None:
    assert listed(opened(repo), store, repo.commit({"a.py": "1\n"}))
    assert store.values == {}


def test_an_odd_name_is_kept(repo: GitRepo, opened: Opener, store: MemoryStore, commit: str) -> None:
    odd = repo.commit({"odd \udce9\n.py": "1\n"})
    assert commit != odd
    expected = dict(opened(repo).tree(odd).entries())
    listed(opened(repo), store, odd)
    assert dict(listed(opened(repo), store, odd)) == expected


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"no msgpack",
        msgspec.msgpack.encode((b"a\0b", b"\1" * 20, (0o100644,), b"\0\0", 40)),
        msgspec.msgpack.encode((b"a", b"\1" * 20, (0o100644,), b"\1", 40)),
        msgspec.msgpack.encode((b"a", b"\1" * 20, (0o100644,), b"\0", 0)),
    ],
    ids=["empty", "odd", "short", "a mode too many", "no width"],
)
def test_what_is_damaged_is_listed_anew(
    repo: GitRepo, opened: Opener, store: MemoryStore, commit: str, value: bytes
) -> None:
    expected = dict(listed(opened(repo), store, commit))
    store.values = dict.fromkeys(store.values, value)
    assert dict(listed(opened(repo), store, commit)) == expected
