"""Notes in which tools keep who wrote which line of a commit (refs/notes/ai, format authorship/3.0.0)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

from pytest_agentaudit.audit.authors import agent_named
from pytest_agentaudit.git.repository import Repository

REF = "refs/notes/ai"
MOST_BYTES = 1 << 20
"""Of one note; a longer one is not read."""

Ranges = list[tuple[str, int, int, str]]
"""Path, first and last line, and the tool that wrote them."""


class Notes:
    """The notes of a repository; it may have none."""

    def __init__(self, repo: Repository) -> None:
        self._tree = repo.tree(repo.resolve(REF)) if repo.exists(REF) else None
        self._of = cache(self._read)

    @property
    def exist(self) -> bool:
        """Whether the clone has any."""
        return self._tree is not None

    def tool(self, commit: str, path: str, line: int) -> str:
        """The agent that the commit's note names for a line of the file as the commit left it, or ""."""
        found = (tool for name, first, last, tool in self._of(commit) if name == path and first <= line <= last)
        return next(found, "")

    def _read(self, commit: str) -> Ranges:
        if self._tree is None:
            return []
        text = self._tree.read(commit) or self._tree.read(f"{commit[:2]}/{commit[2:]}") or b""
        return list(_ranges(text.decode("utf-8", "replace"))) if len(text) <= MOST_BYTES else []


def _ranges(note: str) -> Iterator[tuple[str, int, int, str]]:
    """Paths at the line's start, below each its sessions with their lines, then `---` and what sessions are."""
    above, _, below = note.partition("\n---\n")
    tools = _tools(below)
    path = ""
    for line in above.split("\n"):
        if not line.startswith(" "):
            path = line.strip().strip('"')
            continue
        session, _, lines = line.strip().partition(" ")
        for part in lines.split(","):
            first, _, last = part.strip().partition("-")
            if session in tools and first.isdecimal() and (last or first).isdecimal():
                yield path, int(first), int(last or first), tools[session]


def _tools(text: str) -> dict[str, str]:
    """The agent of each session. Whatever is not as the format says is passed over."""
    try:
        sessions = json.loads(text)["prompts"].items()
        named = {name: session["agent_id"]["tool"] for name, session in sessions}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: agent_named(tool) for name, tool in named.items() if isinstance(tool, str) and tool}
