"""The run's side of `agentaudit verify`: a pytest that hands over what it saw, and judges nothing.

It runs what is audited, so nobody takes its word alone: `verification` looks at it from outside.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import NoReturn

import pytest

from pytest_agentaudit.model import Watch
from pytest_agentaudit.observation import Observation
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import from_plain, pack, to_plain
from pytest_agentaudit.witness.tracer import Sharing, choose_tracer


class Order(Value, frozen=True):
    """What a deputy is told: pytest's `arguments`, what to watch, the folders that the import path begins with, and the
    descriptor that its account goes to. `only` are the node ids of the tests to be run (none: all of them).
    """

    arguments: tuple[str, ...]
    watch: Watch
    import_roots: tuple[str, ...]
    descriptor: int
    only: tuple[str, ...] = ()


class Deputy:
    """The plugin of such a run."""

    def __init__(self, order: Order) -> None:
        self.__name__ = "agentaudit-deputy"  # pytest's name for the plugin
        self._order = order
        self._observation: Observation | None = None
        self._pid = os.getpid()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_load_initial_conftests(
        self, early_config: pytest.Config, parser: pytest.Parser
    ) -> Generator[None, object, object]:
        """Begin to watch before any conftest is imported."""
        self._observation = Observation(early_config, parser, self._order.watch)
        self._observation.start()
        return (yield)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests that were asked for."""
        if self._order.only:
            items[:] = [item for item in items if item.nodeid in self._order.only]

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, object, object]:
        """Hand over what was seen before anybody else looks back at the session."""
        if self._observation and os.getpid() == self._pid:
            _write(self._order.descriptor, pack("Evidence", self._observation.evidence(session)))
        return (yield)


def order_text(order: Order) -> str:
    """The order as text."""
    return json.dumps(to_plain(order))


def main(order: str) -> NoReturn:
    """Run pytest as the file `order` says, and exit with its status."""
    told = from_plain(Order, json.loads(Path(order).read_bytes()))
    choose_tracer(told.watch, Sharing.NONE)  # loads its tool before the repository's folders are on the import path
    sys.path[:0] = told.import_roots
    if told.import_roots:
        os.environ["PYTHONPATH"] = os.pathsep.join(told.import_roots)  # workers and programs under test import the same
    arguments = ["--agent-audit", *told.arguments]  # pytest-xdist's workers look for it
    sys.argv[:] = ["pytest", *arguments]
    sys.exit(int(pytest.main(arguments, plugins=[Deputy(told)])))


def _write(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
