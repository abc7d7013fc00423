"""Which changed functions decide more than before: branches, loops, conditions and functions that are new in sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.changed import ChangedFunction
from pytest_agentaudit.facts.delta import DefinitionPair, Delta, FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import DECIDED
from pytest_agentaudit.facts.kinds.tests import ASSERTED
from pytest_agentaudit.facts.model import Kind, Line
from pytest_agentaudit.facts.silencing import Silences


class Decisions(Struct, frozen=True):
    """How many decisions each changed product function has more than before, by path and the line of its `def` (a new
    one counts with all of its own and one for itself), and all of them together, those that went counted off.
    `asserts` are the places of new asserts: no decisions, though the measure of complexity takes them for some. `fresh`
    counts by path and qualified name the decisions that the base made nowhere: what only moved is not among them, nor
    is what only tells a type checker what a comment had it overlook.
    """

    rises: Mapping[tuple[str, int], int]
    total: int
    asserts: frozenset[tuple[str, int]]
    fresh: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, delta: Delta) -> Decisions:
        """What a change added."""
        new = [(file.path, it) for file in delta.files for it in file.new_ones(ASSERTED)]
        counts = Counter((path, it.symbol) for path, it in new)
        counts.subtract((file.path, it.symbol) for file in delta.files for it in file.lost_ones(ASSERTED))
        rises: dict[tuple[str, int], int] = {}
        total = -sum(counts.values())
        for pair, rise in _rises(delta):
            total += rise
            if pair.new:
                place = pair.new_path, pair.new.line
                rises[place] = rise - counts[pair.new_path, pair.new.qualified_name]
        fresh = {(file.path, name): count for file in delta.files for name, count in _fresh(file).items()}
        return cls(rises, total, frozenset((path, it.line) for path, it in new), fresh)

    def logic(self, function: ChangedFunction) -> tuple[Line, ...]:
        """What a change wrote in a function, without guards and asserts."""
        return tuple(
            line
            for line in function.written
            if line not in function.guards and (function.path, line.line) not in self.asserts
        )

    def decides_anew(self, function: ChangedFunction) -> bool:
        """Whether most of what a function decides more is decided nowhere at base."""
        return 2 * self.anew(function) >= self.rise(function)

    def anew(self, function: ChangedFunction) -> int:
        """How many decisions of a function are made nowhere at base."""
        return self.fresh.get((function.path, function.definition.qualified_name), 0)

    def newly(self, function: ChangedFunction) -> int:
        """How many of these are left when new guards are counted off."""
        return min(self.anew(function), self.rise(function))

    def rise(self, function: ChangedFunction) -> int:
        """How many decisions more a function has, new guards counted off."""
        found = self.rises.get((function.path, function.definition.line), 0)
        return found - len(function.guards.intersection(function.lines))


def _fresh(file: FileDelta) -> Counter[str]:
    """How many decisions of each definition are new."""
    found = list(file.new_ones(DECIDED))
    narrowing = Counter(it.symbol for it in found if it.details["narrows"])
    return Counter(it.symbol for it in found) - (narrowing & _unsilenced(file) if narrowing else Counter())


def _unsilenced(file: FileDelta) -> Counter[str]:
    """How many comments that silenced a type checker went from each definition."""
    if not file.old or not file.new:
        return Counter()
    counts: Counter[str] = Counter()
    for facts, sign in ((file.old, 1), (file.new, -1)):
        for it in facts.suppressions:
            if it.silences is Silences.TYPES:
                around = [one for one in facts.definitions if one.start_line <= it.line <= one.end_line]
                counts[around[-1].qualified_name if around else ""] += sign
    return +counts


def _rises(delta: Delta) -> Iterator[tuple[DefinitionPair, int]]:
    """The functions of product files whose complexity is known on all their sides."""
    product = {it.path for file in delta.files if file.role is FileRole.PRODUCT for it in (file.old, file.new) if it}
    for pair in delta.definitions:
        sides = [it for it in (pair.old, pair.new) if it]
        path = pair.new_path if pair.new else pair.old_path
        known = all(it.kind is Kind.FUNCTION and it.complexity is not None for it in sides)
        if known and path in product and not pair.equal:
            after = pair.new.complexity if pair.new else 0
            before = pair.old.complexity if pair.old else 0
            yield pair, (after or 0) - (before or 0)
