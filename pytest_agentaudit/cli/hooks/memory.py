"""What agents were told already: kept in the git directory, so that nobody is held back twice for the same findings."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from pytest_agentaudit.report.targets import replacing
from pytest_agentaudit.wire import WireError, from_plain, to_plain

PLACE = "agentaudit/hooks.json"
"""Where the memory is, from the git directory."""
MOST_SESSIONS = 50
"""How many sessions are remembered; the one that was silent for longest goes first."""
MOST_BLOCKS = 3
"""How often in a row a session is held back, each time for something new. After that CI is to judge."""


class Told(Struct, frozen=True):
    """What stood when a session was last looked at (fingerprints), and how often in a row it has been held back."""

    standing: frozenset[str] = frozenset()
    blocks: int = 0


class Memory(Struct, frozen=True):
    """The sessions of one work tree. `git_dir` is its git directory, "" where there is none to keep anything in."""

    git_dir: str

    def begin(self, sessions: Iterable[str], standing: frozenset[str]) -> None:
        """Remember what stood when sessions began: it is not their doing."""
        with suppress(OSError):
            self._write({**self._read(), **dict.fromkeys(sessions, Told(standing))})

    def news(self, session: str, standing: frozenset[str], *, again: bool | None) -> frozenset[str]:
        """What to hold the session back for, of all that stands, and remember that it is told.

        Where nothing can be kept, the agent's own flag `again` decides: one that has none (None) is let go.
        """
        try:
            sessions = self._read()
            told = sessions.pop(session, Told())
            fresh = standing - told.standing if told.blocks < MOST_BLOCKS else frozenset()
            now = Told(standing, told.blocks + 1 if fresh else 0)
            if now != told:
                self._write({**sessions, session: now})
        except OSError:
            return standing if again is False else frozenset()
        return fresh

    def _read(self) -> dict[str, Told]:
        """The sessions, the newest last. A file that is none of ours is forgotten."""
        try:
            content = self._file.read_text(encoding="utf-8")
            return from_plain(dict[str, Told], json.loads(content))
        except (FileNotFoundError, WireError, ValueError, RecursionError):
            return {}

    def _write(self, sessions: dict[str, Told]) -> None:
        kept = dict(list(sessions.items())[-MOST_SESSIONS:])
        with replacing(self._file) as stream:
            json.dump(to_plain(kept), stream)

    @property
    def _file(self) -> Path:
        if not self.git_dir:
            raise OSError("no git directory")
        return Path(self.git_dir, PLACE)
