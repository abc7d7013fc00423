"""What a page shows of a change: the rows of its files, with what the run and its proofs say of each line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.audit.excerpts import MOST_OF_FILE, cost, cut, excerpts
from pytest_agentaudit.audit.line_marks import Marked, Runs, Watcher, silenced
from pytest_agentaudit.change.model import FilePair, FileRole
from pytest_agentaudit.diffs import Complexity, Diffs, Excerpt, FileDiff, Ran, Runners, ShownTest
from pytest_agentaudit.facts.altered import altered_functions
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.noticed import Notice, notices
from pytest_agentaudit.model import Evidence, Verdict
from pytest_agentaudit.proof import Proofs

MOST_OF_ALL = 4_000_000
"""Characters of all files together: more is no page that a person reads."""
_BINARY = b"\0"


class Showing(Struct, frozen=True, dict=True):
    """All that is known of a change once it is judged. `watched` are the roles of files whose lines a run watches,
    `limit` is the complexity above which a rise is reported.
    """

    delta: Delta
    watched: frozenset[FileRole]
    evidence: Evidence | None
    proofs: Proofs | None
    limit: float

    def shown(self, verdict: Verdict) -> Verdict:
        """The verdict with its files' lines."""
        runners = _Runners(self.evidence)
        return replace(
            verdict,
            change=replace(
                verdict.change,
                diffs=Diffs(
                    files=tuple(self._files(verdict, runners)),
                    tests=tuple(runners.tests),
                    notices=tuple(runners.notices),
                    runners=tuple(runners.groups),
                    complexity=tuple(self._complexity()),
                    limit=self.limit,
                ),
            ),
        )

    @cached_property
    def _notices(self) -> tuple[Notice, ...]:
        if self.evidence is None or self.proofs is None:
            return ()
        return tuple(notices(self.delta, self.evidence, self.proofs))

    def _files(self, verdict: Verdict, runners: _Runners) -> Iterator[FileDiff]:
        wanted: dict[str, set[int]] = defaultdict(set)
        for finding in (*verdict.findings, *verdict.waived):
            for place in (finding.location, *finding.related):
                wanted[place.path].add(place.line)
        first = {path: number for number, path in enumerate(dict.fromkeys(it.location.path for it in verdict.findings))}
        room = MOST_OF_ALL
        watcher = Watcher(self.evidence, self.watched, self._notices)
        for file in sorted(self.delta.files, key=lambda it: (first.get(it.path, len(first)), it.path)):
            rows, left_out = _rows(file.pair, wanted[file.path], room)
            room -= cost(rows)
            yield _diff(file, rows, left_out, watcher.marked(file), runners)

    def _complexity(self) -> Iterator[Complexity]:
        """The altered functions whose figure is another, or that are new."""
        for it in altered_functions(self.delta):
            before = it.old.complexity if it.old else None
            if it.new.complexity is not None and it.new.complexity != before:
                yield Complexity(it.path, it.new.line, it.new.qualified_name, before, it.new.complexity)


class _Runners:
    """The tests that ran lines, each once, what became of them, each text once, and each set of both once."""

    def __init__(self, evidence: Evidence | None) -> None:
        self.tests: list[ShownTest] = []
        self.notices: dict[str, int] = {}
        self.groups: list[Runners] = []
        self._known = evidence.tests if evidence else ()
        self._tests: dict[int, int] = {}
        self._groups: dict[Runs, int] = {}

    def group(self, runs: Runs) -> int:
        """The index of a line's tests in `groups`."""
        if runs not in self._groups:
            self._groups[runs] = len(self.groups)
            first = tuple(Ran(self._test(test), self._words(said)) for test, said in runs.first)
            self.groups.append(Runners(runs.count, first))
        return self._groups[runs]

    def _test(self, test: int) -> int:
        if test not in self._tests:
            self._tests[test] = len(self.tests)
            self.tests.append(ShownTest(self._known[test].node_id, self._known[test].outcome.value))
        return self._tests[test]

    def _words(self, said: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.notices.setdefault(words, len(self.notices)) for words in said)


def _rows(pair: FilePair, wanted: Iterable[int], room: int) -> tuple[tuple[Excerpt, ...], int]:
    if any(side and _BINARY in side.content for side in (pair.old, pair.new)):
        return (), 0
    return cut(excerpts(pair, frozenset(wanted)), min(MOST_OF_FILE, room))


def _diff(file: FileDelta, rows: tuple[Excerpt, ...], left_out: int, marked: Marked, runners: _Runners) -> FileDiff:
    pair = file.pair
    return FileDiff(
        path=file.path,
        role=file.role.value,
        status=_status(pair),
        old_path=pair.old.path if pair.old and pair.old.path != pair.path else "",
        added=sum(it.new_count for it in pair.hunks),
        removed=sum(it.old_count for it in pair.hunks),
        excerpts=rows,
        marks=marked.marks,
        runners={line: runners.group(runs) for line, runs in marked.runs.items()},
        silenced=silenced(file),
        why=marked.why,
        remarks=tuple(_remarks(file)),
        left_out=left_out,
    )


def _status(pair: FilePair) -> str:
    if pair.old is None or pair.new is None:
        return "added" if pair.old is None else "removed"
    return "changed" if pair.old.path == pair.new.path else "renamed"


def _remarks(file: FileDelta) -> Iterator[str]:
    """What the rows of a file do not tell."""
    old, new = file.pair.old, file.pair.new
    if old and new and old.mode != new.mode:
        yield f"the mode was {old.mode:o} and is {new.mode:o}"
    if any(side and _BINARY in side.content for side in (old, new)):
        sizes = [str(len(side.content)) if side else "no" for side in (old, new)]
        yield f"no text: {sizes[0]} bytes before, {sizes[1]} after"
    if file.new and file.new.problem and file.pair.is_python:
        yield f"it could not be read as Python: {file.new.problem.cause}"
