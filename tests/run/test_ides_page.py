"""The page for editors: its settings are JSON, and its problem matcher reads what the tool really says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pytest_agentaudit.cli import main
from tests.support.audited import SHOP, UNTESTED, Project

PAGE = Path(__file__).parents[2] / "docs/ides.md"


def blocks() -> list[dict[str, Any]]:
    return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)]


def problems(text: str) -> list[dict[str, str]]:
    """What the problem matcher of the page makes of each line of a task's output."""
    _, tasks = blocks()
    pattern = dict(tasks["tasks"][0]["problemMatcher"]["pattern"])
    expression = re.compile(pattern.pop("regexp"))
    found = filter(None, map(expression.fullmatch, text.split("\n")))
    return [{name: match[number] for name, number in pattern.items()} for match in found]


def test_problems_of_a_check(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    project.write({"src/shop.py": SHOP.replace("(items)\n", "(items)  # noqa\n"), "a folder/ü.py": "X = 1  # noqa\n"})
    options = blocks()[1]["tasks"][0]["args"][3:]
    assert main(["check", *options, "--repo", str(project.path)]) == 1
    found = sorted(problems(capsys.readouterr().out), key=lambda it: it["file"])
    assert [(it["file"], it["line"], it["severity"], it["code"]) for it in found] == [
        ("a folder/ü.py", "1", "note", "added-suppression"),
        ("src/shop.py", "2", "error", "added-suppression"),
    ]
    assert found[1]["message"].startswith("`noqa` on `return sum(items)` hides every diagnostic")


def test_problems_of_a_run(project: Project) -> None:
    project.write(UNTESTED)
    found = problems(project.pytest("--agent-audit-report=agent").stdout)
    assert [(it["file"], it["line"], it["code"]) for it in found] == [("src/shop.py", "5", "untested-change")]
    assert found[0]["message"].startswith("No test runs `discount` (line 6). ")


def test_a_check_without_findings_has_no_problems(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--report", "agent", "--repo", str(project.path)]) == 0
    assert problems(capsys.readouterr().out) == []
