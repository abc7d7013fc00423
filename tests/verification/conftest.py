from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.repo import GitRepo
from tests.support.scenarios import environment

CODE = "def add(a, b):\n    return a + b\n"
MUL = "\n\ndef mul(a, b):\n    return a * b\n"
TESTS = "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
GOOD = "from calc import mul\n\n\ndef test_mul():\n    assert mul(2, 3) == 6\n"
BAD = "from calc import mul\n\n\ndef test_mul():\n    assert mul(2, 3) == 7\n"
UNUSED = ("hypothesispytest", "asyncio", "anyio", "pytest_cov", "pytest-split")
"""Plugins of this project's own tests: loading them takes longer than all else that these runs do."""
SETTINGS = (
    f'[tool.pytest.ini_options]\npythonpath = ["src"]\naddopts = {" ".join(f"-p no:{name}" for name in UNUSED)!r}\n'
)


@dataclass
class Verified:
    """How `agentaudit verify` ended."""

    status: int
    out: str
    err: str
    report: dict[str, Any]

    @property
    def errors(self) -> set[str]:
        return {it["rule"] for it in self.report["findings"] if it["level"] == "error"}

    @property
    def reasons(self) -> str:
        return "\n".join(it["reason"] for it in self.report["not_judged"])


class Project:
    """A small project with a base commit, whose changes are committed and verified."""

    def __init__(self, folder: Path) -> None:
        self.repo = GitRepo(folder / "shop")
        self.base = self.repo.commit({"src/calc.py": CODE, "tests/test_calc.py": TESTS, "pyproject.toml": SETTINGS})
        self.report = folder / "report.json"

    def verify(
        self,
        files: Mapping[str, str | bytes | None] | None = None,
        *options: str,
        environ: Mapping[str, str] | None = None,
    ) -> Verified:
        if files:
            self.repo.commit(files)
        return self.command(
            "--base", self.base, "--report", "terminal", f"--report=json:{self.report}", *options, environ=environ
        )

    def command(self, *options: str, environ: Mapping[str, str] | None = None) -> Verified:
        self.report.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "pytest_agentaudit", "verify", *options],
            cwd=self.repo.path,
            env={**environment(self.repo.path), **(environ or {})},
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        report = json.loads(self.report.read_text("utf-8")) if self.report.exists() else {}
        return Verified(done.returncode, done.stdout, done.stderr, report)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
