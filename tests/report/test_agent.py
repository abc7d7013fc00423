"""The report for a coding agent: stable, one line a finding, short."""

from __future__ import annotations

import io

from msgspec.structs import replace

from pytest_agentaudit.model import Finding, Level, Location, NotJudged, StepReport, StepResult, Verdict
from pytest_agentaudit.report.agent import MOST_CHARACTERS, MOST_FINDINGS, render
from tests.support.verdicts import CLEAN, FAILED, SUPPRESSED, UNTESTED

FAILED_REPORT = """\
agent-audit: FAILED 2 errors, 1 warning. base 3f2a91c. full: report.json
src/shop/pricing.py:38 error untested-change No test runs `refund` (lines 38-46). next: add a test that calls \
`refund` and asserts its result, paid and unpaid. not a fix: `# pragma: no cover`; a test without an assertion.
tests/test_pricing.py:12 error weakened-assertion `== 105.0` became `> 0`; `total` is unchanged. \
"assert total(items) == 105.0" -> "assert total(items) > 0". the base's test fails on this code, the new one passes. \
also in 2 other places. next: restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and change `total`.
src/shop/io.py:7 warning added-suppression `# noqa: S110` hides: try-except-pass detected, consider logging the \
error. next: catch the narrow type, or log it.
step changelog: failed: src/** changed, CHANGELOG.md did not
not judged: 3: notebooks/demo.ipynb (notebook); src/a.py, src/b.py (partial run: -k; untested-change)
agent-audit: FAILED 2 errors, 1 warning (advisory). rerun: pytest --agent-audit
"""


def shown(verdict: Verdict, *, full_report: str = "report.json", rerun: str = "pytest --agent-audit") -> str:
    stream = io.StringIO()
    render(verdict, stream, full_report=full_report, rerun=rerun)
    return stream.getvalue()


def many(number: int, *, level: Level = Level.ERROR, words: int = 1) -> tuple[Finding, ...]:
    message = " ".join(["word"] * words)
    return tuple(
        replace(UNTESTED, level=level, message=message, location=Location("a.py", n + 1)) for n in range(number)
    )


def test_a_failing_run() -> None:
    assert shown(FAILED) == FAILED_REPORT


def test_a_clean_run() -> None:
    assert shown(CLEAN, full_report="", rerun="") == (
        "agent-audit: PASSED no finding. base 3f2a91c.\nagent-audit: PASSED no finding (advisory)\n"
    )


def test_at_most_thirty_findings_and_the_count_of_the_rest() -> None:
    report = shown(replace(FAILED, findings=many(MOST_FINDINGS + 5)))
    assert report.count("a.py:") == MOST_FINDINGS
    assert "5 more findings left out. full: report.json" in report


def test_the_worst_are_kept_in_the_order_of_the_verdict() -> None:
    findings = (*many(MOST_FINDINGS, level=Level.NOTE), SUPPRESSED, UNTESTED)
    lines = shown(replace(FAILED, findings=findings)).splitlines()
    assert [line.split()[0] for line in lines if " next: " in line][-2:] == [
        "src/shop/io.py:7",
        "src/shop/pricing.py:38",
    ]
    assert "2 more findings left out. full: report.json" in lines


def test_a_long_report_is_cut() -> None:
    verdict = replace(
        FAILED,
        findings=many(60, words=900),
        not_judged=tuple(NotJudged(f"reason {number}", f"{number}.py") for number in range(500)),
        steps=tuple(StepReport(f"step {n}", StepResult.FAILED, "because " * 99) for n in range(3)),
        off={f"rule-{number}": 1 for number in range(90)},
    )
    report = shown(verdict)
    assert len(report) <= MOST_CHARACTERS
    assert " next: add a test" in report
    assert "more findings left out" in report
    assert report.splitlines()[-1].endswith("rerun: pytest --agent-audit")


def test_evidence_of_many_lines_is_folded() -> None:
    finding = replace(UNTESTED, message="two\nlines", evidence={"base": "a\n  b", "head": "c\x1b", "proof": "d\ne"})
    line = shown(replace(FAILED, findings=(finding,))).splitlines()[1]
    assert 'two lines. "a b" -> "c\\x1b". d e. next:' in line


def test_the_same_verdict_gives_the_same_report() -> None:
    assert shown(FAILED) == shown(FAILED)
