"""Run projects' own suites under `pytest --agent-audit` over their newest commits, and tell what came of it.

    python benchmarks/suites.py --project CLONE PYTHON [--project ...] [--commits 5] [--json results.json]

CLONE is a clone with a work tree (it is checked out to one commit after the other, detached, and changed files are
thrown away), PYTHON an interpreter in whose environment the clone is installed editable with its test requirements and
this plugin. Each commit is audited against its first parent; commits that change no Python file are passed over.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

TROUBLE = ("INTERNALERROR", 'Traceback (most recent call last):\n  File "{ours}', "could not audit")
OURS = str(Path(__file__).resolve().parents[1] / "pytest_agentaudit")


@dataclass(frozen=True)
class Run:
    """One suite at one commit. `plain` is pytest's exit status without the audit."""

    project: str
    sha: str
    subject: str
    plain: int
    status: int
    seconds: float
    verdict: str = ""
    tests: int = 0
    findings: tuple[dict[str, Any], ...] = ()
    not_judged: tuple[dict[str, Any], ...] = ()
    trouble: str = ""
    counts: dict[str, int] = field(default_factory=dict)


def git(clone: Path, *arguments: str, text: str = "") -> str:
    """git's answer as text."""
    return subprocess.run(
        ["git", *arguments], cwd=clone, check=True, capture_output=True, text=True, errors="replace", input=text
    ).stdout


def commits(clone: Path, count: int, tip: str) -> list[tuple[str, str]]:
    """(sha, subject) of the newest commits that change Python files, merges left out."""
    text = git(clone, "log", tip, "--no-merges", "--format=%H%x09%s", f"--max-count={count}", "--", "*.py")
    return [(sha, subject) for sha, _, subject in (line.partition("\t") for line in text.split("\n")) if sha]


def suite(clone: Path, python: str, options: Sequence[str], timeout: float) -> tuple[int, str]:
    """Exit status (-1: time-out) and output of the project's suite."""
    argv = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    try:
        done = subprocess.run(
            argv, cwd=clone, capture_output=True, text=True, errors="replace", timeout=timeout, check=False
        )
    except subprocess.TimeoutExpired:
        return -1, "time-out"
    return done.returncode, done.stdout + done.stderr


def audited(clone: Path, python: str, sha: str, subject: str, timeout: float) -> Run:
    """The suite at `sha`, without and with the audit."""
    git(clone, "checkout", "--quiet", "--force", "--detach", sha)
    git(clone, "clean", "-fdq")
    plain, _ = suite(clone, python, ["-p", "no:agentaudit"], timeout)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        options = ["--agent-audit", f"--agent-audit-base={sha}^", "--agent-audit-report=terminal"]
        status, output = suite(clone, python, [*options, f"--agent-audit-report=json:{out}"], timeout)
        report = json.loads(out.read_text()) if out.exists() else {}
    trouble = next((mark for mark in TROUBLE if mark.replace("{ours}", OURS) in output), "")
    if status == -1 or not report:
        trouble = trouble or f"no report: {output.strip()[-200:]}"
    findings = report.get("findings", [])
    return Run(
        project=clone.name,
        sha=sha,
        subject=subject,
        plain=plain,
        status=status,
        seconds=sum(report.get("stats", {}).get("seconds", {}).values()),
        verdict=report.get("verdict", ""),
        tests=report.get("stats", {}).get("tests", 0),
        findings=tuple(findings),
        not_judged=tuple(report.get("not_judged", [])),
        trouble=trouble,
        counts=dict(Counter(f"{finding['rule']} {finding['level']}" for finding in findings)),
    )


def table(runs: Sequence[Run]) -> Iterator[str]:
    """The Markdown table, a row a project, then the findings by rule."""
    yield "| project | commits | tests in a run | red by error | warnings | notes | not judged | trouble |"
    yield "|---|---|---|---|---|---|---|---|"
    for project in sorted({run.project for run in runs}):
        own = [run for run in runs if run.project == project]
        levels = Counter(finding["level"] for run in own for finding in run.findings)
        red = sum(any(finding["level"] == "error" for finding in run.findings) for run in own)
        cells = [project, len(own), max(run.tests for run in own), red, levels["warning"], levels["note"]]
        cells += [sum(len(run.not_judged) for run in own), sum(bool(run.trouble) for run in own)]
        yield "| " + " | ".join(map(str, cells)) + " |"
    yield "\n| rule and level | findings |\n|---|---|"
    totals = sum((Counter(run.counts) for run in runs), Counter())
    yield from (f"| {name} | {count} |" for name, count in sorted(totals.items()))


def main() -> None:
    """Run everything, one suite at a time, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", nargs=2, action="append", required=True, metavar=("CLONE", "PYTHON"))
    parser.add_argument("--commits", type=int, default=5, help="how many commits of each project")
    parser.add_argument("--tip", default="HEAD", help="the newest commit to take")
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds for one run of a suite")
    parser.add_argument("--json", type=Path, help="also write every run")
    options = parser.parse_args()
    runs: list[Run] = []
    for folder, python in options.project:
        clone = Path(folder).resolve()
        tip = git(clone, "rev-parse", options.tip).strip()
        for sha, subject in commits(clone, options.commits, tip):
            runs.append(audited(clone, python, sha, subject, options.timeout))
            print(f"{clone.name} {sha[:10]} {runs[-1].plain} -> {runs[-1].status} {runs[-1].verdict}", flush=True)
            if options.json:
                options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))
        git(clone, "checkout", "--quiet", "--force", tip)
    print("\n".join(table(runs)))


if __name__ == "__main__":
    main()
