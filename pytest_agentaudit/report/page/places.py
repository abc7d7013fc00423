"""Where things are on the page: which lines it shows, under which names links find them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.diffs import Diffs, Excerpt, FileDiff
from pytest_agentaudit.model import Finding, Level, Location, Verdict
from pytest_agentaudit.report.page.markup import Markup, element
from pytest_agentaudit.report.text import named


class Row(Struct, frozen=True):
    """A row of an excerpt: its sign, its number on either side (0: it has none) and its text."""

    sign: str
    old: int
    new: int
    text: str


def rows(excerpt: Excerpt) -> Iterator[Row]:
    """The rows with their numbers."""
    old, new = excerpt.old_start, excerpt.new_start
    for row in excerpt.rows:
        sign, text = row[:1], row[1:]
        yield Row(sign, old if sign in " -" else 0, new if sign in " +" else 0, text)
        old, new = old + (sign in " -"), new + (sign in " +")


class Places(Struct, frozen=True, dict=True):
    """The page of a verdict, as far as links go."""

    verdict: Verdict

    @cached_property
    def diffs(self) -> Diffs:
        """The lines of the change; none, where they were not asked for."""
        return self.verdict.change.diffs or Diffs()

    @cached_property
    def files(self) -> Mapping[str, tuple[int, FileDiff]]:
        """The files of the change by path, with their numbers."""
        return {file.path: (number, file) for number, file in enumerate(self.diffs.files)}

    @property
    def row_count(self) -> int:
        """How many rows the page shows."""
        return sum(len(excerpt.rows) for file in self.diffs.files for excerpt in file.excerpts)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Findings, and behind them the waived ones; their numbers are their names."""
        return (*self.verdict.findings, *self.verdict.waived)

    @cached_property
    def levels(self) -> Mapping[str, Counter[Level]]:
        """How many findings of each level each file has, the worst level first."""
        found: defaultdict[str, Counter[Level]] = defaultdict(Counter)
        for finding in sorted(self.verdict.findings, key=lambda it: it.level.rank):
            found[finding.location.path][finding.level] += 1
        return found

    @cached_property
    def targets(self) -> frozenset[tuple[str, int]]:
        """The lines to which something leads."""
        places = {(it.path, it.line) for finding in self.findings for it in (finding.location, *finding.related)}
        return frozenset(places | {(it.path, it.line) for it in self.diffs.complexity})

    @cached_property
    def seen(self) -> frozenset[tuple[str, int]]:
        """Those of them that the page shows."""
        return frozenset(
            (path, line)
            for path, (_, file) in self.files.items()
            for excerpt in file.excerpts
            for row in rows(excerpt)
            if (path, line := number_of(row, file)) in self.targets
        )

    def anchor(self, path: str, line: int) -> str:
        """The name of a line; of its file where the page does not show it, and empty where not even that."""
        if path not in self.files:
            return ""
        number = self.files[path][0]
        return f"f{number}-{line}" if (path, line) in self.seen else f"f{number}"

    def link(self, place: Location) -> Markup:
        """A place as PATH:LINE that leads there."""
        anchor = self.anchor(place.path, place.line)
        shown = f"{named(place.path)}:{place.line}"
        return element("a", shown, href=f"#{anchor}") if anchor else element("code", shown)


def number_of(row: Row, file: FileDiff) -> int:
    """The number by which findings name a row: the base's in a file that is gone."""
    return row.old if file.status == "removed" else row.new
