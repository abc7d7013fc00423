"""Tests of files that the change did not touch: one of them may do what a vanished test did."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import TESTS, FileRole, Side
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.model import Setting, TestCase
from pytest_agentaudit.facts.tree_texts import TreeTexts, places
from pytest_agentaudit.patterns import regex

if TYPE_CHECKING:
    from pytest_agentaudit.facts.helpers import HelperLookup
    from pytest_agentaudit.facts.read import Reading

_NEAR = 80
"""Bytes before a name in which its `def` stands."""
_DEF = regex(rb"\bdef[ \t]+\Z")


class UnchangedTests:
    """Finds a test by name and fingerprint; looks for the name first, and reads trees where it fits."""

    def __init__(
        self,
        texts: TreeTexts,
        changed: Container[str],
        settings: Mapping[str, Setting],
        helpers: Callable[[], HelperLookup],
    ) -> None:
        self._texts, self._changed = texts, changed
        self._settings, self._helpers = settings, helpers
        self._readings: dict[str, Reading] = {}

    def _defining(self, name: bytes) -> Iterator[Side]:
        """The test files that the change did not touch and that define a function of that name."""
        for side in self._texts.holding(name, TESTS):
            if side.path not in self._changed and any(
                _DEF.search(side.content, max(0, at - _NEAR), at) for at in places(side.content, name)
            ):
                yield side

    def __call__(self, gone: TestCase) -> tuple[str, TestCase] | None:
        """The path and facts of a test that does what `gone` did; None where there is none."""
        return next(self._same(gone), None)

    def _same(self, gone: TestCase) -> Iterator[tuple[str, TestCase]]:
        name = gone.qualified_name.rpartition(".")[2]
        for side in self._defining(name.encode()):
            room = import_module("pytest_agentaudit.facts.read")  # few changes take a test away
            reading = self._readings.get(side.path) or self._readings.setdefault(side.path, room.Reading.of(side))
            origins = imports(reading.parsed, side.path)
            lines = frozenset(
                span.line
                for span in reading.parsed.definitions()
                if span.name == name and reading.parsed.digests.of(span.node, origins).fingerprint == gone.fingerprint
            )
            if lines:
                facts = reading.facts(FileRole.TEST, room.Touched(lines, lines), self._settings, self._helpers())
                yield from ((side.path, test) for test in facts.tests if test.line in lines)
