"""The JSON report keeps to the schema that the package ships."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from pytest_agentaudit import __version__
from pytest_agentaudit.model import (
    Family,
    Finding,
    Level,
    Location,
    NotJudged,
    Promise,
    Result,
    Stats,
    StepReport,
    StepResult,
    Verdict,
)
from pytest_agentaudit.report.json_format import render
from pytest_agentaudit.waiver import Waiver
from tests.support.verdicts import BASE, CLEAN, FAILED, SUPPRESSED, WEAKENED

SCHEMA = json.loads((files("pytest_agentaudit.report") / "schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

TEXT = st.text(st.characters(codec=None), max_size=12)
LOCATIONS = st.builds(Location, TEXT, st.integers(1, 9_999_999), st.integers(0, 9_999_999), TEXT)
FINDINGS = st.builds(
    Finding,
    rule=TEXT,
    family=st.sampled_from(Family),
    level=st.sampled_from(Level),
    message=TEXT,
    location=LOCATIONS,
    evidence=st.dictionaries(TEXT, TEXT, max_size=2),
    fix=TEXT,
    not_a_fix=TEXT,
    related=st.lists(LOCATIONS, max_size=2).map(tuple),
    fingerprint=TEXT,
)
WAIVERS = st.none() | st.builds(Waiver, TEXT, TEXT, TEXT, TEXT, st.dates(), file=TEXT, grant=TEXT)
WAIVED = st.builds(lambda finding, waiver: replace(finding, waiver=waiver), FINDINGS, WAIVERS)
COUNTS = st.integers(0, 10**9)
VERDICTS = st.builds(
    Verdict,
    result=st.sampled_from(Result),
    promise=st.sampled_from(Promise),
    base=TEXT,
    head=TEXT,
    base_origin=TEXT,
    findings=st.lists(FINDINGS, max_size=2).map(tuple),
    waived=st.lists(WAIVED, max_size=1).map(tuple),
    not_judged=st.lists(st.builds(NotJudged, TEXT, TEXT, TEXT), max_size=2).map(tuple),
    steps=st.lists(st.builds(StepReport, TEXT, st.sampled_from(StepResult), TEXT), max_size=2).map(tuple),
    stats=st.builds(Stats, COUNTS, COUNTS, COUNTS, st.dictionaries(TEXT, st.floats(0, 1e6), max_size=2)),
    off=st.dictionaries(TEXT, st.integers(1, 99), max_size=2),
)


def written(verdict: Verdict) -> dict[str, Any]:
    stream = io.StringIO()
    render(verdict, stream)
    assert stream.getvalue().isascii()
    document: dict[str, Any] = json.loads(stream.getvalue())
    return document


def objects(schema: object) -> list[dict[str, Any]]:
    """All sub-schemas that describe objects."""
    if isinstance(schema, list):
        return [found for part in schema for found in objects(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [found for part in schema.values() for found in objects(part)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_object_of_the_schema_is_closed() -> None:
    closed = [schema for schema in objects(SCHEMA) if "properties" in schema]
    assert len(closed) == 10
    assert all(schema["additionalProperties"] is False for schema in closed)
    assert all(set(schema["required"]) == set(schema["properties"]) for schema in closed)


@given(VERDICTS)
def test_every_verdict_keeps_to_the_schema(verdict: Verdict) -> None:
    VALIDATOR.validate(written(verdict))


@pytest.mark.parametrize("verdict", [FAILED, CLEAN], ids=["failed", "clean"])
def test_the_samples_keep_to_the_schema(verdict: Verdict) -> None:
    VALIDATOR.validate(written(verdict))


def test_a_key_more_or_less_breaks_the_schema() -> None:
    document = written(FAILED)
    assert VALIDATOR.is_valid(document)
    assert not VALIDATOR.is_valid({**document, "score": 9})
    assert not VALIDATOR.is_valid({key: value for key, value in document.items() if key != "findings"})


def test_the_words_of_the_model_are_those_of_the_schema() -> None:
    finding = SCHEMA["$defs"]["finding"]["properties"]
    assert finding["family"]["enum"] == [str(family) for family in Family]
    assert finding["level"]["enum"] == [str(level) for level in Level]
    assert SCHEMA["properties"]["verdict"]["enum"] == [str(result) for result in Result]
    assert SCHEMA["properties"]["promise"]["enum"] == [str(promise) for promise in Promise]
    step = SCHEMA["properties"]["steps"]["items"]["properties"]
    assert step["result"]["enum"] == [str(result) for result in StepResult]


def test_every_field_of_a_verdict_is_reported_but_what_is_for_renderers() -> None:
    names = {field.name for field in fields(Verdict)} - {"catalogue", "change", "result"} | {
        "verdict",
        "schema",
        "tool",
        "agents",
    }
    assert set(written(FAILED)) == names


def test_a_finding_is_written_whole() -> None:
    assert written(replace(FAILED, findings=(WEAKENED,)))["findings"] == [
        {
            "rule": "weakened-assertion",
            "family": "weakened",
            "level": "error",
            "path": "tests/test_pricing.py",
            "line": 12,
            "end_line": 12,
            "symbol": "",
            "message": "`== 105.0` became `> 0`; `total` is unchanged.",
            "evidence": dict(WEAKENED.evidence),
            "fix": WEAKENED.fix,
            "not_a_fix": "",
            "related": [
                {"path": "tests/test_cart.py", "line": 3, "end_line": 3, "symbol": ""},
                {"path": "tests/test_cart.py", "line": 9, "end_line": 9, "symbol": ""},
            ],
            "fingerprint": "",
        }
    ]


def test_the_head_of_the_document() -> None:
    document = written(replace(FAILED, waived=(SUPPRESSED,)))
    assert document["schema"] == 1
    assert document["tool"] == {"name": "pytest-agentaudit", "version": __version__}
    assert (document["base"], document["head"], document["promise"]) == (BASE, None, "advisory")
    assert document["verdict"] == "failed"
    assert [finding["rule"] for finding in document["waived"]] == ["added-suppression"]
    assert document["stats"] == {"files": 4, "lines": 87, "tests": 14, "seconds": {"git": 0.03, "facts": 0.37}}
    assert written(replace(FAILED, head="88d"))["head"] == "88d"


def test_odd_bytes_of_a_file_name_survive() -> None:
    odd = replace(WEAKENED, location=Location("caf\udce9.py"))
    assert written(replace(FAILED, findings=(odd,)))["findings"][0]["path"] == "caf\udce9.py"
