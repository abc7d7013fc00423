"""The whole changes under fixtures/, laid out as real repositories and audited by the real commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.support.repo import GitRepo

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"

Row = tuple[str, int, str, str]
"""A finding as path, line, rule, level."""


@dataclass(frozen=True)
class Said:
    """What a command said of a change: its exit status, its JSON report, and what it printed."""

    status: int
    report: dict[str, Any]
    output: str

    @property
    def findings(self) -> list[Row]:
        """The findings in a fixed order."""
        return sorted((it["path"], it["line"], it["rule"], it["level"]) for it in self.report["findings"])


@dataclass(frozen=True)
class Scenario:
    """A folder with `before`, `after` and `expected.toml`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def expected(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "expected.toml").read_text(encoding="utf-8"))

    def findings(self, command: str) -> list[Row]:
        """The findings that `command` ("pytest" or "check") must give, in the order of Said.findings."""
        rows = self.expected[command]["findings"]
        return sorted((it["path"], it["line"], it["rule"], it["level"]) for it in rows)

    def lay_out(self, path: Path) -> GitRepo:
        """A repository whose one commit is `before`, and whose work tree is `after`: committed on a branch where
        `expected.toml` gives the commit's `message`.
        """
        repo = GitRepo(path)
        before, after = tree(self.folder / "before"), tree(self.folder / "after")
        repo.commit(before, "base")
        changed = {**dict.fromkeys(before), **after}
        if message := self.expected.get("message"):
            repo.git("switch", "-q", "-c", "change")
            repo.commit(changed, message)
        else:
            repo.write(changed)
        return repo


def all_scenarios() -> list[Scenario]:
    """Every scenario, by name."""
    return [Scenario(path.parent) for path in sorted(FIXTURES.glob("*/expected.toml"))]


def tree(folder: Path) -> dict[str, bytes]:
    """A folder's files by their relative path, without what a run leaves behind."""
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def run_pytest(repo: Path, report: Path, *arguments: str) -> Said:
    """Run `python -m pytest --agent-audit` in the repository."""
    options = ("-q", "-p", "no:cacheprovider", "--agent-audit", f"--agent-audit-report=json:{report}")
    return _run(("-m", "pytest", *options, "--agent-audit-report=terminal", *arguments), repo, report)


def run_check(repo: Path, report: Path, *arguments: str) -> Said:
    """Run `agentaudit check` in the repository."""
    options = (f"--report=json:{report}", "--report=terminal")
    return _run(("-m", "pytest_agentaudit", "check", *options, *arguments), repo, report)


def run_suite(repo: Path) -> int:
    """Run pytest alone, without the audit and all other plugins, and return its exit status."""
    arguments = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    return _python(arguments, repo, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").returncode


def _run(arguments: Sequence[str], repo: Path, report: Path) -> Said:
    done = _python(arguments, repo)
    document = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
    return Said(done.returncode, document, done.stdout + done.stderr)


def _python(arguments: Sequence[str], repo: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=repo,
        env={**environment(repo), **environ},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=120,
    )


def environment(home: Path) -> dict[str, str]:
    """What a command needs: neither CI's variables nor an agent's may choose base or format."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home.parent),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
    }
