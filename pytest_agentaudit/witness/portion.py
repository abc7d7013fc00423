"""What a run came across of a suite, and how far it got: noted where a suite is shared out among several runs."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

import pytest

from pytest_agentaudit.model import Portion
from pytest_agentaudit.witness.selection import BY_OPTION, calling_module


class PortionWitness:
    """Hooks that note what was found in each file that pytest looked into, and what its settings leave out for good.

    `chooses` says that options which choose tests were typed: then what they leave out is for other shards to run.
    """

    def __init__(self, *, chooses: bool) -> None:
        self._chooses = chooses
        self._known: set[str] = set()
        self._left_out: set[str] = set()
        self._entered: set[str] = set()
        self._names: dict[int, str] = {}
        self._renamed: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Note what stands in a file or class; no other hook tells of those on the way to an id. Which files there are
        is another question: folders hold others too.
        """
        report = yield
        if not report.failed:  # one that skips itself was looked into
            self._entered.add(report.nodeid)
            inner = (it for it in report.result or () if not isinstance(it, (pytest.Directory, pytest.File)))
            self._known.update(it.nodeid for it in inner)
        return report

    def pytest_itemcollected(self, item: pytest.Item) -> None:
        """Note the name that a test had first: pytest-xdist may add its group, and with pytest 8 its hash changes."""
        self._names[id(item)] = item.nodeid

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Note what is no part of the suite by the project's own settings."""
        if not self._chooses and calling_module() in BY_OPTION:
            self._left_out.update(self._names.get(id(item), item.nodeid) for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which tests go by another name now."""
        self._renamed = {item.nodeid: self._names.get(id(item), item.nodeid) for item in session.items}
        self._names.clear()

    def portion(self, ran: Iterable[str]) -> Portion:
        """All of it, with the ids of the tests that `ran`."""
        done = self._entered.union(self._renamed.get(node_id, node_id) for node_id in ran)
        return Portion(tuple(sorted(self._known - self._left_out)), tuple(sorted(done)))


def united(portions: Sequence[Portion]) -> Portion:
    """What several processes came across and did."""
    known = {it for portion in portions for it in portion.known}
    done = {it for portion in portions for it in portion.done}
    return Portion(tuple(sorted(known)), tuple(sorted(done)))
