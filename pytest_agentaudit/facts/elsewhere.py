"""Tests of files that the change did not touch: one of them may do what a vanished test did."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import TESTS, FileRole, Side
from pytest_agentaudit.facts.helpers import HelperLookup
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.model import Setting, TestCase
from pytest_agentaudit.facts.read import Reading, Touched
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.patterns import regex

_DEFINED = regex(rb"\bdef[ \t]+(\w+)")


class UnchangedTests:
    """Finds a test by name and fingerprint; reads the names of all test files once, and trees where a name fits."""

    def __init__(
        self,
        texts: TreeTexts,
        changed: Container[str],
        settings: Mapping[str, Setting],
        helpers: HelperLookup,
    ) -> None:
        self._texts, self._changed = texts, changed
        self._settings, self._helpers = settings, helpers
        self._readings: dict[str, Reading] = {}

    @cached_property
    def _by_name(self) -> Mapping[bytes, list[Side]]:
        found: dict[bytes, list[Side]] = defaultdict(list)
        for side in self._texts.of_role(TESTS):
            if side.path not in self._changed:
                for name in set(_DEFINED.findall(side.content)):
                    found[name].append(side)
        return found

    def __call__(self, gone: TestCase) -> tuple[str, TestCase] | None:
        """The path and facts of a test that does what `gone` did; None where there is none."""
        return next(self._same(gone), None)

    def _same(self, gone: TestCase) -> Iterator[tuple[str, TestCase]]:
        name = gone.qualified_name.rpartition(".")[2]
        for side in self._by_name.get(name.encode(), ()):
            reading = self._readings.get(side.path) or self._readings.setdefault(side.path, Reading.of(side))
            origins = imports(reading.parsed, side.path)
            lines = frozenset(
                span.line
                for span in reading.parsed.definitions()
                if span.name == name and reading.parsed.digests.of(span.node, origins).fingerprint == gone.fingerprint
            )
            if lines:
                facts = reading.facts(FileRole.TEST, Touched(lines, lines), self._settings, self._helpers)
                yield from ((side.path, test) for test in facts.tests if test.line in lines)
