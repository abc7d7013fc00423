"""Where a reader finds, at head, what a change took away or edited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pytest_agentaudit.change.model import Change, FilePair, Side


class Places:
    """Lines of the base, as lines of the head."""

    def __init__(self, change: Change) -> None:
        self._change = change

    @cached_property
    def by_old(self) -> Mapping[str, FilePair]:
        """The changed files by their base path."""
        return {pair.old.path: pair for pair in self._change.pairs if pair.old}

    def head(self, old_path: str, line: int) -> tuple[str, int]:
        """Where a base line, or the gap that it left, stands at head. Of a deleted file: where it stood."""
        pair = self.by_old.get(old_path)
        if pair is None or pair.new is None:
            return old_path, line
        shift = 0
        for hunk in pair.hunks:
            if line < hunk.old_start:
                break
            if line < hunk.old_start + hunk.old_count:
                last = max(1, pair.new.content.count(b"\n"))
                return pair.new.path, min(hunk.new_start + min(line - hunk.old_start, max(0, hunk.new_count - 1)), last)
            shift = hunk.new_start + hunk.new_count - hunk.old_start - hunk.old_count
        return pair.new.path, max(1, line + shift)

    def went_along(self, old_path: str, line: int) -> bool:
        """Whether a base line went unedited with its file to another path."""
        pair = self.by_old.get(old_path)
        return bool(pair and pair.new and pair.new.path != old_path and line not in pair.removed)


def text_of(side: Side | None) -> str:
    """A side's text, bytes that are none replaced; "" where there is no side."""
    return side.content.decode(errors="replace") if side else ""
