"""Several processes read what one would have read, also where one of them dies."""

from __future__ import annotations

import os
import select
from collections.abc import Callable
from itertools import chain

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import FilePair, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts import sharing
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.kept import Entry
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.policy.model import Policy

OLD = MemoryTree({f"shop/m{n}.py": f"def f{n}():\n    return {n}\n" * n for n in range(1, 12)})
NEW = MemoryTree({f"shop/m{n}.py": f"def f{n}():\n    return {n + 1}  # noqa\n" * n for n in range(1, 12)})
CHANGE = from_trees(OLD, NEW)
EMPTY = (b"", b"")


@pytest.fixture(autouse=True)
def worth_sharing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WORTH_SHARING", 1)


@pytest.mark.parametrize("processes", [2, 3, 40])
def test_several_read_the_same(processes: int) -> None:
    roles, let_go = RoleMap.derive(OLD, Policy()).role, []
    alone = collect(CHANGE, roles, Means())
    together = collect(CHANGE, roles, Means(processes=processes, before_fork=lambda: let_go.append(True)))
    assert together.files == alone.files
    assert let_go == [True]


def by_whom(end: Callable[[FilePair], bool]) -> tuple[list[FilePair], list[str]]:
    """What this process read itself where another one comes to its end before a file; and what all read, in order."""
    parent, mine = os.getpid(), []

    def read(pair: FilePair) -> Entry:
        if os.getpid() == parent:
            mine.append(pair)
        elif end(pair):
            os._exit(9)
        return Entry((pair.path.encode(), b""), None, None)

    found = sharing.shared_out(CHANGE.pairs, read, Means(processes=2))
    return mine, [(entry.met[0] or b"").decode() for entry in found]


def test_who_is_done_takes_the_next_one() -> None:
    parent, mine = os.getpid(), []
    (begun, begins), (taken, takes) = pipes = os.pipe(), os.pipe()

    def read(pair: FilePair) -> Entry:
        if os.getpid() == parent:
            mine.append(pair)
            for _ in CHANGE.pairs[1:]:
                os.write(begins, b".")
                assert select.select([taken], [], [], 60)[0], "the other process does not read"
                os.read(taken, 1)
        else:
            os.read(begun, 1)
            os.write(takes, b".")
        return Entry((pair.path.encode(), b""), None, None)

    found = sharing.shared_out(CHANGE.pairs, read, Means(processes=2))
    for end in chain(*pipes):
        os.close(end)
    assert [entry.met[0] for entry in found] == [pair.path.encode() for pair in CHANGE.pairs]
    assert len(mine) == 1


def test_more_files_than_the_queue_has_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST_TICKETS", 4)
    _, found = by_whom(lambda _pair: False)
    assert found == [pair.path for pair in CHANGE.pairs]


def test_where_one_dies_the_other_reads_its_share() -> None:
    mine, found = by_whom(lambda _pair: True)
    assert len(mine) == len(found) == len(CHANGE.pairs)


def test_an_error_is_the_error_of_who_asked() -> None:
    parent = os.getpid()

    def read(pair: FilePair) -> Entry:
        if os.getpid() == parent and pair.path != CHANGE.pairs[0].path:
            return Entry(EMPTY, None, None)
        raise ValueError(pair.path)

    with pytest.raises(ValueError, match=r"shop/m"):
        sharing.shared_out(CHANGE.pairs, read, Means(processes=2))


def test_a_small_change_is_read_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "WORTH_SHARING", 1 << 30)
    mine, _ = by_whom(lambda _pair: True)
    assert len(mine) == len(CHANGE.pairs)
