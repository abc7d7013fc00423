"""The composite action and the pre-commit manifest of this repository, as those who call them read them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support.repo import GitRepo
from tests.support.scenarios import environment

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def steps() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / "action.yml")["runs"]["steps"]
    return found


def audit(steps: list[dict[str, Any]], cwd: Path, command: str, sarif: str = "", path: str = "") -> Any:
    """Run the audit's step as a runner does."""
    script = next(step["run"] for step in steps if step.get("name") == "Audit")
    given = {"AUDIT_COMMAND": command, "AUDIT_SARIF": sarif, "PATH": path or f"{TOOLS}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd,
        env={**environment(cwd), **given},
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )


def test_what_it_uses_is_pinned(steps: list[dict[str, Any]]) -> None:
    used = [step["uses"] for step in steps if "uses" in step]
    assert len(used) == 2
    assert all(re.fullmatch(r"[\w-]+/[\w/-]+@[0-9a-f]{40}", it) for it in used)


def test_no_input_is_pasted_into_a_script(steps: list[dict[str, Any]]) -> None:
    assert not [step for step in steps if "${{" in step.get("run", "")]


def test_findings_fail_the_step(steps: list[dict[str, Any]], tmp_path: Path) -> None:
    repo = GitRepo(tmp_path)
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write({"shop.py": "# ruff: noqa\nPRICE = 1\n"})
    done = audit(steps, tmp_path, "agentaudit check")
    assert done.returncode == 1, done.stderr
    assert "file-suppression" in done.stdout


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (
            "agentaudit check --base 'a b'",
            ["check", "--base", "a b", "--report", "terminal", "--report", "sarif:x y.sarif"],
        ),
        ("pytest -q", ["-q"]),
    ],
)
def test_sarif_is_asked_for(command: str, expected: list[str], steps: list[dict[str, Any]], tmp_path: Path) -> None:
    for name in ("agentaudit", "pytest"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nprintf "%s" "$PYTEST_ADDOPTS" >&2\n')
        program.chmod(0o755)
    done = audit(steps, tmp_path, command, "x y.sarif", f"{tmp_path}/bin:{os.environ['PATH']}")
    assert done.stdout.splitlines() == expected
    options = "--agent-audit-report=terminal '--agent-audit-report=sarif:x y.sarif'"
    assert done.stderr.strip() == ("" if command.startswith("agentaudit") else options)


def test_the_pre_commit_hook_audits_what_is_staged() -> None:
    (hook,) = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    assert hook["id"] == "agentaudit"
    assert hook["entry"] == "agentaudit check --staged"
    assert hook["pass_filenames"] is False
