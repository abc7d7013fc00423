"""Whose work the findings are, as commits and notes say of themselves: shown and counted, trusted for nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.audit.agent_traces import Traces
from pytest_agentaudit.audit.ai_notes import AiNotes
from pytest_agentaudit.audit.authors import AuthorKind, author_of
from pytest_agentaudit.change.model import Change, FilePair
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.blame import Origin
from pytest_agentaudit.git.objects import Commit
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.model import Finding, Verdict

MOST_COMMITS = 1_000
MOST_FILES = 100
"""Files whose lines are looked up, the worst first: each costs a git command."""
SHORT = 7
"""Digits of a commit's name that are shown."""


class Said(Struct, frozen=True):
    """An agent, and what names it ("commit 1234567")."""

    agent: str
    by: str


def attributed(verdict: Verdict, change: Change, repo: Repository) -> Verdict:
    """The verdict with `author` in the evidence of findings whose lines a coding agent says it wrote, and with their
    count. Result, levels and fingerprints stay.
    """
    with suppress(AuditError):  # a name is not worth a failed audit
        if verdict.findings:
            return _named(verdict, change, Attributions(change, repo))
    return verdict


class Attributions:
    """What the commits of a change, notes on them and trace records say of who wrote it."""

    def __init__(self, change: Change, repo: Repository) -> None:
        self._change, self._repo = change, repo
        self._base, self._head = change.base, change.head or repo.resolve("HEAD")
        self._notes, self._traces = AiNotes(repo), Traces(repo, change)
        self._tree = repo.tree(self._head)

    @cached_property
    def commits(self) -> Mapping[str, Commit]:
        """The commits of the change, merges among them, MOST_COMMITS at most."""
        names = self._repo.history(self._base, self._head, along=False, most=MOST_COMMITS, merges=True)
        return {name: self._repo.commit(name) for name in names} if self._head != self._base else {}

    @cached_property
    def agents(self) -> dict[str, str]:
        """The commits that say an agent made them, with its name."""
        authors = {name: author_of(commit.author, commit.message) for name, commit in self.commits.items()}
        return {name: author.name for name, author in authors.items() if author.kind is AuthorKind.AGENT}

    @property
    def are_silent(self) -> bool:
        """Whether nothing can be learnt from them."""
        return not (self.agents or self._notes or self._traces)

    def of_lines(self, pair: FilePair, wanted: Iterable[int]) -> dict[int, Said]:
        """Who wrote these changed lines of a file, as far as anybody says so. What is not committed is nobody's, unless
        a trace record for the head below names somebody.
        """
        if pair.new is None:
            return {}
        if self._tree.read(pair.path) != pair.new.content:
            revisions = ("", self._head)
            said = {line: self._traced(revisions, pair.path, line, "") for line in wanted}
            return {line: it for line, it in said.items() if it}
        runs = self._repo.origins(self._base, self._head, pair.path)
        lines = {run.line + step: (run, run.first + step) for run in runs for step in range(run.count)}
        said = {line: self._said(*lines[line], pair.path, line) for line in wanted if line in lines}
        return {line: it for line, it in said.items() if it}

    def _said(self, origin: Origin, number: int, path: str, line: int) -> Said | None:
        """A note or record speaks of the line, a commit of all its lines. `path` and `line` are head's."""
        commit = origin.commit
        if tool := self._notes.tool(commit, origin.path, number):
            return Said(tool, f"a note on commit {commit[:SHORT]}")
        known = self.commits.get(commit)
        revisions = (commit, *(known.parents if known else ()))
        if said := self._traced(revisions, origin.path, number, commit) or self._traced(("",), path, line, commit):
            return said
        agent = self.agents.get(commit)
        return Said(agent, f"commit {commit[:SHORT]}") if agent else None

    def _traced(self, revisions: Iterable[str], path: str, line: int, commit: str) -> Said | None:
        agent = self._traces.agent(revisions, path, line)
        about = f" of commit {commit[:SHORT]}" if commit else ""
        return Said(agent, f"a trace record{about}") if agent else None

    def anybody(self) -> str:
        """An agent that anything names for any part of the change, or ""."""
        made = next(iter(self.agents.values()), "")
        noted = next(filter(None, map(self._notes.any_tool, self.commits)), "")
        paths = (it.path for pair in self._change.pairs for it in (pair.old, pair.new) if it)
        return made or noted or self._traces.any_agent(self._revisions, paths)

    def unreadable(self) -> str:
        """What is there and does not tell whom it names, a clause; "" where nothing is."""
        if len(self.commits) >= MOST_COMMITS:
            return f"the change has {MOST_COMMITS} commits or more"
        if self._traces.are_spoilt(self._revisions):
            return "a record of agent-trace cannot be read"
        spoilt = next(filter(self._notes.is_spoilt, self.commits), "")
        return f"the note on commit {spoilt[:SHORT]} cannot be read" if spoilt else ""

    @property
    def _revisions(self) -> tuple[str, ...]:
        """The revisions that a record about the change may name."""
        return ("", self._base, self._head, *self.commits)


def _named(verdict: Verdict, change: Change, said: Attributions) -> Verdict:
    if said.are_silent:
        return verdict
    pairs = {pair.path: pair for pair in change.pairs}
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in verdict.findings:
        by_path[finding.location.path].append(finding)
    named: dict[str, Said] = {}
    for path in [path for path in by_path if path in pairs][:MOST_FILES]:
        pair = pairs[path]
        lines = said.of_lines(pair, {line for it in by_path[path] for line in _changed(it, pair)})
        for finding in by_path[path]:
            if author := _author(finding, pair, lines):
                named[finding.fingerprint] = author
    counts = Counter(it.agent for it in named.values())
    findings = tuple(_with_author(finding, named.get(finding.fingerprint)) for finding in verdict.findings)
    return replace(verdict, findings=findings, change=replace(verdict.change, agents=dict(counts.most_common())))


def _changed(finding: Finding, pair: FilePair) -> list[int]:
    """The changed lines that a finding is about."""
    return [line for line in range(finding.location.line, finding.location.end_line + 1) if line in pair.added]


def _author(finding: Finding, pair: FilePair, lines: Mapping[int, Said]) -> Said | None:
    """Who wrote most of the finding's changed lines, as the first of them is told."""
    said = [lines.get(line) for line in _changed(finding, pair)]
    counts = Counter(it.agent if it else "" for it in said)
    agent = max(counts, key=lambda name: counts[name], default="")
    return next((it for it in said if it and it.agent == agent), None)


def _with_author(finding: Finding, said: Said | None) -> Finding:
    if said is None:
        return finding
    return replace(finding, evidence={**finding.evidence, "author": f"{said.agent}, as {said.by} says"})
