"""Records of agent-trace 0.1.0: which lines of which revision an agent wrote.

The format leaves open where records are kept. Read are the files that its reference writes, `.agent-trace/*.jsonl` and
`*.json` of the audited tree, and notes under refs/notes/agent-trace. A record speaks of lines as its revision has them;
tools that write one while they edit name the revision below, so a commit's lines are looked up by its parents too.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.audit.attributable import RECORDS
from pytest_agentaudit.audit.authors import agent_named
from pytest_agentaudit.change.listing import listing
from pytest_agentaudit.change.model import Change, Tree
from pytest_agentaudit.git.notes import MOST_BYTES, TRACES, Notes
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.lazy_json import loads

SUFFIXES = (".jsonl", ".json")
AGENTS = frozenset({"ai", "mixed"})
"""The kinds of contributors that are agents; `human` and `unknown` name nobody."""
MOST_IN_FILE = 16 << 20
"""Bytes of one file of records; a longer one is not read."""
SOME_AGENT = "an agent"
"""The name of one that a record does not name."""


class Traced(Struct, frozen=True):
    """Lines that an agent wrote: `revision` is the commit that the numbers are for ("" where nothing is said)."""

    revision: str
    path: str
    first: int
    last: int
    agent: str


class Traces:
    """The records about a change: of head's tree (the work tree's, where that is audited) and in notes."""

    def __init__(self, repo: Repository, change: Change) -> None:
        self._change = change
        self._notes = Notes(repo, TRACES)
        self._by_path: dict[str, Mapping[str, list[Traced]]] = {}
        self._noted: dict[str, tuple[tuple[Traced, ...], bool]] = {}

    def __bool__(self) -> bool:
        return bool(self._notes) or bool(self._read[0]) or self._read[1]

    def agent(self, revisions: Iterable[str], path: str, line: int) -> str:
        """The agent that wrote a line of a file as one of the revisions has it, or ""."""
        found = (it for revision in revisions for it in self._about(revision).get(path, ()))
        return next((it.agent for it in found if it.first <= line <= it.last), "")

    def any_agent(self, revisions: Iterable[str], paths: Iterable[str]) -> str:
        """An agent that wrote anything in one of the paths at one of the revisions, or ""."""
        wanted = frozenset(paths)
        every = (item for revision in revisions for item in self._about(revision).items())
        return next((its[0].agent for path, its in every if path in wanted), "")

    def are_spoilt(self, revisions: Iterable[str]) -> bool:
        """Whether a record about the change cannot be read: what it would say is not known."""
        return self._read[1] or any(self._note(it)[1] for it in revisions if it)

    def _about(self, revision: str) -> Mapping[str, list[Traced]]:
        """What is said of a revision, by path."""
        if revision not in self._by_path:
            found: defaultdict[str, list[Traced]] = defaultdict(list)
            noted = self._note(revision)[0] if revision else ()
            for it in (*self._filed.get(revision, ()), *noted):
                found[it.path].append(it)
            self._by_path[revision] = dict(found)
        return self._by_path[revision]

    def _note(self, commit: str) -> tuple[tuple[Traced, ...], bool]:
        """The records in a commit's note; those that name no revision are about the commit."""
        if commit not in self._noted:
            text = self._notes.read(commit)
            found, spoilt = _records(text) if text is not None else ([], False)
            self._noted[commit] = tuple(it for it in found if it.revision in {"", commit}), spoilt
        return self._noted[commit]

    @cached_property
    def _filed(self) -> Mapping[str, list[Traced]]:
        """The records in files, by revision."""
        found: defaultdict[str, list[Traced]] = defaultdict(list)
        for it in self._read[0]:
            found[it.revision].append(it)
        return dict(found)

    @cached_property
    def _read(self) -> tuple[tuple[Traced, ...], bool]:
        """The records in files. One without a revision speaks of head, where the change brought it along."""
        known = {it for it in self._in(self._change.old)[0] if not it.revision}
        found, spoilt = self._in(self._change.new)
        return tuple(it for it in found if it not in known), spoilt

    @staticmethod
    def _in(tree: Tree) -> tuple[list[Traced], bool]:
        found: list[Traced] = []
        spoilt = False
        for path in listing(tree).below(RECORDS):
            if posixpath.dirname(path) == RECORDS and path.endswith(SUFFIXES) and (text := tree.read(path)) is not None:
                said, broken = _records(text, MOST_IN_FILE)
                found += said
                spoilt |= broken
        return found, spoilt


def _records(text: bytes, most: int = MOST_BYTES) -> tuple[list[Traced], bool]:
    """What one record, a list of them or one a line say, and whether any could not be read."""
    if len(text) > most:
        return [], True
    whole = _parsed(text)
    documents = whole if isinstance(whole, list) else [whole] if whole is not None else _by_line(text)
    found: list[Traced] = []
    spoilt = False
    for document in documents:
        try:
            found += _traced(document)
        except (KeyError, TypeError, AttributeError, ValueError):
            spoilt = True
    return found, spoilt


def _by_line(text: bytes) -> list[object]:
    return [_parsed(line) for line in text.split(b"\n") if line.strip()]


def _parsed(text: bytes) -> object:
    try:
        return loads(text)
    except (ValueError, RecursionError):
        return None


def _traced(record: object) -> Iterator[Traced]:
    """The ranges of a record. KeyError, TypeError, AttributeError or ValueError where it is none."""
    if not isinstance(record, dict) or not isinstance(record["version"], str):
        raise TypeError
    revision = record["vcs"]["revision"] if record.get("vcs") else ""
    tool = (record.get("tool") or {}).get("name") or ""
    for file in record["files"]:
        for talk in file["conversations"]:
            for it in talk["ranges"]:
                who = it.get("contributor") or talk.get("contributor") or {}
                if who.get("type") in AGENTS:
                    name = str(tool or who.get("model_id") or "")
                    path, first, last = str(file["path"]), int(it["start_line"]), int(it["end_line"])
                    yield Traced(str(revision), path, first, last, agent_named(name) if name else SOME_AGENT)
