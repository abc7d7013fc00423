"""Together with what people run beside it: pytest-xdist, pytest-cov, pytest-randomly, no terminal."""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.audited import SETTINGS, SHOP, TESTED, UNTESTED, Project

CRASH = "import os\n\n\ndef test_crash():\n    os._exit(3)\n"


def test_workers_hand_over_what_they_saw(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest("-n", "2", plugins=("xdist",))
    assert run.status == 0, run.text
    assert run.rules == []
    assert run.reasons == ""
    assert run.report
    assert run.report["stats"]["tests"] == 2


def test_workers_see_what_is_not_run(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest("-n", "2", plugins=("xdist",))
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]
    assert "1 failed, 1 passed" in run.stdout


@pytest.mark.parametrize("number", ["0", "1"])
def test_an_automatic_number_of_workers_may_be_none(project: Project, number: str) -> None:
    project.write(UNTESTED)
    run = project.pytest("-n", "auto", plugins=("xdist",), environ={"PYTEST_XDIST_AUTO_NUM_WORKERS": number})
    assert run.rules == ["untested-change"]
    assert run.reasons == ""
    assert ("1 worker" in run.stdout) == (number == "1")


def test_a_worker_that_crashes_makes_the_run_partial(project: Project) -> None:
    project.commit({"tests/test_crash.py": CRASH})
    project.write(UNTESTED)
    run = project.pytest("-n", "2", plugins=("xdist",))
    assert run.status == 1
    assert run.rules == []
    assert "crashed" in run.reasons


def test_exitfirst_among_workers(project: Project) -> None:
    project.commit({"tests/test_a.py": "def test_a():\n    assert 1 == 2\n"})
    project.write(UNTESTED)
    run = project.pytest("-n", "2", "-x", plugins=("xdist",))
    assert run.status != 0
    assert "INTERNALERROR" not in run.text


def test_a_worker_variable_set_by_hand_is_no_way_out(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest(environ={"PYTEST_XDIST_WORKER": "gw0"})
    assert run.status == 1, run.text
    assert "PYTEST_XDIST_WORKER is set" in run.text


def measured(project: Project) -> Mapping[str, Any]:
    """What coverage.py itself measured: executed lines and their contexts, by file."""
    command = [sys.executable, "-m", "coverage", "json", "-o", "-", "-q", "--show-contexts"]
    done = subprocess.run(command, cwd=project.path, capture_output=True, check=True, timeout=60)
    files = json.loads(done.stdout)["files"]
    return {path: (data["executed_lines"], data["contexts"]) for path, data in files.items()}


COV = ("--cov=src", "--cov=tests", "--cov-report=")


@pytest.mark.parametrize("options", [(), ("--cov-branch",), ("--cov-context=test",)], ids=str)
def test_pytest_cov_and_the_tracer_see_the_same(project: Project, options: tuple[str, ...]) -> None:
    project.write(TESTED)
    project.pytest(*COV, *options, plugins=("cov",), audit=False)
    alone = measured(project)
    run = project.pytest(*COV, *options, plugins=("cov",))
    assert run.status == 0, run.text
    assert run.rules == []
    assert run.reasons == ""
    assert measured(project) == alone
    assert alone["src/shop.py"][0] == [1, 2, 5, 6]


@pytest.mark.parametrize("options", [(), ("-n", "2"), ("--cov-branch",)], ids=str)
def test_unrun_lines_are_found_beside_pytest_cov(project: Project, options: tuple[str, ...]) -> None:
    project.write(UNTESTED)
    run = project.pytest(*COV, *options, plugins=("cov", "xdist"))
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]
    assert measured(project)["src/shop.py"][0] == [1, 2, 5]


def test_pytest_cov_without_measurement(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest(*COV, "--no-cov", plugins=("cov",))
    assert run.rules == ["untested-change"]


def test_under_coverage_run(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest(command=("-m", "coverage", "run", "--source=src,tests", "-m", "pytest"))
    assert run.status == 0, run.text
    assert run.rules == []
    assert run.reasons == ""
    assert measured(project)["src/shop.py"][0] == [1, 2, 5, 6]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="sys.monitoring sees whatever runs")
def test_what_a_shared_measurement_leaves_out_is_not_judged(project: Project) -> None:
    project.commit({"lib/other.py": SHOP, "pyproject.toml": SETTINGS.replace('"src"', '"src", "lib"')})
    project.commit({"tests/test_other.py": "from other import total\n\n\ndef test_it():\n    assert total([]) == 0\n"})
    project.write({"lib/other.py": SHOP.replace("sum(items)", "sum(iter(items))")})
    run = project.pytest("--cov=src", "--cov-report=", plugins=("cov",))
    assert run.status == 0, run.text
    assert run.rules == []


def test_coverage_patches_no_auditor(project: Project) -> None:
    project.commit({"pyproject.toml": f'{SETTINGS}\n[tool.coverage.run]\npatch = ["subprocess"]\nparallel = true\n'})
    project.write(TESTED)
    run = project.pytest(*COV, plugins=("cov",))
    assert run.status == 0, run.text
    assert run.rules == []
    left = sorted(path.name for path in project.path.glob(".coverage*"))
    assert left == [".coverage"]


def test_in_random_order(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest(plugins=("randomly",))
    assert run.status == 0, run.text
    assert "random seed" in run.text or "randomly-seed" in run.text


def test_without_a_terminal_reporter(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest("-p", "no:terminal")
    assert run.status == 1
    assert "No test runs `discount`" in run.stderr
    assert run.rules == ["untested-change"]


def test_without_a_summary(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest("--no-summary")
    assert run.status == 1
    assert run.text.count("agent audit: 1 error") == 1


def test_lines_that_only_a_thread_runs_count(project: Project) -> None:
    threaded = (
        "from threading import Thread\nfrom shop import discount\n\n\n"
        "def test_thread():\n    found = []\n    thread = Thread(target=lambda: found.append(discount(10)))\n"
        "    thread.start()\n    thread.join()\n    assert found == [9]\n"
    )
    project.write({**UNTESTED, "tests/test_thread.py": threaded})
    run = project.pytest()
    assert run.status == 0, run.text
    assert run.rules == []


def test_lines_that_only_a_coroutine_runs_count(project: Project) -> None:
    later = "import asyncio\n\n\nasync def later(value):\n    await asyncio.sleep(0)\n    return value\n"
    test = "import asyncio\n\nfrom later import later\n\n\ndef test_it():\n    assert asyncio.run(later(3)) == 3\n"
    project.write({"src/later.py": later, "tests/test_later.py": test})
    run = project.pytest()
    assert run.status == 0, run.text
    assert run.rules == []
