"""One reading of one side of a file: bytes in, FileFacts out. Never raises, whatever the bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import CYTHON, TESTS, FileRole, Side
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.exclusions import exclusions
from pytest_agentaudit.facts.helpers import HelperLookup
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.listings import listings
from pytest_agentaudit.facts.model import NO_LINES, Depth, FileFacts, Problem, Setting
from pytest_agentaudit.facts.modules import Module
from pytest_agentaudit.facts.occurrences import all_occurrences
from pytest_agentaudit.facts.parse import Parsed, parse
from pytest_agentaudit.facts.scan import Scan, scan
from pytest_agentaudit.facts.stretches import meets
from pytest_agentaudit.facts.suppressions import suppressions
from pytest_agentaudit.facts.tests import Collecting, test_code

LARGEST_TREE = 1_500_000
"""Bytes above which a file is read by tokens only: ast needs 35 bytes of memory a source byte, libcst 53."""


class Touched(Struct, frozen=True):
    """The lines of one side that a change met: those `edited`, and in `lines` also the first ones of the definitions
    that it met on the other side.
    """

    edited: frozenset[int]
    lines: frozenset[int]


class Reading(Struct, frozen=True):
    """The scan and the tree of one side; both live only as long as its facts are being collected."""

    side: Side
    scan: Scan
    parsed: Parsed

    @classmethod
    def of(cls, side: Side, distrusted: str = "") -> Reading:
        """Read `side` as deep as it can be read; no deeper than its tokens where `distrusted` says why."""
        scanned = scan(side.content)
        if distrusted:
            return cls(side, scanned, Parsed("", None, Problem(distrusted, of_reader=True), None))
        if side.path.endswith(CYTHON):
            return cls(side, scanned, Parsed("", None, None, None))
        if len(side.content) > LARGEST_TREE:
            cause = f"the file has {len(side.content):,} bytes; above {LARGEST_TREE:,} only its tokens are read"
            return cls(side, scanned, Parsed("", None, Problem(cause), None))
        if scanned.depth is Depth.BYTES:
            return cls(side, scanned, Parsed("", None, scanned.problem or Problem("no text"), None))
        return cls(side, scanned, parse(scanned.text))

    def touched_names(self, touched: frozenset[int]) -> frozenset[str]:
        """Qualified names of the definitions that a changed line meets, and of listings at module level."""
        ordered = sorted(touched)
        return frozenset(name for name, first, end in self._places() if meets(ordered, first, end))

    def lines_of(self, names: frozenset[str]) -> frozenset[int]:
        """The first lines of the definitions and listings with these qualified names."""
        found = {span.line for span in self.parsed.definitions() if span.qualified_name in names}
        return frozenset(found | {first for name, first, _ in listings(self.parsed.tree) if name in names})

    def _places(self) -> Iterator[tuple[str, int, int]]:
        yield from ((it.qualified_name, it.start_line, it.end_line) for it in self.parsed.definitions())
        yield from listings(self.parsed.tree)

    def facts(
        self, role: FileRole, touched: Touched, settings: Mapping[str, Setting], helpers: HelperLookup
    ) -> FileFacts:
        """Everything that rules may want to know of this side."""
        parsed, path = self.parsed, self.side.path
        is_test = role in TESTS
        left_out = exclusions(self.scan, parsed, settings)
        side = CodeSide(path, role, self.scan, parsed, touched.lines, settings, helpers)
        collecting = Collecting.of(settings)
        excluded = frozenset(n for it in left_out for n in range(it.start_line, it.end_line + 1)) or NO_LINES
        tests, support = (
            test_code(Module(parsed, path, helpers), collecting, sorted(touched.lines), sorted(touched.edited))
            if is_test
            else ((), ())
        )
        return FileFacts(
            path=path,
            role=role,
            depth=self.depth,
            problem=parsed.problem or self.scan.problem,
            line_count=self.side.content.count(b"\n") + (not self.side.content.endswith(b"\n")),
            comments=tuple(it for it in self.scan.comments if it.line in touched.edited),
            suppressions=suppressions(self.scan),
            odd_breaks=self.scan.odd_breaks,
            definitions=definitions(parsed, touched.lines, in_tests=is_test),
            tests=tests,
            lines=() if is_test else lines(parsed, touched.lines | excluded),
            imports=imports(parsed, path),
            words=f" {' '.join(self.scan.names)} ",
            excluded=excluded,
            exclusions=left_out,
            occurrences=all_occurrences(side),
            support=support,
        )

    @property
    def depth(self) -> Depth:
        """How deep the reading went."""
        return Depth.TREE if self.parsed.tree else self.scan.depth
