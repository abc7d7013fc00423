"""The report for programs. Its shape is a contract: `schema.json` beside this file describes every key."""

from __future__ import annotations

import json
from typing import TextIO

from pytest_agentaudit import __version__
from pytest_agentaudit.model import Finding, Location, Verdict
from pytest_agentaudit.waiver import Waiver

SCHEMA = 1
"""Grows when a key is removed or changes its meaning; new keys leave it alone."""


def render(verdict: Verdict, stream: TextIO) -> None:
    """Write the verdict as one JSON document, ASCII only, keys in the order of the schema."""
    json.dump(document(verdict), stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def document(verdict: Verdict) -> dict[str, object]:
    """The verdict as plain JSON values."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "pytest-agentaudit", "version": __version__},
        "promise": verdict.promise.value,
        "base": verdict.base,
        "base_origin": verdict.base_origin,
        "head": verdict.head or None,
        "verdict": verdict.result.value,
        "findings": [_finding(finding) for finding in verdict.findings],
        "waived": [{**_finding(finding), "waiver": _waiver(finding.waiver)} for finding in verdict.waived],
        "not_judged": [{"rule": item.rule, "path": item.path, "reason": item.reason} for item in verdict.not_judged],
        "steps": [{"name": step.name, "result": step.result.value, "reason": step.reason} for step in verdict.steps],
        "off": dict(verdict.off),
        "agents": dict(verdict.change.agents),
        "bearing": {"fails": verdict.bearing.fails, "why": verdict.bearing.why},
        "stats": {
            "files": verdict.stats.files,
            "lines": verdict.stats.lines,
            "tests": verdict.stats.tests,
            "seconds": {stage: round(seconds, 4) for stage, seconds in verdict.stats.seconds.items()},
        },
    }


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "family": finding.family.value,
        "level": finding.level.value,
        **_location(finding.location),
        "message": finding.message,
        "evidence": dict(finding.evidence),
        "fix": finding.fix,
        "not_a_fix": finding.not_a_fix,
        "related": [_location(location) for location in finding.related],
        "fingerprint": finding.fingerprint,
    }


def _waiver(waiver: Waiver | None) -> dict[str, object] | None:
    if waiver is None:
        return None
    return {
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "grant": waiver.grant,
        "path": waiver.file,
        "line": waiver.line,
    }


def _location(location: Location) -> dict[str, object]:
    return {
        "path": location.path,
        "line": location.line,
        "end_line": location.end_line,
        "symbol": location.symbol,
    }
