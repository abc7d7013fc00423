"""A change that holds a plain shortcut beside something odd, audited by both real commands.

Whatever the oddity is, an audit prints no traceback, writes nothing into the work tree, and finds the shortcut.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.repo import GitRepo
from tests.support.scenarios import environment

SETTINGS = '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'
LABEL = "def label(name):\n    return name\n"
BASE: Mapping[str, str] = {
    "pyproject.toml": SETTINGS,
    "src/label.py": LABEL,
    "src/spare.py": "SPARE = 1\n",
    "tests/test_label.py": "from label import label\n\n\ndef test_label():\n    assert label('a') == 'a'\n",
}
QUIETED: Mapping[str, str] = {"src/label.py": LABEL.replace("return name\n", "return name  # noqa\n")}
"""The shortcut that every audit here has to find."""

Row = tuple[str, int, str, str]
SHORTCUT: Row = ("src/label.py", 2, "added-suppression", "error")

SECONDS = 120
OPTIONS = {
    "pytest": ("-m", "pytest", "-p", "agentaudit", "-p", "no:cacheprovider", "--agent-audit"),
    "check": ("-m", "pytest_agentaudit", "check"),
}
REPORT = {"pytest": "--agent-audit-report", "check": "--report"}
BASE_OPTION = {"pytest": "--agent-audit-base", "check": "--base"}
COULD_NOT_AUDIT = {"pytest": 1, "check": 3}
"""Exit status of a command that could not audit."""


@dataclass(frozen=True)
class Answer:
    """What a command said: its exit status, all that it printed on one line, its JSON report."""

    status: int
    text: str
    report: dict[str, Any]

    @property
    def rows(self) -> list[Row]:
        """The findings as path, line, rule, level, in a fixed order."""
        return sorted((it["path"], it["line"], it["rule"], it["level"]) for it in self.report["findings"])

    def finding(self, path: str) -> str:
        """Message and fix of the one finding at `path`."""
        (found,) = [it for it in self.report["findings"] if it["path"] == path]
        return f"{found['message']} {found['fix']}"


class OddRepo(GitRepo):
    """A repository whose work tree adds a bare `noqa` to product code; tests add what is odd."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.commit(BASE)
        self.write(QUIETED)

    def audit(
        self,
        command: str,
        *options: str,
        base: str = "",
        environ: Mapping[str, str] | None = None,
        wrapper: Iterable[str] = (),
        writes: Iterable[str] = (),
    ) -> Answer:
        """Audit the change here. `writes` are paths that the project's own tests write."""
        return audit(self.path, command, *options, base=base, environ=environ, wrapper=wrapper, writes=writes)


def audit(
    folder: Path,
    command: str,
    *options: str,
    base: str = "",
    environ: Mapping[str, str] | None = None,
    wrapper: Iterable[str] = (),
    writes: Iterable[str] = (),
) -> Answer:
    """Audit the change in `folder` by "pytest" or "check", and assert what holds of every answer."""
    report = folder.parent / f"{command}.json"
    report.unlink(missing_ok=True)
    reports = (f"{REPORT[command]}=terminal", f"{REPORT[command]}=json:{report}")
    bases = (f"{BASE_OPTION[command]}={base}",) if base else ()
    before = picture(folder)
    done = subprocess.run(
        [*wrapper, sys.executable, *OPTIONS[command], *reports, *bases, *options],
        cwd=folder,
        env={**environment(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **(environ or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    text = " ".join((done.stdout + done.stderr).decode("utf-8", "surrogateescape").split())
    assert "INTERNALERROR" not in text, text
    assert "Traceback (most recent call last)" not in text, text
    after = picture(folder)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    changed = {path for path in changed if not path.startswith(KEPT)}
    assert changed <= set(writes), changed
    return Answer(done.returncode, text, json.loads(report.read_bytes()) if report.exists() else {})


KEPT = ".git/agentaudit"
"""What audits keep for the next one."""


def could_not_audit(answer: Answer, command: str, cause: str, way_out: str) -> None:
    """Assert that there is one message, which holds the cause and the way out, and that the tests ran all the same."""
    assert answer.status == COULD_NOT_AUDIT[command], answer.text
    assert answer.text.count("could not audit:") == 1, answer.text
    assert f"could not audit: {cause}" in answer.text, answer.text
    assert way_out in answer.text, answer.text
    if command == "pytest":
        assert "1 passed" in answer.text
        assert answer.report["verdict"] == "failed"


def found(answer: Answer, *rows: Row, status: int = 1) -> None:
    """Assert that the audit found these beside the plain shortcut, and nothing else."""
    assert answer.status == status, answer.text
    assert answer.rows == sorted([*rows, SHORTCUT]), answer.text


def picture(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, size and time of every path below `folder`, git's own files included."""
    found = {}
    for home, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(home, name)
            status = path.lstat()
            # A folder's size and time are left out: they change with its files, which stand here themselves.
            told = (0, 0) if path.is_dir() and not path.is_symlink() else (status.st_size, status.st_mtime_ns)
            found[path.relative_to(folder).as_posix()] = (status.st_mode, *told)
    return found
