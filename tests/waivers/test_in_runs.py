"""Waivers of what only a run can find."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pytest_agentaudit.audit.waiving import today
from tests.support.audited import BASE, SETTINGS, TESTED, UNTESTED, Project
from tests.support.waiving import entry

POLICY = SETTINGS + entry(
    rule="untested-change", path="src/shop.py", symbol="discount", expires=today() + timedelta(days=30)
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project")
    made.commit({**BASE, "pyproject.toml": POLICY})
    return made


def test_a_finding_of_the_run_is_waived(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest()
    assert run.report is not None
    assert (run.status, run.rules) == (0, []), run.text
    assert [(it["rule"], it["symbol"], it["waiver"]["owner"]) for it in run.report["waived"]] == [
        ("untested-change", "discount", "team-a")
    ]
    assert "1 waived" in run.text


def test_a_waiver_is_unused_after_a_whole_run_alone(project: Project) -> None:
    project.write(TESTED)
    assert project.pytest().rules == ["stale-waiver"]
    assert project.pytest("-k", "test_total").rules == []
