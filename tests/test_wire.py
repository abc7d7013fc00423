import json
import math
import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Level,
    LineHits,
    Location,
    NotJudged,
    Outcome,
    Promise,
    Result,
    StepReport,
    StepResult,
    TestOutcome,
    Verdict,
    Watch,
)
from pytest_agentaudit.value import Value
from pytest_agentaudit.wire import HEADER, MAGIC, WireError, from_plain, pack, payload_length, to_plain, unpack

text = st.text(st.characters(codec=None, categories=None))
locations = st.builds(Location, text, st.integers(1, 9), st.integers(0, 20), text)
findings = st.builds(
    Finding,
    text,
    st.sampled_from(Family),
    st.sampled_from(Level),
    text,
    locations,
    st.dictionaries(text, text),
    text,
    text,
    st.lists(locations).map(tuple),
)
hits = st.builds(
    LineHits,
    st.dictionaries(st.integers(1), st.lists(st.integers(0)).map(tuple)),
    st.lists(st.integers(1)).map(tuple),
)


@given(st.builds(Evidence, hits=st.dictionaries(text, hits), collected=st.lists(st.tuples(text, text)).map(tuple)))
def test_evidence_comes_back_as_it_went(evidence: Evidence) -> None:
    assert unpack(pack("E", evidence)[HEADER.size :], {"E": Evidence}) == evidence


@given(st.lists(findings).map(tuple))
def test_verdicts_come_back_as_they_went(found: tuple[Finding, ...]) -> None:
    verdict = Verdict(Result.FAILED, Promise.ADVISORY, "a", "b", findings=found, not_judged=(NotJudged("x"),))
    assert from_plain(Verdict, to_plain(verdict)) == verdict


def test_nested_values_keep_their_types() -> None:
    outcome = TestOutcome("t.py::t", "t.py", 3, "t", Outcome.XFAILED, 1)
    back = from_plain(TestOutcome, json.loads(json.dumps(to_plain(outcome))))
    assert back.outcome is Outcome.XFAILED
    assert isinstance(back.seconds, float)
    watch = Watch("/r", {"a\udcff.py": ((1, 2), (5, 5))})
    assert from_plain(Watch, json.loads(json.dumps(to_plain(watch)))) == watch


class Node(Value, frozen=True):
    place: Location | None = None
    by_level: Mapping[Level, int] | None = None


def test_unions_and_keys_of_enumerations() -> None:
    node = Node(Location("a.py", 2), {Level.NOTE: 1})
    plain = to_plain(node)
    assert from_plain(Node, plain) == node
    assert plain == {
        "place": {"path": "a.py", "line": 2, "end_line": 2, "symbol": ""},
        "by_level": {"note": 1},
    }
    assert from_plain(Node, to_plain(Node())) == Node()


@pytest.mark.parametrize(
    ("plain", "said"),
    [
        ({"name": "x"}, "missing required field `result`"),
        ({"name": "x", "result": "passed", "more": 1}, "unknown field `more`"),
        ({"name": 3, "result": "passed"}, "Expected `str`, got `int` - at `$.name`"),
        ({"name": "x", "result": "perhaps"}, "Invalid enum value 'perhaps'"),
        ({"name": "x", "result": "per\udcff"}, "surrogates"),
        ({"name": "x", "result": "passed", "paths": "abc"}, "Expected `array`"),
        (["x", "passed"], "Expected `object`"),
    ],
)
def test_what_does_not_fit_is_named(plain: object, said: str) -> None:
    with pytest.raises(WireError, match=re.escape(said)):
        from_plain(StepReport, plain)


def test_truth_is_no_number() -> None:
    with pytest.raises(WireError, match="Expected `int`, got `bool`"):
        from_plain(Location, {"path": "a", "line": True})


def test_what_is_no_value_of_ours_stays_here() -> None:
    with pytest.raises(TypeError, match="type object is unsupported"):
        to_plain(object())


def test_a_number_that_json_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        pack("E", Evidence(seconds=math.inf))


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b"{}", b'["E"]', b'["E", {}, 1]', b'["X", {}]', b"[1, {}]", b"\xff", b"[" * 100_000]
)
def test_a_garbled_payload_is_an_error_of_ours(payload: bytes) -> None:
    with pytest.raises(WireError):
        unpack(payload, {"E": Evidence})


@pytest.mark.parametrize("header", [b"XXXX\0\0\0\1", MAGIC + b"\xff\xff\xff\xff"])
def test_a_garbled_header_is_an_error_of_ours(header: bytes) -> None:
    with pytest.raises(WireError):
        payload_length(header)


def test_a_step_report_says_its_result() -> None:
    report = StepReport("lint", StepResult.NOT_JUDGED, "no ruff", ("a.py",))
    assert from_plain(StepReport, to_plain(report)).result is StepResult.NOT_JUDGED
