"""The SARIF log keeps to the part of SARIF 2.1.0 that we write, and to what GitHub asks of it."""

from __future__ import annotations

import io
import json
import os
from datetime import date
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import jsonschema
import pytest
from hypothesis import given
from msgspec.structs import replace

from pytest_agentaudit import __version__
from pytest_agentaudit.model import (
    ChangeInfo,
    Family,
    Finding,
    Level,
    Location,
    NotJudged,
    Result,
    RuleInfo,
    Verdict,
)
from pytest_agentaudit.report.anchors import anchored
from pytest_agentaudit.report.hosting import Hosting
from pytest_agentaudit.report.sarif import MOST_RELATED, render
from pytest_agentaudit.waiver import Waiver
from tests.support.nasty import VERDICTS, strings
from tests.support.verdicts import BASE, CLEAN, FAILED, SUPPRESSED, UNTESTED, WEAKENED

TEXT = {"type": "string", "minLength": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LINE = {"type": "integer", "minimum": 1}


def closed(required: dict[str, object], **optional: object) -> dict[str, object]:
    """The schema of an object with these properties and no others."""
    return {
        "type": "object",
        "properties": {**required, **optional},
        "required": list(required),
        "additionalProperties": False,
    }


MESSAGE = closed({"text": TEXT})
ARTIFACT = closed(
    {"uri": {"type": "string", "format": "uri-reference", "minLength": 1}, "uriBaseId": {"const": "%SRCROOT%"}}
)
REGION = closed({"startLine": LINE, "endLine": LINE}, snippet=closed({"text": {"type": "string"}}))
PLACE = closed({"artifactLocation": ARTIFACT}, region=REGION)
LOCATION = closed(
    {"physicalLocation": {**PLACE, "required": ["artifactLocation", "region"]}},
    logicalLocations={"type": "array", "items": closed({"fullyQualifiedName": TEXT}), "minItems": 1},
)
RELATED = closed({"id": LINE, "message": MESSAGE, "physicalLocation": PLACE})
DESCRIPTOR = closed(
    {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "shortDescription": closed({"text": {"type": "string", "maxLength": 1024}}),
        "fullDescription": closed({"text": {"type": "string", "maxLength": 1024}}),
        "help": closed({"text": {"type": "string"}, "markdown": {"type": "string"}}),
    },
    defaultConfiguration=closed({"level": LEVEL}),
    properties={"type": "object"},
)
RESULT = closed(
    {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": closed({"text": {"type": "string"}}),
        "locations": {"type": "array", "items": LOCATION, "minItems": 1, "maxItems": 1},
        "partialFingerprints": closed({"primaryLocationLineHash": TEXT, "agentAudit/v1": {"type": "string"}}),
        "properties": {"type": "object"},
    },
    relatedLocations={"type": "array", "items": RELATED, "minItems": 1, "maxItems": MOST_RELATED},
    suppressions={
        "type": "array",
        "items": closed(
            {"kind": {"const": "external"}, "status": {"const": "accepted"}}, justification={"type": "string"}
        ),
    },
)
NOTIFICATION = closed(
    {
        "descriptor": closed({"id": TEXT, "index": {"type": "integer", "minimum": 0}}),
        "level": LEVEL,
        "message": closed({"text": {"type": "string"}}),
    },
    locations={"type": "array", "items": closed({"physicalLocation": PLACE})},
    associatedRule=closed({"id": TEXT}),
)
VERSION_CONTROL = closed({"repositoryUri": TEXT, "mappedTo": closed({"uriBaseId": TEXT})}, revisionId=TEXT, branch=TEXT)
RUN = closed(
    {
        "tool": closed(
            {
                "driver": closed(
                    {
                        "name": {"const": "pytest-agentaudit"},
                        "semanticVersion": {"const": __version__},
                        "informationUri": TEXT,
                        "rules": {"type": "array", "items": DESCRIPTOR},
                        "notifications": {"type": "array", "items": DESCRIPTOR},
                    }
                )
            }
        ),
        "automationDetails": closed({"id": {"type": "string", "pattern": "^agentaudit/"}}),
        "invocations": {
            "type": "array",
            "items": closed(
                {"executionSuccessful": {"type": "boolean"}},
                toolExecutionNotifications={"type": "array", "items": NOTIFICATION, "minItems": 1},
            ),
            "minItems": 1,
            "maxItems": 1,
        },
        "originalUriBaseIds": {"type": "object"},
        "columnKind": {"const": "unicodeCodePoints"},
        "results": {"type": "array", "items": RESULT},
        "properties": {"type": "object"},
    },
    versionControlProvenance={"type": "array", "items": VERSION_CONTROL, "minItems": 1},
)
SCHEMA = closed(
    {
        "$schema": TEXT,
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": RUN, "minItems": 1, "maxItems": 1},
    }
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
HOSTED = Hosting("https://github.com/o/r", "88d01be" + "0" * 33, "main")


def run_of(verdict: Verdict, hosting: Hosting | None = None) -> dict[str, Any]:
    stream = io.StringIO()
    render(verdict, stream, hosting)
    assert stream.getvalue().isascii()
    document = json.loads(stream.getvalue())
    VALIDATOR.validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def result_of(finding: Finding, **changed: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    lines = {name.replace("__", "/") + ".py": ranges for name, ranges in changed.items()}
    run = run_of(replace(CLEAN, findings=(finding,), change=ChangeInfo(lines)))
    result: dict[str, Any] = run["results"][0]
    return result


def region(location: dict[str, Any]) -> tuple[int, int]:
    found = location["physicalLocation"]["region"]
    return found["startLine"], found["endLine"]


def test_a_finding_is_a_result_with_its_rule() -> None:
    page = "A test checks less.\n\n## What to do\n\nRestore it."
    known = RuleInfo(UNTESTED.rule, Family.STEPS, Level.WARNING, "No test runs it.", page)
    run = run_of(replace(FAILED, catalogue=(known,)))
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["untested-change", "weakened-assertion", "added-suppression"]
    assert rules[0] == {
        "id": "untested-change",
        "name": "UntestedChange",
        "shortDescription": {"text": "No test runs it."},
        "fullDescription": {"text": "No test runs it."},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["steps"], "problem.severity": "warning", "precision": "high"},
    }
    first, second, third = run["results"]
    assert (first["level"], first["ruleIndex"]) == ("error", 0)
    assert first["message"]["text"] == (
        "No test runs `refund` (lines 38-46).\n"
        "fix: add a test that calls `refund` and asserts its result, paid and unpaid\n"
        "not a fix: `# pragma: no cover`; a test without an assertion"
    )
    assert first["partialFingerprints"] == {"primaryLocationLineHash": "f" * 16 + ":1", "agentAudit/v1": "f" * 32}
    assert first["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "refund"}]
    assert "base: assert total(items) == 105.0\nhead: assert total(items) > 0\n" in second["message"]["text"]
    assert [region(it) for it in second["relatedLocations"]] == [(3, 3), (9, 9)]
    assert (third["level"], third["ruleIndex"]) == ("warning", 2)


def test_a_rule_that_no_catalogue_knows_is_described_by_its_finding() -> None:
    (rule,) = run_of(replace(CLEAN, findings=(SUPPRESSED,)))["tool"]["driver"]["rules"]
    assert (rule["id"], rule["defaultConfiguration"]["level"]) == ("added-suppression", "warning")


def test_a_result_stands_on_changed_lines() -> None:
    inside = result_of(UNTESTED, src__shop__pricing=((30, 60),))
    assert region(inside["locations"][0]) == (38, 46)
    assert "relatedLocations" not in inside
    clipped = result_of(UNTESTED, src__shop__pricing=((38, 40),))
    assert region(clipped["locations"][0]) == (38, 40)


def test_a_place_outside_of_the_change_is_kept_as_a_related_one() -> None:
    result = result_of(WEAKENED, tests__test_pricing=((20, 22), (90, 91)))
    assert region(result["locations"][0]) == (20, 20)
    assert [(it["message"]["text"], region(it)) for it in result["relatedLocations"]] == [
        ("the place itself", (12, 12)),
        ("also here", (3, 3)),
        ("also here", (9, 9)),
    ]


def test_a_result_shows_its_source_where_it_has_it() -> None:
    short = replace(UNTESTED, location=Location("a.py", 38, 39))
    snippet = result_of(short)["locations"][0]["physicalLocation"]["region"]["snippet"]
    assert snippet == {"text": "def refund(order: Order) -> Money:\n    if order.paid_at is None:"}
    assert "snippet" not in result_of(UNTESTED)["locations"][0]["physicalLocation"]["region"]


def test_what_was_waived_is_suppressed() -> None:
    waiver = Waiver("added-suppression", "src/a.py", "legacy loader", "platform-team", date(2027, 1, 31))
    waived = replace(SUPPRESSED, waiver=waiver)
    run = run_of(replace(FAILED, waived=(waived, WEAKENED)))
    assert [result.get("suppressions") for result in run["results"]] == [
        None,
        None,
        None,
        [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "legacy loader, platform-team, until 2027-01-31",
            }
        ],
        [{"kind": "external", "status": "accepted"}],
    ]


def test_what_was_not_judged_is_told_of_the_run() -> None:
    (invocation,) = run_of(FAILED)["invocations"]
    assert invocation["executionSuccessful"] is True
    first, second, _ = invocation["toolExecutionNotifications"]
    assert (first["descriptor"]["id"], first["level"], first["message"]["text"]) == ("not-judged", "note", "notebook")
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "notebooks/demo.ipynb"
    assert second["associatedRule"] == {"id": "untested-change"}


def test_an_audit_without_a_verdict_was_not_successful() -> None:
    failed = replace(CLEAN, base="", result=Result.FAILED, not_judged=(NotJudged("could not audit: no merge base"),))
    (invocation,) = run_of(failed)["invocations"]
    assert invocation["executionSuccessful"] is False
    (notification,) = invocation["toolExecutionNotifications"]
    assert (notification["descriptor"]["id"], notification["level"]) == ("could-not-audit", "error")


def test_the_commit_is_named_where_it_is_known() -> None:
    assert "versionControlProvenance" not in run_of(CLEAN)
    (said,) = run_of(CLEAN, HOSTED)["versionControlProvenance"]
    assert said == {
        "repositoryUri": "https://github.com/o/r",
        "revisionId": HOSTED.commit,
        "branch": "main",
        "mappedTo": {"uriBaseId": "%SRCROOT%"},
    }
    (judged,) = run_of(replace(CLEAN, head="abc"), HOSTED)["versionControlProvenance"]
    assert judged["revisionId"] == "abc"
    assert run_of(CLEAN, HOSTED)["automationDetails"] == {"id": f"agentaudit/{BASE[:12]}..{HOSTED.commit[:12]}"}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("caf\u00e9.py", "caf%C3%A9.py"),
        (os.fsdecode(b"caf\xe9.py"), "caf%E9.py"),
        ("a:b?c#d%20.py", "a%3Ab%3Fc%23d%2520.py"),
        ("line\nend\\.py", "line%0Aend%5C.py"),
    ],
)
def test_paths_are_relative_uris(path: str, uri: str) -> None:
    result = result_of(replace(UNTESTED, location=Location(path)))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


@given(VERDICTS)
def test_every_verdict_keeps_to_the_schema(verdict: Verdict) -> None:
    run = run_of(verdict, HOSTED)
    assert all(text.encode() or not text for text in strings(run))
    rules = run["tool"]["driver"]["rules"]
    found = (*verdict.findings, *verdict.waived)
    assert len(run["results"]) == len(found)
    for result, finding in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert "](" not in result["message"]["text"]  # a link, to readers of SARIF
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert urlsplit(uri)[:2] == ("", "")
        assert os.fsdecode(unquote_to_bytes(uri)) == finding.location.path
        anchor = anchored(finding.location, verdict.change.lines)
        assert region(result["locations"][0]) == (anchor.line, anchor.end_line)
