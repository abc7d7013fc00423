"""Demands that a test made whatever happened, and makes under a condition now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.delta import AssertionPair, Delta, Loss, TestPair
from pytest_agentaudit.facts.kinds.tests import BRANCHED
from pytest_agentaudit.facts.model import Occurrence, TestCase
from pytest_agentaudit.facts.source_names import NAMES

_DECIDES = frozenset({"branch", "handler"})

Place = tuple[str, str, int]
"""Path, qualified name of the test, line of the demand."""


class Conditioned(Struct, frozen=True, eq=False, dict=True):
    """Looks through the demands of a change's tests."""

    delta: Delta

    @cached_property
    def _before(self) -> frozenset[Place]:
        """Where base's demands depended on anything."""
        sides = (file.old for file in self.delta.files if file.old)
        return frozenset((it.path, one.symbol, one.line) for it in sides for one in _branched(it.occurrences))

    @cached_property
    def _now(self) -> Mapping[Place, Occurrence]:
        """What head's demands depend on."""
        sides = (file.new for file in self.delta.files if file.new)
        return {(it.path, one.symbol, one.line): one for it in sides for one in _branched(it.occurrences)}

    @cached_property
    def _parameters(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """What head's functions are given, by path and qualified name."""
        sides = (file.new for file in self.delta.files if file.new)
        return {(it.path, one.qualified_name): frozenset(one.parameters) for it in sides for one in it.definitions}

    def fallen(self, pair: TestPair) -> Iterator[AssertionPair]:
        """The demands that lost nothing but that they are always made. A condition on the test's own cases, and one
        with demands on its other side, takes none away.
        """
        old, new = pair.old, pair.new
        if old is None or new is None:
            return
        for it in pair.assertions:
            if it.old is None or it.new is None or it.loss or it.new.constant:
                continue
            if (pair.old_path, old.qualified_name, it.old.line) in self._before:
                continue
            found = self._now.get((pair.new_path, new.qualified_name, it.new.line))
            if found and self._decides(found, pair.new_path, new):
                header = found.details["header"].removesuffix(":")
                yield replace(it, new=replace(it.new, text=f"{header}: {it.new.text}"), loss=Loss.CONDITION)

    def _decides(self, found: Occurrence, path: str, test: TestCase) -> bool:
        """Whether it is what the code under test did that decides."""
        if found.details["on"] not in _DECIDES or found.details["twins"]:
            return False
        given = self._parameters.get((path, test.qualified_name), frozenset())
        listed = {name for table in test.tables for name in table.names}
        return given.union(listed).isdisjoint(NAMES.findall(found.details["header"]))


def _branched(found: tuple[Occurrence, ...]) -> Iterator[Occurrence]:
    return (it for it in found if it.kind == BRANCHED)
