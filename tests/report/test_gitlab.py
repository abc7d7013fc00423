"""The Code Quality artifact keeps to what GitLab documents of it."""

from __future__ import annotations

import io
import json
import os
from typing import Any

import jsonschema
from hypothesis import given
from msgspec.structs import replace

from pytest_agentaudit.model import Location, NotJudged, Result, Verdict
from pytest_agentaudit.report.gitlab import NOWHERE, render
from tests.support.nasty import VERDICTS, strings
from tests.support.verdicts import CLEAN, FAILED, UNTESTED

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def written(verdict: Verdict) -> list[dict[str, Any]]:
    stream = io.StringIO()
    render(verdict, stream)
    assert stream.getvalue().isascii()
    document: list[dict[str, Any]] = json.loads(stream.getvalue())
    return document


def test_a_failing_run() -> None:
    entries = written(FAILED)
    assert entries[0] == {
        "description": "No test runs `refund` (lines 38-46). "
        "Fix: add a test that calls `refund` and asserts its result, paid and unpaid",
        "check_name": "untested-change",
        "fingerprint": "f" * 32,
        "severity": "critical",
        "location": {"path": "src/shop/pricing.py", "lines": {"begin": 38}},
    }
    assert [(it["check_name"], it["severity"]) for it in entries[1:]] == [
        ("weakened-assertion", "critical"),
        ("added-suppression", "major"),
        ("not-judged", "info"),
        ("not-judged", "info"),
    ]


def test_a_clean_run_is_an_empty_array() -> None:
    assert written(CLEAN) == []


def test_an_audit_without_a_verdict_is_no_empty_array() -> None:
    failed = replace(CLEAN, base="", result=Result.FAILED, not_judged=(NotJudged("could not audit: no merge base"),))
    (entry,) = written(failed)
    assert (entry["severity"], entry["location"]["path"]) == ("blocker", NOWHERE)
    assert "could not audit: no merge base" in entry["description"]


def test_fingerprints_are_unique_and_stay() -> None:
    verdict = replace(CLEAN, findings=(UNTESTED, UNTESTED, replace(UNTESTED, fingerprint="")))
    names = [entry["fingerprint"] for entry in written(verdict)]
    assert len(set(names)) == 3
    assert names == [entry["fingerprint"] for entry in written(verdict)]
    assert names[0] == UNTESTED.fingerprint


def test_a_path_stays_what_it_is_as_far_as_json_goes() -> None:
    paths = ["src/a b.py", 'it\'s "a" <b>.py', "caf\u00e9.py", "line\nend.py"]
    verdict = replace(CLEAN, findings=tuple(replace(UNTESTED, location=Location(path)) for path in paths))
    assert [entry["location"]["path"] for entry in written(verdict)] == paths
    odd = replace(CLEAN, findings=(replace(UNTESTED, location=Location(os.fsdecode(b"caf\xe9.py"))),))
    assert written(odd)[0]["location"]["path"] == "caf\\udce9.py"


@given(VERDICTS)
def test_every_verdict_keeps_to_the_schema(verdict: Verdict) -> None:
    entries = written(verdict)
    VALIDATOR.validate(entries)
    assert len({entry["fingerprint"] for entry in entries}) == len(entries) >= len(verdict.findings)
    assert all(text.encode() or not text for text in strings(entries))
    assert all(line.isprintable() for entry in entries for line in entry["description"].split("\n"))
    assert entries or not verdict.not_judged
