"""What is known of each changed line of head: which tests ran it, and which checkers were told to pass it over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import PYTHON, FileRole
from pytest_agentaudit.diffs import Mark
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Line, Scope, Silences
from pytest_agentaudit.facts.noticed import Notice
from pytest_agentaudit.facts.statements import statements
from pytest_agentaudit.model import Evidence, LineHits

Runs = tuple[tuple[int, tuple[str, ...]], ...]
"""Tests (indexes into the evidence's) that ran a line, and what became of each when the function around was another."""


class Marked(Struct, frozen=True):
    """The marks of a file's changed lines, the tests that ran each, and why some are unmeasured ("" where none is, or
    nothing was run at all).
    """

    marks: Mapping[int, Mark]
    runs: Mapping[int, Runs]
    why: str = ""


class Watcher(Struct, frozen=True, dict=True):
    """What a run shows of lines; `evidence` is None where nothing was run."""

    evidence: Evidence | None
    watched: frozenset[FileRole]
    notices: tuple[Notice, ...]

    def marked(self, file: FileDelta) -> Marked:
        """What is known of a file's changed lines."""
        if not file.new or not file.pair.new or not file.path.endswith(PYTHON):
            return Marked({}, {})
        if self.evidence is None:
            return Marked({line: Mark.UNMEASURED for lines, _ in _met(file.new.lines, file) for line in lines}, {})
        hits = self.evidence.hits.get(file.path)
        why = self._why(self.evidence, file, hits)
        found = list(_met(statements(file), file))
        if hits is None:
            return Marked({line: Mark.UNMEASURED for lines, _ in found for line in lines}, {}, why)
        marks: dict[int, Mark] = {}
        runs: dict[int, Runs] = {}
        for lines, extent in found:
            ran = dict.fromkeys(test for line in extent for test in hits.by_test.get(line, ()))
            noticed = self._noticed(self.evidence, file.path, extent.start, ran)
            at_import = not set(extent).isdisjoint(hits.at_import)
            mark = Mark.AT_IMPORT if at_import else Mark.UNMEASURED if why else Mark.UNRUN
            if ran:
                mark = Mark.NOTICED if any(it.asserted for many in noticed.values() for it in many) else Mark.RUN
                told = tuple((test, tuple(dict.fromkeys(it.words for it in noticed[test]))) for test in ran)
                runs |= dict.fromkeys(lines, told)
            marks |= dict.fromkeys(lines, mark)
        return Marked(marks, runs, why if Mark.UNMEASURED in marks.values() else "")

    def _noticed(self, evidence: Evidence, path: str, line: int, ran: Iterable[int]) -> dict[int, list[Notice]]:
        """For each test that `ran` a line, what it noticed when the function around the line was another."""
        around = [by_id for extent, by_id in self._by_function.get(path, {}).items() if line in extent]
        return {test: [it for by_id in around for it in by_id.get(evidence.tests[test].node_id, ())] for test in ran}

    @cached_property
    def _by_function(self) -> Mapping[str, Mapping[range, Mapping[str, list[Notice]]]]:
        """The notices by path, by the lines of the function that was another, and by the test's id."""
        found: defaultdict[str, defaultdict[range, defaultdict[str, list[Notice]]]]
        found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for notice in self.notices:
            for it in notice.functions:
                for node_id in notice.tests:
                    found[it.path][it.extent][node_id].append(notice)
        return found

    def _why(self, evidence: Evidence, file: FileDelta, hits: LineHits | None) -> str:
        """Why lines of a file that did not run are unmeasured; "" where a missing hit is a fact."""
        if file.role not in self.watched:
            return f"a run watches product and test code, not {file.role.value} files"
        if not evidence.tracer:
            return evidence.tracer_problem or "the run did not watch lines"
        if evidence.partial:
            return f"partial run: {evidence.partial}"
        if file.path in evidence.unwatched:
            return "the coverage measurement that the run shares leaves this file out"
        return "" if hits else "the run executed no line of it: no test imports it, or a child process does"


def silenced(file: FileDelta) -> dict[int, str]:
    """The changed lines of head that a comment takes from a checker's sight, and that comment."""
    found: dict[int, list[str]] = defaultdict(list)
    facts = file.new
    if facts is None:
        return {}
    left_out = {it.line: range(it.start_line, it.end_line + 1) for it in facts.exclusions}
    for it in facts.suppressions:
        lines = range(it.line, it.line + 1 + (it.scope is Scope.NEXT_LINE))
        if it.silences is Silences.COVERAGE:
            lines = left_out.get(it.line, lines)
        for line in file.pair.added.intersection(lines) if it.honoured else ():
            found[line].append(it.text)
    return {line: "; ".join(dict.fromkeys(texts)) for line, texts in sorted(found.items())}


def _met(found: Iterable[Line], file: FileDelta) -> Iterator[tuple[list[int], range]]:
    """The changed lines of each of these statements that has some, and all of its lines."""
    for it in found:
        extent = range(it.line, it.end_line + 1)
        if touched := [number for number in extent if number in file.pair.added]:
            yield touched, extent
