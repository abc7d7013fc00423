"""Every scenario under fixtures/ through the real commands, in a real repository: exactly the findings it expects."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from pytest_agentaudit.rules import builtin_rules
from tests.support.scenarios import Scenario, all_scenarios, run_check, run_pytest, run_suite

SCENARIOS = all_scenarios()
SCHEMA = jsonschema.Draft202012Validator(
    json.loads((files("pytest_agentaudit.report") / "schema.json").read_text(encoding="utf-8"))
)

every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@every_scenario
def test_pytest_with_the_audit(scenario: Scenario, tmp_path: Path) -> None:
    repo = scenario.lay_out(tmp_path / scenario.name)
    said = run_pytest(repo.path, tmp_path / "report.json")
    assert said.report, said.output
    SCHEMA.validate(said.report)
    assert said.findings == scenario.findings("pytest"), said.output
    assert said.report["verdict"] == scenario.expected["pytest"]["result"], said.output
    assert said.report["not_judged"] == []
    assert said.status == (said.report["verdict"] == "failed"), said.output


@every_scenario
def test_check_without_a_run(scenario: Scenario, tmp_path: Path) -> None:
    repo = scenario.lay_out(tmp_path / scenario.name)
    said = run_check(repo.path, tmp_path / "report.json")
    assert said.report, said.output
    SCHEMA.validate(said.report)
    assert said.findings == scenario.findings("check"), said.output
    assert said.report["verdict"] == scenario.expected["check"]["result"], said.output
    assert said.status == (said.report["verdict"] == "failed"), said.output


@every_scenario
def test_its_own_tests_are_green(scenario: Scenario, tmp_path: Path) -> None:
    """On both sides: what the audit says of a change is not to be a failing test's doing."""
    repo = scenario.lay_out(tmp_path / scenario.name)
    assert run_suite(repo.path) == 0
    repo.git("stash", "--include-untracked", "--quiet")
    repo.git("switch", "--quiet", "main")
    assert run_suite(repo.path) == 0


def test_each_rule_fires_in_a_scenario() -> None:
    fired = {rule for scenario in SCENARIOS for _path, _line, rule, _level in scenario.findings("pytest")}
    assert fired == {rule.name for rule in builtin_rules()}


def test_there_are_enough_of_both_kinds() -> None:
    honest = [scenario for scenario in SCENARIOS if all(row[3] == "note" for row in scenario.findings("pytest"))]
    assert len(honest) >= 9
    assert len(SCENARIOS) - len(honest) >= 13


@every_scenario
def test_an_expectation_says_what_it_is_about(scenario: Scenario) -> None:
    assert set(scenario.expected) - {"message"} == {"title", "story", "pytest", "check"}
    assert scenario.expected["title"]
    assert scenario.expected["story"].endswith(".")
