"""The report for a person, as it stands on the screen."""

from __future__ import annotations

import io
import re

import pytest
from msgspec.structs import replace

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import ChangeInfo, Location, NotJudged, Result, StepReport, StepResult, Verdict
from pytest_agentaudit.report.terminal import could_not_audit, render, render_summary
from tests.support.verdicts import CLEAN, FAILED, SUPPRESSED, UNTESTED

FAILED_PAGE = """\
================================= agent audit ==================================
base 3f2a91c (merge base with origin/main), 4 files, 87 changed lines

src/shop/pricing.py:38: error  untested-change
  No test runs `refund` (lines 38-46).
     38  def refund(order: Order) -> Money:
     39      if order.paid_at is None:
  fix: add a test that calls `refund` and asserts its result, paid and unpaid
  not a fix: `# pragma: no cover`; a test without an assertion

tests/test_pricing.py:12: error  weakened-assertion
  `== 105.0` became `> 0`; `total` is unchanged.
     base  assert total(items) == 105.0
     head  assert total(items) > 0
  proof: the base's test fails on this code, the new one passes
  also: tests/test_cart.py:3, tests/test_cart.py:9
  fix: restore the equality; if 105.0 is wrong, say so in CHANGELOG.md and
    change `total`

src/shop/io.py:7: warning  added-suppression
  `# noqa: S110` hides: try-except-pass detected, consider logging the error.
  fix: catch the narrow type, or log it

steps: lint passed, changelog failed (src/** changed, CHANGELOG.md did not)
not judged: notebooks/demo.ipynb (notebook)
not judged: src/a.py, src/b.py (partial run: -k; untested-change)
== agent audit: 2 errors, 1 warning, 3 not judged (advisory) - failed, 0.4 s ===
"""


def shown(verdict: Verdict, *, colour: bool = False, width: int = 80) -> str:
    stream = io.StringIO()
    render(verdict, stream, colour=colour, width=width)
    return stream.getvalue()


def test_a_failing_run() -> None:
    assert shown(FAILED) == FAILED_PAGE


def test_a_clean_run_is_one_line() -> None:
    assert shown(CLEAN) == "== agent audit: no finding in 4 files, 87 changed lines, 14 tests (advisory) ===\n"


def test_what_was_not_judged_is_named_where_nothing_was_found() -> None:
    verdict = replace(CLEAN, result=Result.INCOMPLETE, not_judged=(NotJudged("notebook", "demo.ipynb"),))
    first, last = shown(verdict, width=100).splitlines()
    assert first == "not judged: demo.ipynb (notebook)"
    assert last.strip("= ").endswith("14 tests, 1 not judged (advisory) - incomplete")


def test_a_step_that_was_not_judged_is_named_where_nothing_was_found() -> None:
    step = StepReport("lint", StepResult.NOT_JUDGED, "not checked out")
    page = shown(replace(CLEAN, result=Result.INCOMPLETE, steps=(step,)))
    assert "steps: lint not judged (not checked out)" in page


def test_waived_and_switched_off_findings_are_counted() -> None:
    page = shown(replace(CLEAN, waived=(SUPPRESSED,), off={"removed-test": 2}))
    assert "waived: 1 (added-suppression src/shop/io.py:7)" in page
    assert "off by policy: removed-test 2" in page
    assert "1 waived" in page.splitlines()[-1]


def test_findings_are_counted_by_agent() -> None:
    page = shown(replace(FAILED, change=ChangeInfo(agents={"Claude Code": 2, "Codex": 1})))
    assert "\nby agent, as commits say: Claude Code 2, Codex 1\n" in page


def test_the_head_is_named_where_it_is_a_commit() -> None:
    page = shown(replace(FAILED, head="88d01be" + "0" * 33))
    assert "base 3f2a91c (merge base with origin/main), head 88d01be, 4 files" in page


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = replace(
        UNTESTED,
        message="No test runs it. " * 20,
        evidence={"source": "38  " + "x + " * 80, "base": "a " * 200, "head": "b " * 200, "proof": "shown " * 40},
        related=tuple(Location(f"tests/test_{number}.py") for number in range(40)),
    )
    lines = shown(replace(FAILED, findings=(long,)), width=width).splitlines()
    assert max(map(len, lines)) <= width
    assert max(map(len, lines)) > width - 12


def test_wide_terminals_are_not_filled() -> None:
    assert max(map(len, shown(FAILED, width=400).splitlines())) == 120


def test_colour_stands_on_level_and_place_only() -> None:
    page = shown(FAILED, colour=True)
    painted = re.findall(r"\x1b\[[0-9;]+m(.*?)\x1b\[0m", page)
    assert painted == [
        "src/shop/pricing.py:38:",
        "error",
        "tests/test_pricing.py:12:",
        "error",
        "src/shop/io.py:7:",
        "warning",
    ]
    assert re.sub(r"\x1b\[[0-9;]+m", "", page) == FAILED_PAGE


def test_a_hostile_change_cannot_drive_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\u202e\r\n\udcff"
    hostile = replace(
        UNTESTED,
        message=evil,
        location=Location(f"src/{evil}.py"),
        evidence={"source": f"1  {evil}", "base": evil, "head": evil, evil: evil},
        fix=evil,
        not_a_fix=evil,
        related=(Location(evil),),
    )
    verdict = replace(
        FAILED,
        base_origin=evil,
        findings=(hostile,),
        waived=(hostile,),
        not_judged=(NotJudged(evil, evil, "removed-test"),),
        steps=(StepReport(evil, StepResult.FAILED, evil),),
    )
    page = shown(verdict)
    assert all(line.isprintable() for line in page.split("\n"))
    assert "\\x1b]0;owned\\x07\\u202e" in page


def test_an_encoding_without_the_letters_does_not_crash() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    render(replace(FAILED, findings=(replace(UNTESTED, message="Rückgabe ungeprüft"),)), stream)
    stream.flush()
    assert b"R\\xfcckgabe" in raw.getvalue()


def test_the_summary_alone() -> None:
    stream = io.StringIO()
    render_summary(FAILED, stream)
    assert stream.getvalue() == FAILED_PAGE.splitlines(keepends=True)[-1]


def test_could_not_audit_names_the_way_out() -> None:
    stream = io.StringIO()
    could_not_audit(AuditError("this clone is shallow", "git fetch --unshallow\nor fetch-depth: 0"), stream, width=60)
    assert stream.getvalue() == (
        "=== agent audit: could not audit: this clone is shallow ====\n  git fetch --unshallow\n  or fetch-depth: 0\n"
    )


def test_could_not_audit_needs_no_way_out() -> None:
    stream = io.StringIO()
    could_not_audit(AuditError("no git\x1b[2J"), stream, width=60)
    assert stream.getvalue().strip("=\n ") == "agent audit: could not audit: no git\\x1b[2J"
