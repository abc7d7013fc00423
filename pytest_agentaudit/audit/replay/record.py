"""What a replay has found so far, in a file with one line a change: a replay that was stopped goes on from there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytest_agentaudit import __version__
from pytest_agentaudit.audit.catalogue import all_rules
from pytest_agentaudit.audit.replay.worker import Judged
from pytest_agentaudit.errors import AuditError

Row = Mapping[str, Any]
"""One change of the JSON document (see report/replay.schema.json)."""


def row(judged: Judged) -> dict[str, Any]:
    """What is kept and told of a change."""
    change, verdict = judged.change, judged.verdict
    findings = verdict.findings if verdict else ()
    return {
        "sha": change.sha,
        "base": change.base,
        "day": change.day,
        "title": change.title,
        "author": {"kind": change.author.kind.value, "name": change.author.name},
        "verdict": verdict.result.value if verdict else None,
        "problem": judged.problem,
        "files": verdict.stats.files if verdict else 0,
        "lines": verdict.stats.lines if verdict else 0,
        "not_judged": len(verdict.not_judged) if verdict else 0,
        "waived": len(verdict.waived) if verdict else 0,
        "seconds": judged.seconds,
        "findings": [
            {
                "rule": it.rule,
                "level": it.level.value,
                "path": it.location.path,
                "line": it.location.line,
                "message": it.message,
                "size": it.size,
            }
            for it in findings
        ],
    }


class Record:
    """The rows of this and earlier replays, by commit; each new one is written at once where there is a file.

    AuditError where the file cannot be used: it is none of ours, or other rules wrote it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.rows: dict[str, Row] = {}
        if path:
            self._load(Path(path))

    def add(self, new: Row) -> None:
        """Keep a row."""
        self.rows[new["sha"]] = new
        if self.path:
            self._append(new)

    def _load(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
        except (OSError, ValueError) as error:
            raise self._unusable(getattr(error, "strerror", None) or "it is no text") from error
        if not text:
            self._append(_header())
            return
        first, *lines = text.split("\n")
        if _parsed(first) != _header():
            known = isinstance(_parsed(first), dict) and "replay" in _parsed(first)
            raise self._unusable("other rules wrote it" if known else "no replay wrote it")
        for line in lines:
            kept = _parsed(line)
            if isinstance(kept, dict) and isinstance(kept.get("sha"), str) and isinstance(kept.get("findings"), list):
                self.rows[kept["sha"]] = kept
        if lines[-1:] != [""]:
            self._append(None)

    def _append(self, value: Row | None) -> None:
        """Write a line; None ends one that was cut off."""
        try:
            Path(self.path).parent.mkdir(parents=True, exist_ok=True)
            with Path(self.path).open("a", encoding="utf-8") as file:
                file.write(("" if value is None else json.dumps(value)) + "\n")
        except (OSError, ValueError) as error:
            raise self._unusable(getattr(error, "strerror", None) or str(error)) from error

    def _unusable(self, cause: str) -> AuditError:
        return AuditError(
            f"the file to resume from, {self.path!r}, cannot be used: {cause}",
            "name another file, or remove this one to begin anew",
        )


def _header() -> dict[str, Any]:
    """The first line: results of other rules are not mixed with these."""
    return {"replay": 1, "version": __version__, "rules": sorted(all_rules())}


def _parsed(line: str) -> Any:
    with suppress(ValueError, RecursionError):
        return json.loads(line)
    return None
