"""Notes in which tools keep who wrote which line of a commit (refs/notes/ai, format authorship/3.0.0)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from pytest_agentaudit.audit.authors import agent_named
from pytest_agentaudit.git.notes import AI, MOST_BYTES, Notes
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.lazy_json import loads

Ranges = Mapping[str, list[tuple[int, int, str]]]
"""By path, the first and last line, and the tool that wrote them."""


class AiNotes:
    """The notes of a repository; it may have none."""

    def __init__(self, repo: Repository) -> None:
        self._notes = Notes(repo, AI)
        self._of = cache(self._read)

    def __bool__(self) -> bool:
        return bool(self._notes)

    def tool(self, commit: str, path: str, line: int) -> str:
        """The agent that the commit's note names for a line of the file as the commit left it, or ""."""
        return next((tool for first, last, tool in self._of(commit).get(path, ()) if first <= line <= last), "")

    def any_tool(self, commit: str) -> str:
        """An agent of whom the commit's note says that it took part, or "": all that it wrote may be gone again."""
        text = self._notes.read(commit)
        sessions = _sessions(_parted(text)[1]) if text is not None and len(text) <= MOST_BYTES else None
        return next(iter((sessions or {}).values()), "")

    def is_spoilt(self, commit: str) -> bool:
        """Whether the commit has a note that cannot be read: what it would say is not known."""
        text = self._notes.read(commit)
        return text is not None and (len(text) > MOST_BYTES or _sessions(_parted(text)[1]) is None)

    def _read(self, commit: str) -> Ranges:
        text = self._notes.read(commit)
        found: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for path, first, last, tool in _ranges(text) if text is not None and len(text) <= MOST_BYTES else ():
            found[path].append((first, last, tool))
        return dict(found)


def _parted(note: bytes) -> tuple[str, str]:
    """The lines of the note, and what it says of the sessions that wrote them."""
    above, _, below = f"\n{note.decode('utf-8', 'replace')}".partition("\n---\n")
    return above, below


def _ranges(note: bytes) -> Iterator[tuple[str, int, int, str]]:
    """Paths at the line's start, below each its sessions with their lines. A session's name may have a trace's behind
    it: `s_1::t_2`.
    """
    above, below = _parted(note)
    tools = _sessions(below) or {}
    path = ""
    for line in above.split("\n"):
        if not line.startswith(" "):
            path = line.strip().strip('"')
            continue
        name, _, lines = line.strip().partition(" ")
        session = name.partition("::")[0]
        for part in lines.split(","):
            first, _, last = part.strip().partition("-")
            if session in tools and first.isdecimal() and (last or first).isdecimal():
                yield path, int(first[:9]), int((last or first)[:9]), tools[session]


def _sessions(text: str) -> Mapping[str, str] | None:
    """The agent of each session, in the older form (`prompts`) and the newer one; None where that cannot be read. A
    session that names no tool is passed over, and so are people.
    """
    try:
        document = loads(text)
        kept = [document.get(kind) or {} for kind in ("prompts", "sessions")]
        named = {name: session["agent_id"]["tool"] for sessions in kept for name, session in sessions.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return {name: agent_named(tool) for name, tool in named.items() if isinstance(tool, str) and tool}
