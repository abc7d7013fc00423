"""The report for code scanning: SARIF 2.1.0 (OASIS), as GitHub takes it.

GitHub shows an alert in a pull request only where all its lines are in the diff, so a result stands on changed lines;
where the finding's own place is another one, that is its first related location.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TextIO

from pytest_agentaudit import __version__
from pytest_agentaudit.model import Finding, Level, Location, NotJudged, RuleInfo, Verdict
from pytest_agentaudit.report.anchors import anchored
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.links import uri_path
from pytest_agentaudit.report.summary import answered_for
from pytest_agentaudit.report.text import visible, visible_lines

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub takes no more of one run."""
MOST_RELATED = 100
"""GitHub shows no more locations of one result."""
MOST_SUMMARY = 1_024
"""Characters that GitHub takes of a rule's descriptions."""
CATEGORY = "agentaudit"
"""Under which code scanning keeps the results apart from other tools' and earlier ones together."""

_ROOT = "%SRCROOT%"
_NOT_JUDGED, _NO_VERDICT = "not-judged", "could-not-audit"
_NOTICES = {
    _NOT_JUDGED: "There is something that no rule could decide.",
    _NO_VERDICT: "There is no verdict on the change.",
}
_SEVERITY = {Level.ERROR: "error", Level.WARNING: "warning", Level.NOTE: "recommendation"}

Json = dict[str, object]


def render(verdict: Verdict, stream: TextIO, hosting: Hosting | None = None) -> None:
    """Write the verdict as one SARIF log with one run, ASCII only."""
    json.dump(document(verdict, hosting or Hosting()), stream, indent=1, ensure_ascii=True)
    stream.write("\n")


def document(verdict: Verdict, hosting: Hosting) -> Json:
    """The log as plain JSON values."""
    rules = {rule.name: rule for rule in _rules(verdict)}
    numbers = {name: number for number, name in enumerate(rules)}
    results = [_result(finding, numbers, verdict) for finding in verdict.findings]
    waived = [{**_result(it, numbers, verdict), "suppressions": [_suppression(it)]} for it in verdict.waived]
    run: Json = {
        "tool": {"driver": _driver(rules.values())},
        "automationDetails": {"id": f"{CATEGORY}/{verdict.base[:12]}..{(verdict.head or hosting.commit)[:12]}"},
        "invocations": [{"executionSuccessful": bool(verdict.base), **_notifications(verdict)}],
        **_provenance(verdict, hosting),
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The top folder of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": [*results, *waived][:MOST_RESULTS],
        "properties": {
            "verdict": verdict.result.value,
            "promise": verdict.promise.value,
            "base": verdict.base,
            "agents": {visible(name): number for name, number in verdict.change.agents.items()},
            "bearing": {"fails": verdict.bearing.fails, "why": visible(verdict.bearing.why)},
        },
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(verdict: Verdict) -> Iterator[RuleInfo]:
    """What is known of the rules that results name."""
    known = {rule.name: rule for rule in verdict.catalogue}
    for finding in (*verdict.findings, *verdict.waived):
        summary = f"What the rule {finding.rule} looks for."
        yield known.get(finding.rule) or RuleInfo(finding.rule, finding.family, finding.level, summary, summary)


def _driver(rules: Iterable[RuleInfo]) -> Json:
    return {
        "name": "pytest-agentaudit",
        "semanticVersion": __version__,
        "informationUri": "https://pypi.org/project/pytest-agentaudit/",
        "rules": [_rule(rule) for rule in rules],
        "notifications": [_descriptor(name, text, f"{text} The message says why.") for name, text in _NOTICES.items()],
    }


def _rule(rule: RuleInfo) -> Json:
    return {
        **_descriptor(rule.name, rule.summary, rule.help),
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {"tags": [rule.family.value], "problem.severity": _SEVERITY[rule.level], "precision": "high"},
    }


def _descriptor(name: str, summary: str, page: str) -> Json:
    text = {"text": visible(summary)[:MOST_SUMMARY]}
    return {
        "id": visible(name),
        "name": "".join(part.capitalize() for part in visible(name).split("-")),
        "shortDescription": text,
        "fullDescription": text,
        "help": {"text": visible_lines(page), "markdown": visible_lines(page)},
    }


def _result(finding: Finding, numbers: Mapping[str, int], verdict: Verdict) -> Json:
    place = finding.location
    anchor = anchored(place, verdict.change.lines)
    elsewhere = [(place, "the place itself")] if anchor.line != place.line else []
    related = [*elsewhere, *((it, "also here") for it in finding.related)][:MOST_RELATED]
    return {
        "ruleId": visible(finding.rule),
        "ruleIndex": numbers[finding.rule],
        "level": finding.level.value,
        "message": {"text": _message(finding)},
        "locations": [{**_location(anchor, finding), **_symbol(place)}],
        **({"relatedLocations": _related(related, finding)} if related else {}),
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint[:16]}:1",
            "agentAudit/v1": finding.fingerprint,
        },
        "properties": {"family": finding.family.value},
    }


def _message(finding: Finding) -> str:
    """The message with evidence and advice, without what readers would take for a link (3.11.6)."""
    evidence = [f"{key}: {value}" for key, value in finding.evidence.items() if key != "source"]
    advice = {"fix": finding.fix, "not a fix": finding.not_a_fix}
    lines = [finding.message, *evidence, *(f"{label}: {text}" for label, text in advice.items() if text)]
    return visible_lines("\n".join(lines)).replace("](", "] (")


def _location(place: Location, finding: Finding) -> Json:
    known = _source(finding) if place.path == finding.location.path else {}
    lines = range(place.line, place.end_line + 1)
    region: Json = {"startLine": place.line, "endLine": place.end_line}  # without columns it is whole lines (3.30.2)
    if lines.stop - lines.start <= len(known) and all(line in known for line in lines):
        region["snippet"] = {"text": visible_lines("\n".join(known[line] for line in lines))}
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _source(finding: Finding) -> dict[int, str]:
    """The lines of the head that the finding shows, by their number."""
    shown = (line.lstrip().partition("  ") for line in finding.evidence.get("source", "").split("\n"))
    return {int(number): code for number, _, code in shown if number.isdecimal()}


def _artifact(path: str) -> Json:
    return {"uri": uri_path(path), "uriBaseId": _ROOT}


def _symbol(place: Location) -> Json:
    return {"logicalLocations": [{"fullyQualifiedName": visible(place.symbol)}]} if place.symbol else {}


def _related(places: Iterable[tuple[Location, str]], finding: Finding) -> list[Json]:
    return [
        {"id": number, "message": {"text": said}, **_location(place, finding)}
        for number, (place, said) in enumerate(places, 1)
    ]


def _suppression(finding: Finding) -> Json:
    said = answered_for(finding)
    return {"kind": "external", "status": "accepted", **({"justification": visible_lines(said)} if said else {})}


def _notifications(verdict: Verdict) -> Json:
    if not verdict.not_judged:
        return {}
    return {"toolExecutionNotifications": [_notification(item, verdict) for item in verdict.not_judged]}


def _notification(item: NotJudged, verdict: Verdict) -> Json:
    """One open question. Without a base there is no verdict at all: that is an error of the tool's run."""
    name, level = (_NOT_JUDGED, Level.NOTE) if verdict.base else (_NO_VERDICT, Level.ERROR)
    return {
        "descriptor": {"id": name, "index": list(_NOTICES).index(name)},
        "level": level.value,
        "message": {"text": visible_lines(item.reason)},
        **({"locations": [{"physicalLocation": {"artifactLocation": _artifact(item.path)}}]} if item.path else {}),
        **({"associatedRule": {"id": visible(item.rule)}} if item.rule else {}),
    }


def _provenance(verdict: Verdict, hosting: Hosting) -> Json:
    """Which commit was judged; left out where nothing says where the repository is, which SARIF asks for first."""
    if not hosting.repository:
        return {}
    said = {"revisionId": verdict.head or hosting.commit, "branch": hosting.branch}
    known = {key: value for key, value in said.items() if value}
    return {
        "versionControlProvenance": [
            {"repositoryUri": hosting.repository, **known, "mappedTo": {"uriBaseId": _ROOT}},
        ]
    }
