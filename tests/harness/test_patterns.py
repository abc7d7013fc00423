"""A red suite that a change turns green is caught by the run that it bends, or listed as seen only from outside."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_agentaudit.audit import Request, check
from tests.harness.patterns import DISGUISED, PATTERNS, RED, Pattern
from tests.support.audited import Project, Run

ONLY_VERIFY = frozenset(
    {
        "H03 pytest_cmdline_main answers",
        "H04 os._exit at the end of the session",
        "H04 os._exit in a test",
        "H06 atexit exits",
        "H11 pytest.py in the root",
        "H12 a timer ends the process",
    }
)
"""The process ends, or never begins, beyond the reach of any plugin in it: `agentaudit check` finds the spelling, and
`agentaudit verify`, which looks from outside, that no run came to its end.
"""


def by_title(pattern: Pattern) -> str:
    return pattern.title


def levels(run: Run, rule: str) -> list[str]:
    assert run.report is not None, run.text
    return [finding["level"] for finding in run.report["findings"] if finding["rule"] == rule]


def test_the_suite_is_red_without_them(project: Project) -> None:
    project.write(RED)
    assert project.pytest(audit=False).status == 1


@pytest.mark.parametrize("pattern", [it for it in PATTERNS if it.green], ids=by_title)
def test_the_pattern_turns_it_green(project: Project, pattern: Pattern) -> None:
    project.write({**RED, **pattern.files})
    assert project.pytest(audit=False).status in {0, 5}


@pytest.mark.parametrize("pattern", [it for it in PATTERNS if it.in_run], ids=by_title)
def test_the_audited_run_is_red_and_says_why(project: Project, pattern: Pattern) -> None:
    project.write({**RED, **pattern.files})
    run = project.pytest()
    assert run.status != 0, run.text
    assert pattern.level in levels(run, pattern.rule), run.text


@pytest.mark.parametrize("pattern", PATTERNS, ids=by_title)
def test_the_spelling_is_found_without_a_run(project: Project, pattern: Pattern) -> None:
    project.write({**RED, **pattern.files})
    verdict = check(Request(str(project.path)))
    assert [it.level.value for it in verdict.findings if it.rule == pattern.rule] == [pattern.without_a_run]


@pytest.mark.parametrize("pattern", DISGUISED, ids=by_title)
def test_the_run_shows_what_no_spelling_does(project: Project, pattern: Pattern) -> None:
    project.write({**RED, **pattern.files})
    run = project.pytest()
    assert run.status == 1, run.text
    assert levels(run, pattern.rule) == ["error"], run.text
    proofs: list[Any] = (
        [it["evidence"].get("proof") for it in run.report["findings"] if it["rule"] == pattern.rule]
        if run.report
        else []
    )
    assert all(proofs)


@pytest.mark.parametrize("pattern", DISGUISED[:4], ids=by_title)
def test_workers_show_it_too(project: Project, pattern: Pattern) -> None:
    project.write({**RED, **pattern.files})
    run = project.pytest("-n", "2", plugins=("xdist",))
    assert run.status == 1, run.text
    assert levels(run, pattern.rule) == ["error"], run.text


def test_what_only_verify_can_see_is_listed() -> None:
    assert {it.title for it in PATTERNS if not it.in_run} == ONLY_VERIFY
