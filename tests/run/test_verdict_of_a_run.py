"""`pytest --agent-audit` over a real change: findings, exit status, summary, late reports."""

import re
from pathlib import Path

import pytest

from tests.support.audited import BASE, QUIETED, SETTINGS, SHOP, TEST_SHOP, TESTED, UNTESTED, Project


def test_an_honest_change_is_green(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest()
    assert run.status == 0, run.text
    assert run.rules == []
    assert run.report
    assert run.report["verdict"] == "passed"
    assert "agent audit: no finding" in run.stdout


def test_a_changed_line_that_no_test_runs_fails_the_run(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]
    assert "No test runs `discount`" in run.stdout
    assert run.stdout.index("agent audit") < run.stdout.index("short test summary")
    assert "1 failed, 1 passed" in run.stdout


def test_nothing_changed(project: Project) -> None:
    run = project.pytest()
    assert run.status == 0, run.text
    assert run.rules == []


def test_without_the_flag_nothing_happens(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest(audit=False)
    assert run.status == 0
    assert "agent audit" not in run.text


def test_an_observer_leaves_the_status_alone(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest("--agent-audit-fail-on=never")
    assert run.status == 0, run.text
    assert run.rules == ["untested-change"]
    assert "1 passed" in run.stdout


def test_a_policy_for_agents_fails_no_run_of_a_person(tmp_path: Path) -> None:
    project = Project(
        tmp_path / "project", {**BASE, "pyproject.toml": f'{SETTINGS}[tool.agentaudit]\napplies-to = "agents"\n'}
    )
    project.write(QUIETED)
    run = project.pytest()
    assert run.status == 0, run.text
    assert "added-suppression" in run.rules
    assert "no commit, note or record names one for this change" in " ".join(run.stdout.split())
    assert "1 passed" in run.stdout
    assert project.pytest(environ={"CLAUDECODE": "1"}).status == 1


def test_failing_tests_and_findings_count_together(project: Project) -> None:
    project.write({**UNTESTED, "tests/test_shop.py": TEST_SHOP + "\n\ndef test_wrong():\n    assert total([]) == 1\n"})
    run = project.pytest()
    assert run.status == 1
    assert "untested-change" in run.rules
    assert "tests/test_shop.py::test_wrong" in run.stdout


def test_no_tests_at_all_is_no_excuse(project: Project) -> None:
    project.commit({"tests/test_shop.py": None})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules


def test_findings_are_failures_in_junit(project: Project) -> None:
    project.write(UNTESTED)
    project.pytest("--junitxml=out.xml")
    text = (project.path / "out.xml").read_text()
    assert 'failures="1"' in text
    assert re.search(r'name="untested-change\[\d+\]" time="0.000"><failure message="No test runs `discount`', text)


def test_findings_leave_the_cache_of_failed_tests_alone(project: Project) -> None:
    project.write(UNTESTED)
    project.pytest()
    run = project.pytest("--lf")
    assert run.status == 1
    assert "1 passed" in run.stdout
    assert "untested-change" in run.rules


def test_findings_do_not_trip_exitfirst(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest("-x")
    assert run.status == 1
    assert "1 passed" in run.stdout
    assert "stopping after" not in run.text
    assert run.rules == ["untested-change"]


def test_static_findings_need_no_whole_run(project: Project) -> None:
    project.write(QUIETED)
    run = project.pytest("-k", "nothing_of_this_name")
    assert run.status == 1, run.text
    assert run.rules == ["added-suppression"]


@pytest.mark.parametrize(
    "argument", ["--agent-audit-report=jsn", "--agent-audit-prove=all", "--agent-audit-budget=soon"]
)
def test_a_wrong_option_is_a_usage_error(project: Project, argument: str) -> None:
    run = project.pytest(argument)
    assert run.status == 4
    assert argument.partition("=")[0] in run.text
    assert "Traceback" not in run.text


def test_a_report_that_cannot_be_written_fails_the_run(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest("--agent-audit-report=json:/proc/nowhere/audit.json")
    assert run.status == 1
    assert "/proc/nowhere/audit.json" in run.text


def test_paths_are_those_of_the_ids_below_the_root_folder(project: Project) -> None:
    project.commit(
        {
            "pyproject.toml": '[tool.agentaudit]\nsource = ["pkg/src/**"]\n',
            "pkg/pytest.ini": "[pytest]\npythonpath = src\n",
            "pkg/src/inner.py": SHOP,
            "pkg/tests/test_inner.py": TEST_SHOP.replace("shop", "inner"),
        }
    )
    project.write({"pkg/src/inner.py": SHOP + "\n\ndef more():\n    return 1\n"})
    run = project.pytest("-c", "pkg/pytest.ini", "pkg")
    assert run.status == 1, run.text
    assert run.report
    assert run.report["findings"][0]["path"] == "pkg/src/inner.py"
    assert "FAILED pkg/src/inner.py::untested-change[" in run.stdout  # as seen from the current folder
