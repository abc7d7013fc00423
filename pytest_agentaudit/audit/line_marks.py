"""What is known of each changed line of head: which tests ran it, and which checkers were told to pass it over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice

from msgspec import Struct

from pytest_agentaudit.change.model import PYTHON, FileRole
from pytest_agentaudit.diffs import Mark
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Line
from pytest_agentaudit.facts.noticed import Notice
from pytest_agentaudit.facts.silencing import Scope, Silences
from pytest_agentaudit.facts.statements import statements
from pytest_agentaudit.model import Evidence, LineHits

MOST_TESTS = 20
"""Tests that are named for a line."""


class Runs(Struct, frozen=True):
    """The number of tests that ran a line, and the first of them (indexes into the evidence's), those before the others
    that have something to say of the function around the line when that was another.
    """

    count: int
    first: tuple[tuple[int, tuple[str, ...]], ...]


class Marked(Struct, frozen=True):
    """The marks of a file's changed lines, the tests that ran each, and why some are unmeasured ("" where none is)."""

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
            found = list(_met(file.new.lines, file))
            return Marked({line: Mark.UNMEASURED for lines, _ in found for line in lines}, {}, "nothing was run")
        hits = self.evidence.hits.get(file.path)
        why = self._why(self.evidence, file, hits)
        found = list(_met(statements(file), file))
        if hits is None:
            return Marked({line: Mark.UNMEASURED for lines, _ in found for line in lines}, {}, why)
        unseen = Mark.UNMEASURED if why else Mark.UNRUN
        known = [(lines, *self._known(file.path, extent, hits, unseen)) for lines, extent in found]
        marks = {line: mark for lines, mark, _ in known for line in lines}
        runs = {line: ran for lines, _, ran in known for line in lines if ran.count}
        return Marked(marks, runs, why if Mark.UNMEASURED in marks.values() else "")

    def _known(self, path: str, extent: range, hits: LineHits, unseen: Mark) -> tuple[Mark, Runs]:
        """The mark of a statement, which is `unseen` where nothing ran it, and the tests that ran it."""
        ran = _ran(extent, hits)
        if not ran:
            return (unseen if set(extent).isdisjoint(hits.at_import) else Mark.AT_IMPORT), Runs(0, ())
        noticed = self._noticed(path, extent.start, ran)
        is_noticed = any(it.asserted for many in noticed.values() for it in many)
        return (Mark.NOTICED if is_noticed else Mark.RUN), _first(ran, noticed)

    def _noticed(self, path: str, line: int, ran: Sequence[int]) -> dict[int, list[Notice]]:
        """What tests that `ran` a line noticed when the function around it was another: only those that did."""
        around = [by_test for extent, by_test in self._by_function.get(path, {}).items() if line in extent]
        tests = frozenset(ran) if around else frozenset()
        found: defaultdict[int, list[Notice]] = defaultdict(list)
        for by_test in around:
            for test in tests.intersection(by_test):
                found[test] += by_test[test]
        return found

    @cached_property
    def _by_function(self) -> Mapping[str, Mapping[range, Mapping[int, list[Notice]]]]:
        """The notices by path, by the lines of the function that was another, and by the test's index."""
        tests = self.evidence.tests if self.evidence else ()
        indexes = {it.node_id: index for index, it in enumerate(tests)}
        found: defaultdict[str, defaultdict[range, defaultdict[int, list[Notice]]]]
        found = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        for notice in self.notices:
            for it in notice.functions:
                for test in {indexes[node_id] for node_id in notice.tests if node_id in indexes}:
                    found[it.path][it.extent][test].append(notice)
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


def _ran(extent: range, hits: LineHits) -> Sequence[int]:
    """The tests that ran any of these lines."""
    found = [tests for line in extent if (tests := hits.by_test.get(line))]
    return found[0] if len(found) == 1 else sorted(set().union(*found))


def _first(ran: Sequence[int], noticed: Mapping[int, Iterable[Notice]]) -> Runs:
    others = islice((test for test in ran if test not in noticed), MOST_TESTS)
    words = {test: tuple(dict.fromkeys(it.words for it in noticed[test])) for test in sorted(noticed)}
    named = [*words.items(), *((test, ()) for test in others)]
    return Runs(len(ran), tuple(named[:MOST_TESTS]))


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
