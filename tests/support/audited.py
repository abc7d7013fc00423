"""A small project under git, and real runs of pytest in it: each in a process of its own, with a bounded wait."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.repo import GitRepo

SETTINGS = """\
[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
"""
SHOP = "def total(items):\n    return sum(items)\n"
TEST_SHOP = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
BASE: Mapping[str, str] = {"pyproject.toml": SETTINGS, "src/shop.py": SHOP, "tests/test_shop.py": TEST_SHOP}

UNTESTED: Mapping[str, str] = {"src/shop.py": SHOP + "\n\ndef discount(value):\n    return value * 0.9\n"}
"""A change that no test runs: found by evidence alone."""
QUIETED: Mapping[str, str] = {"src/shop.py": SHOP.replace("(items)\n", "(items)  # noqa\n")}
"""A change with a bare suppression: found without a run."""
TESTED: Mapping[str, str] = {
    **UNTESTED,
    "tests/test_shop.py": "from shop import discount, total\n\n\n"
    "def test_total():\n    assert total([1, 2]) == 3\n\n\n"
    "def test_discount():\n    assert discount(10) == 9\n",
}
"""An honest change."""

KEPT = ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH")
SECONDS = 120
PLUGINS = {
    "xdist": "xdist",
    "cov": "pytest_cov",
    "randomly": "randomly",
    "split": "pytest_split.plugin",
    "rerunfailures": "rerunfailures",
    "timeout": "timeout",
    "order": "pytest_order",
    "sugar": "sugar",
    "metadata": "metadata",
    "html": "html",
    "json-report": "pytest_jsonreport",
    "allure": "allure_pytest",
    "teamcity": "pytest-teamcity",
    "asyncio": "asyncio",
    "anyio": "anyio",
}


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended."""

    status: int
    stdout: str
    stderr: str
    report: dict[str, Any] | None

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.stdout + self.stderr

    @property
    def rules(self) -> list[str]:
        """The rules of the findings."""
        assert self.report is not None, self.text
        return [finding["rule"] for finding in self.report["findings"]]

    @property
    def reasons(self) -> str:
        """Why something was not judged."""
        assert self.report is not None, self.text
        return "\n".join(item["reason"] for item in self.report["not_judged"])


class Project(GitRepo):
    """A repository with one commit, and a change in its work tree."""

    def __init__(self, path: Path, base: Mapping[str, str] = BASE) -> None:
        super().__init__(path)
        self.commit(base)

    def pytest(
        self,
        *arguments: str,
        audit: bool = True,
        plugins: tuple[str, ...] = (),
        environ: Mapping[str, str] | None = None,
        command: tuple[str, ...] = ("-m", "pytest"),
        by_name: bool = True,
    ) -> Run:
        """Run pytest here with our plugin (by its entry point, unless `by_name` is false) and those named; read the
        report that it wrote.
        """
        report = self.path.parent / "audit.json"
        report.unlink(missing_ok=True)
        options = ["--agent-audit", f"--agent-audit-report=json:{report}", "--agent-audit-report=terminal"]
        ours = ("agentaudit",) if by_name else ()
        loaded = [word for name in (*ours, *(PLUGINS[name] for name in plugins)) for word in ("-p", name)]
        done = subprocess.run(
            [sys.executable, *command, *loaded, *(options if audit else ()), *arguments],
            cwd=self.path,
            env={
                **{name: os.environ[name] for name in KEPT if name in os.environ},
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "PYTHONDONTWRITEBYTECODE": "1",
                **(environ or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        read = json.loads(report.read_text()) if report.exists() else None
        return Run(done.returncode, done.stdout, done.stderr, read)
