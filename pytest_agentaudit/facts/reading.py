"""One changed file, read on both sides as deep as the change met it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.change.model import FilePair, FileRole
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.kept import Entry
from pytest_agentaudit.facts.means import Means
from pytest_agentaudit.facts.model import FileFacts, Occurrence, Setting
from pytest_agentaudit.facts.read import Reading, Touched
from pytest_agentaudit.facts.texts import text_occurrences


def touched_lines(pair: FilePair) -> tuple[frozenset[int], frozenset[int]]:
    """The lines of the old and new side that the change met.

    Where one side has no line of a hunk, the lines on both sides of the gap count: an insertion touches the
    definition that it lands in on the old side too.
    """
    old, new = set(pair.removed), set(pair.added)
    for hunk in pair.hunks:
        if not hunk.old_count:
            old |= {hunk.old_start - 1, hunk.old_start}
        if not hunk.new_count:
            new |= {hunk.new_start - 1, hunk.new_start}
    return frozenset(old), frozenset(new)


class OneSide(Struct, frozen=True):
    """What the files of one side are read with: its effective settings, and the asserting helpers of its tree."""

    settings: Mapping[str, Setting]
    helpers: TreeHelpers

    def facts(self, role: FileRole, reading: Reading, edited: frozenset[int], names: frozenset[str]) -> FileFacts:
        """The facts of a file. `edited` are the lines that the change met, `names` the definitions that it met on
        either side.
        """
        touched = Touched(edited, edited | reading.lines_of(names))
        return reading.facts(role, touched, self.settings, self.helpers)


class PairReader(Struct, frozen=True):
    """Reads changed files. Sides of different roles look up helpers in their own tree."""

    old: OneSide
    new: OneSide
    means: Means

    def read(self, pair: FilePair) -> Entry:
        """The facts of both sides of one changed file."""
        self.means.progress(pair.path, "reading")
        distrusted = self.means.distrusted.get(pair.path, "")
        old = Reading.of(pair.old, distrusted) if pair.old else None
        new = Reading.of(pair.new, distrusted) if pair.new else None
        old_lines, new_lines = touched_lines(pair)
        names = (old.touched_names(old_lines) if old else frozenset()) | (
            new.touched_names(new_lines) if new else frozenset()
        )
        before = self.old.facts(pair.role, old, old_lines, names) if old else None
        after = self.new.facts(pair.role, new, new_lines, names) if new else None
        if old and new and before and after:
            if missed := _missed(before, after):
                after = self.new.facts(pair.role, new, new_lines, names | missed)
            if missed := _missed(after, before):
                before = self.old.facts(pair.role, old, old_lines, names | missed)
        met = self.old.helpers.files.so_far(), self.new.helpers.files.so_far()
        in_old, in_new = text_occurrences(pair)
        return Entry(met, _with(before, in_old), _with(after, in_new))


def _with(facts: FileFacts | None, found: tuple[Occurrence, ...]) -> FileFacts | None:
    """The facts of a side with what stands in it as in any text."""
    return replace(facts, occurrences=(*facts.occurrences, *found)) if facts and found else facts


def _missed(one: FileFacts, other: FileFacts) -> frozenset[str]:
    """The tests that a line touches on one side only: what stands beside the mark of a class touches all its tests, and
    the other side may have another neighbour there. Only two sides of equal depth can be compared.
    """
    touched = {it.qualified_name for it in one.tests if it.touched}
    return frozenset(it.qualified_name for it in other.tests if not it.touched and it.qualified_name in touched)
