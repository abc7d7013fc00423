"""One real change, audited once by each command: every format says the same of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from pytest_agentaudit.report.comment_state import MARK
from pytest_agentaudit.report.targets import FORMATS
from tests.support.audited import BASE, Project
from tests.support.reading_html import Page
from tests.support.scenarios import environment

ODD = "src/shop | @all #1.py"
CHANGE: Mapping[str, str] = {
    "src/shop.py": "def total(items):\n    try:\n        return sum(items)\n    except Exception:\n        pass\n",
    "tests/test_shop.py": BASE["tests/test_shop.py"].replace("== 3", "> 0"),
    ODD: 'VALUE = "::error::`x` | <b> @all"  # type: ignore\n',
}
FORMATS_OF_FILES = [name for name in FORMATS if name != "terminal"]


@dataclass(frozen=True)
class Audited:
    """What one command wrote, by format, and what it said."""

    status: int
    output: str
    texts: Mapping[str, str]
    summary: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        findings: list[dict[str, Any]] = json.loads(self.texts["json"])["findings"]
        return findings


def ci(folder: Path) -> dict[str, str]:
    """The variables of a job in GitHub Actions."""
    (folder / "summary.md").touch()
    return {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_SHA": "88d01be" + "0" * 33,
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }


def read(folder: Path, status: int, output: str) -> Audited:
    texts = {name: (folder / f"report.{name}").read_text(encoding="utf-8") for name in FORMATS_OF_FILES}
    return Audited(status, output, texts, (folder / "summary.md").read_text(encoding="utf-8"))


def check(project: Project, folder: Path) -> Audited:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest_agentaudit", "check", "--report", f"json:{folder}/shop.py/no.json"),
            *(word for name in FORMATS_OF_FILES for word in ("--report", f"{name}:{folder}/report.{name}")),
        ],
        cwd=project.path,
        env={**environment(project.path), **ci(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return read(folder, done.returncode, done.stdout + done.stderr)


def run(project: Project, folder: Path) -> Audited:
    options = [f"--agent-audit-report={name}:{folder}/report.{name}" for name in FORMATS_OF_FILES]
    done = project.pytest(*options, "--agent-audit-report=github", environ=ci(folder))
    return read(folder, done.status, done.text)


@pytest.fixture(scope="module", params=[check, run], ids=["check", "pytest"])
def audited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = tmp_path_factory.mktemp("formats")
    project = Project(folder / "project")
    project.write(CHANGE)
    (folder / "shop.py").touch()  # a file where `check` is asked to write into a folder
    done: Audited = request.param(project, folder)
    return done


def test_the_change_is_a_bad_one(audited: Audited) -> None:
    rules = {(finding["path"], finding["rule"]) for finding in audited.findings}
    assert {("src/shop.py", "swallowed-exception"), ("tests/test_shop.py", "weakened-assertion")} <= rules
    assert (ODD, "added-suppression") in rules


def test_sarif_has_every_finding_on_a_changed_line(audited: Audited) -> None:
    (only,) = json.loads(audited.texts["sarif"])["runs"]
    places = [
        (result["ruleId"], unquote(place["artifactLocation"]["uri"]), place["region"]["startLine"])
        for result in only["results"]
        for place in [result["locations"][0]["physicalLocation"]]
    ]
    assert places == [(it["rule"], it["path"], it["line"]) for it in audited.findings]
    rules = only["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {finding["rule"] for finding in audited.findings}
    assert all("\n\n" in rule["help"]["markdown"] for rule in rules)
    assert only["versionControlProvenance"][0]["revisionId"].startswith("88d01be")


def test_gitlab_has_every_finding(audited: Audited) -> None:
    entries = [it for it in json.loads(audited.texts["gitlab"]) if it["check_name"] != "not-judged"]
    assert [(it["check_name"], it["location"]["path"], it["fingerprint"]) for it in entries] == [
        (it["rule"], it["path"], it["fingerprint"]) for it in audited.findings
    ]


def test_github_has_every_finding(audited: Audited) -> None:
    commands = re.findall(
        r"^::(error|warning|notice) file=(.*?),line=(\d+),.*title=([\w-]+)::", audited.texts["github"], re.MULTILINE
    )
    levels = {"note": "notice"}
    assert sorted(commands) == sorted(
        (levels.get(it["level"], it["level"]), it["path"], str(it["line"]), it["rule"]) for it in audited.findings
    )


def test_the_comment_has_a_row_for_every_finding(audited: Audited) -> None:
    rows = re.findall(
        r"^\| (?:\*\*)?(error|warning|note)\b.*<code>([a-z-]+)</code> \|", audited.texts["markdown"], re.MULTILINE
    )
    assert sorted(rows) == sorted((it["level"], it["rule"]) for it in audited.findings)
    assert audited.texts["markdown"].startswith(MARK)
    assert "/blob/88d01be" in audited.texts["markdown"]


def test_the_page_has_every_finding_and_the_lines_of_the_change(audited: Audited) -> None:
    page = Page(audited.texts["html"])
    findings = [str(at["id"]) for tag, at in page.tags if tag == "article"]
    assert sorted(findings) == sorted(f"n{number}" for number in range(len(audited.findings)))
    assert {"src/shop.py", ODD} <= set(page.every("data-path"))
    assert "return sum(items)" in page.text
    known = {3: "line 3: unmeasured", 1: "line 3: run by tests, 1 test"}  # `check` runs nothing
    assert known[audited.status] in page.every("aria-label")
    assert any("github.com/o/r/blob/" in address for address in page.every("href"))


def test_the_summary_of_the_job_is_the_comment_without_its_mark(audited: Audited) -> None:
    assert audited.summary.rstrip("\n") == audited.texts["markdown"].partition("\n")[2].rstrip("\n")


def test_a_path_that_cannot_be_written_costs_nothing_but_itself(audited: Audited) -> None:
    """`check` was asked for one more report, in a folder that is a file; pytest for annotations in its output."""
    said = {3: "shop.py/no.json' cannot be written", 1: audited.texts["github"]}
    assert audited.output.count(said[audited.status]) == 1


def test_a_run_without_a_verdict_says_so_to_ci(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    done = project.pytest("--agent-audit-base=nowhere", "--agent-audit-report=github", environ=ci(tmp_path))
    assert done.status == 1
    assert (
        "\n::error title=agent audit%3A could not audit::could not audit: the base: no commit 'nowhere'" in done.stdout
    )
    assert "### Agent audit: could not audit\n" in (tmp_path / "summary.md").read_text(encoding="utf-8")
