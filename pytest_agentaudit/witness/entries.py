"""Which functions of some files run while a test does: the interface, and the choice of the tool that watches.

Child processes are not seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from types import CodeType
from typing import Protocol

from pytest_agentaudit.model import Entered, Watch
from pytest_agentaudit.witness.tracer import Files

COLLECTING = "collection"
"""In the place of a node id, while there are no tests yet."""
ELSEWHERE = ""
"""In the place of the node id of a test that is not to be noted."""


class Entries(Protocol):
    """Watches between `begin` and `end`. `problem` says why what was seen is not to be trusted ("" where it is)."""

    problem: str

    def begin(self, test: str) -> None:
        """A test's setup or call phase begins: a node id, where it is to be noted, ELSEWHERE or COLLECTING."""

    def end(self) -> None:
        """The phase is over."""

    def stop(self) -> None:
        """Watch no more."""

    def entered(self) -> tuple[Entered, ...]:
        """The functions that ran, each once, with the tests that were to be noted."""


class Seen:
    """The functions that were seen to run, and in which tests."""

    def __init__(self, root: str, paths: Iterable[str]) -> None:
        self._files = Files(Watch(root, dict.fromkeys(paths, ())))
        self._known: dict[tuple[str, str, int], set[str]] = {}

    def tests(self, code: CodeType) -> set[str] | None:
        """Where this code ran so far, to be added to; None where it is in none of the files."""
        path = self._files.path(code.co_filename)
        return None if path is None else self._known.setdefault((path, code.co_qualname, code.co_firstlineno), set())

    def entered(self) -> tuple[Entered, ...]:
        """See `Entries`."""
        return tuple(
            Entered(
                *function,
                tests=tuple(sorted(tests - {COLLECTING, ELSEWHERE})),
                at_import=COLLECTING in tests,
                elsewhere=ELSEWHERE in tests,
            )
            for function, tests in self._known.items()
            if tests
        )


def choose_entries(root: str, paths: Iterable[str]) -> Entries:
    """The tool for this interpreter."""
    name = "monitored" if sys.version_info >= (3, 12) else "profiled"
    made: Entries = import_module(f"pytest_agentaudit.witness.entries_{name}").Watcher(Seen(root, paths))
    return made
