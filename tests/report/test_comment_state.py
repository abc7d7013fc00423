"""What a comment remembers of its audit, and what a later one makes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from msgspec.structs import replace

from pytest_agentaudit.model import Location, NotJudged, Verdict
from pytest_agentaudit.report.comment_state import MARK, MOST_CHARACTERS, Remembered, State, gone, is_new, mark, read
from tests.support.nasty import VERDICTS
from tests.support.verdicts import CLEAN, FAILED, UNTESTED

BEFORE = State((Remembered("f" * 16, "untested-change", "src/shop/pricing.py", 38),))
OTHER = replace(UNTESTED, fingerprint="0" * 32)


def test_a_comment_is_read_back() -> None:
    state = read(f"{mark(replace(CLEAN, findings=(UNTESTED,)))}\n### Agent audit\n")
    assert state == BEFORE


@given(VERDICTS)
def test_no_text_ends_the_mark(verdict: Verdict) -> None:
    line = mark(verdict)
    assert line.isascii()
    assert "\n" not in line
    assert line.startswith(MARK)
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")
    state = read(f"{line}\r\nrest <!-- agentaudit {{}} -->\r\n")
    assert state is not None
    assert len(state.findings) + state.left == len(verdict.findings)
    assert all(it.rule.encode() or not it.rule for it in state.findings)


@pytest.mark.parametrize(
    "comment",
    [
        "",
        "a comment of somebody",
        "a comment that quotes ours\n<!-- agentaudit {} -->",
        "<!-- agentaudit not json -->",
        '<!-- agentaudit {"findings": 3} -->',
        '<!-- agentaudit {"findings": [["a"]]} -->',
        '<!-- agentaudit {"findings": [["a", "b", "c", "d"]]} -->',
        '<!-- agentaudit {"findings": [["a", "b", "c", -1]]} -->',
        '<!-- agentaudit {"findings": []',
        "<!-- agentaudit \udce9 -->",
    ],
)
def test_what_is_none_of_ours_says_nothing(comment: str) -> None:
    assert read(comment) is None


def test_new_is_what_the_comment_before_did_not_know() -> None:
    assert not is_new(UNTESTED, BEFORE)
    assert is_new(OTHER, BEFORE)
    assert not is_new(OTHER, replace(BEFORE, left=1))


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (CLEAN, "fixed"),
        (replace(CLEAN, waived=(UNTESTED,)), "waived"),
        (replace(CLEAN, off={"untested-change": 1}), "off by policy"),
        (replace(CLEAN, not_judged=(NotJudged("partial run", rule="untested-change"),)), "not judged"),
        (replace(CLEAN, not_judged=(NotJudged("unreadable", "src/shop/pricing.py"),)), "not judged"),
        (replace(CLEAN, not_judged=(NotJudged("could not audit"),)), "not judged"),
        (replace(CLEAN, not_judged=(NotJudged("unreadable", "src/b.py", "untested-change"),)), "fixed"),
        (replace(CLEAN, not_judged=(NotJudged("why", "src/shop/pricing.py", "stub"),)), "fixed"),
    ],
)
def test_an_absence_is_a_fix_only_where_the_rule_looked(verdict: Verdict, reason: str) -> None:
    assert list(gone(verdict, BEFORE)) == [(BEFORE.findings[0], reason)]


def test_what_is_still_there_is_not_gone() -> None:
    assert list(gone(FAILED, BEFORE)) == []


def test_an_audit_without_a_verdict_hands_on_what_was_known() -> None:
    assert read(mark(replace(CLEAN, base=""), BEFORE)) == BEFORE
    assert read(mark(CLEAN, BEFORE)) == State()
    long = replace(BEFORE, findings=BEFORE.findings * 900, left=5)
    state = read(mark(replace(CLEAN, base=""), long))
    assert state is not None
    assert len(state.findings) + state.left == 905
    assert state.left > 5


def test_a_long_list_is_cut_and_counted() -> None:
    many = tuple(replace(UNTESTED, location=Location("a.py", line)) for line in range(1, 2_000))
    line = mark(replace(CLEAN, findings=many))
    state = read(line)
    assert len(line) < MOST_CHARACTERS + 100
    assert state is not None
    assert state.findings
    assert state.left == len(many) - len(state.findings) > 0
