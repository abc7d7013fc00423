"""What an editor is told of a verdict, in words."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import NotJudged, Result, Verdict
from pytest_agentaudit.presentation import MOST_IN_EDITOR, for_editor
from pytest_agentaudit.session import AuditSession, Options
from tests.support.verdicts import FAILED, UNTESTED


def told(verdict: Verdict | None, config: pytest.Config) -> tuple[str, str]:
    audit = AuditSession(Options())
    audit.verdict = verdict
    return for_editor(audit, config)


def test_only_what_fails_is_told(pytestconfig: pytest.Config) -> None:
    outcome, text = told(FAILED, pytestconfig)
    head, first, second, *others = text.split("\n\n")
    assert outcome == "failed"
    assert head.startswith("agent audit: 2 errors, 1 warning")
    assert first.startswith(
        "src/shop/pricing.py:38: error  untested-change\nNo test runs `refund` (lines 38-46).\nfix: add"
    )
    assert second.startswith("tests/test_pricing.py:12: error  weakened-assertion\n")
    assert all(it.startswith("not judged: ") for it in others)


def test_many_findings_are_counted(pytestconfig: pytest.Config) -> None:
    _, text = told(replace(FAILED, findings=(UNTESTED,) * (MOST_IN_EDITOR + 2), not_judged=()), pytestconfig)
    assert text.count("untested-change") == MOST_IN_EDITOR
    assert text.endswith("\n\n2 more findings: see the output of the run")


def test_names_cannot_drive_a_terminal(pytestconfig: pytest.Config) -> None:
    place = replace(UNTESTED.location, path="a\x1b[2J\nb.py")
    _, text = told(replace(FAILED, findings=(replace(UNTESTED, location=place),)), pytestconfig)
    assert "a\\x1b[2J\\nb.py:38: error" in text


@pytest.mark.parametrize(("result", "outcome"), [(Result.PASSED, "passed"), (Result.INCOMPLETE, "skipped")])
def test_what_does_not_fail_has_no_text(result: Result, outcome: str, pytestconfig: pytest.Config) -> None:
    assert told(replace(FAILED, result=result), pytestconfig) == (outcome, "")


def test_without_a_verdict_nothing_was_judged(pytestconfig: pytest.Config) -> None:
    assert told(None, pytestconfig) == ("skipped", "")


def test_open_questions_that_fail_are_told(pytestconfig: pytest.Config) -> None:
    open_one = replace(FAILED, findings=(), not_judged=(NotJudged("partial run: -k", "a.py", "untested-change"),))
    assert told(open_one, pytestconfig)[1].endswith("\n\nnot judged: a.py (partial run: -k; untested-change)")
