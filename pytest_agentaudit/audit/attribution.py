"""Whose work the findings are, as commits and notes say of themselves: shown and counted, trusted for nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from functools import cached_property

from msgspec.structs import replace

from pytest_agentaudit.audit.ai_notes import Notes
from pytest_agentaudit.audit.authors import AuthorKind, author_of
from pytest_agentaudit.change.model import Change, FilePair
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.blame import Origin
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.model import Finding, Verdict

MOST_COMMITS = 1_000
MOST_FILES = 100
"""Files whose lines are looked up, the worst first: each costs a git command."""


def attributed(verdict: Verdict, change: Change, repo: Repository) -> Verdict:
    """The verdict with `author` in the evidence of findings whose lines a coding agent says it wrote, and with their
    count. Result, levels and fingerprints stay. Lines that are not committed are nobody's.
    """
    with suppress(AuditError):  # a name is not worth a failed audit
        head = change.head or repo.resolve("HEAD")
        if verdict.findings and head != change.base:
            return _named(verdict, change, _Commits(repo, change.base, head))
    return verdict


class _Commits:
    """The commits of the change, and what they say of their lines."""

    def __init__(self, repo: Repository, base: str, head: str) -> None:
        self._repo, self._base, self._head = repo, base, head
        self._tree = repo.tree(head)
        self._notes = Notes(repo)

    @cached_property
    def agents(self) -> dict[str, str]:
        """The commits that say an agent made them, with its name."""
        names = self._repo.history(self._base, self._head, along=False, most=MOST_COMMITS)
        made = {name: self._repo.commit(name) for name in names}
        authors = {name: author_of(commit.author, commit.message) for name, commit in made.items()}
        return {name: author.name for name, author in authors.items() if author.kind is AuthorKind.AGENT}

    @property
    def are_silent(self) -> bool:
        """Whether nothing can be learnt from them."""
        return not self.agents and not self._notes.exist

    def origins(self, pair: FilePair) -> dict[int, tuple[Origin, int]]:
        """For the lines of a file: where each comes from, and its number there. Empty where the file is not as the
        head has it.
        """
        if pair.new is None or self._tree.read(pair.path) != pair.new.content:
            return {}
        runs = self._repo.origins(self._base, self._head, pair.path)
        return {run.line + step: (run, run.first + step) for run in runs for step in range(run.count)}

    def agent(self, origin: Origin, line: int) -> str:
        """The agent that wrote a line: a note speaks of the line, a commit of all its lines."""
        return self._notes.tool(origin.commit, origin.path, line) or self.agents.get(origin.commit, "")


def _named(verdict: Verdict, change: Change, commits: _Commits) -> Verdict:
    if commits.are_silent:
        return verdict
    pairs = {pair.path: pair for pair in change.pairs}
    by_path: defaultdict[str, list[Finding]] = defaultdict(list)
    for finding in verdict.findings:
        by_path[finding.location.path].append(finding)
    named: dict[str, tuple[str, str]] = {}
    for path in [path for path in by_path if path in pairs][:MOST_FILES]:
        origins = commits.origins(pairs[path])
        for finding in by_path[path]:
            if author := _author(finding, pairs[path], origins, commits):
                named[finding.fingerprint] = author
    counts = Counter(agent for agent, _ in named.values())
    findings = tuple(_with_author(finding, named) for finding in verdict.findings)
    return replace(verdict, findings=findings, change=replace(verdict.change, agents=dict(counts.most_common())))


def _author(
    finding: Finding, pair: FilePair, origins: dict[int, tuple[Origin, int]], commits: _Commits
) -> tuple[str, str] | None:
    """The agent that wrote most of the finding's changed lines, and the first of its commits there."""
    place = finding.location
    lines = [line for line in range(place.line, place.end_line + 1) if line in pair.added and line in origins]
    said = [(commits.agent(*origins[line]), origins[line][0].commit) for line in lines]
    counts = Counter(agent for agent, _ in said)
    agent = max(counts, key=lambda name: counts[name], default="")
    return next((it for it in said if it[0] == agent), None) if agent else None


def _with_author(finding: Finding, named: dict[str, tuple[str, str]]) -> Finding:
    if finding.fingerprint not in named:
        return finding
    agent, commit = named[finding.fingerprint]
    return replace(finding, evidence={**finding.evidence, "author": f"{agent}, as commit {commit[:7]} says"})
