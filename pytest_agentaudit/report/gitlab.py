"""The report for GitLab's merge requests: its Code Quality artifact, a JSON array.

What was waived or not judged stands in it too, as information: an empty array reads as a change without findings.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TextIO

from pytest_agentaudit.model import Finding, Level, Verdict
from pytest_agentaudit.report.summary import open_questions, waived
from pytest_agentaudit.report.text import visible, visible_lines

SEVERITIES = {Level.ERROR: "critical", Level.WARNING: "major", Level.NOTE: "info"}
"""GitLab's words for the levels."""
NOWHERE = "pyproject.toml"
"""Where what belongs to no file is shown: an entry needs a path, and this is where the policy stands."""

Entry = dict[str, object]


def render(verdict: Verdict, stream: TextIO) -> None:
    """Write the array, ASCII only."""
    json.dump(list(_unique(_entries(verdict))), stream, indent=1, ensure_ascii=True)
    stream.write("\n")


def _entries(verdict: Verdict) -> Iterator[Entry]:
    yield from map(_finding, verdict.findings)
    for finding, text in zip(verdict.waived, waived(verdict), strict=True):
        place = finding.location
        yield _entry(f"waived: {text}", finding.rule, "info", place.path, place.line, finding.fingerprint)
    severity = "info" if verdict.base else "blocker"
    for text in open_questions(verdict):
        yield _entry(text, "not-judged", severity, NOWHERE, 1, "")


def _finding(finding: Finding) -> Entry:
    place = finding.location
    description = f"{finding.message} Fix: {finding.fix}" if finding.fix else finding.message
    severity = SEVERITIES[finding.level]
    return _entry(description, finding.rule, severity, place.path, place.line, finding.fingerprint)


def _entry(description: str, check: str, severity: str, path: str, line: int, fingerprint: str) -> Entry:
    path = path.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is no JSON to other parsers
    return {
        "description": visible_lines(description),
        "check_name": visible(check),
        "fingerprint": fingerprint or _digest(path, check, description),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    }


def _unique(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries with fingerprints of their own: GitLab drops all but one of those that share one."""
    seen: Counter[object] = Counter()
    for entry in entries:
        fingerprint = entry["fingerprint"]
        number = seen[fingerprint]
        seen[fingerprint] += 1
        yield {**entry, "fingerprint": _digest(str(fingerprint), str(number))} if number else entry


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
