"""Honest commits through `agentaudit verify`, and what that costs beside a plain run of the suite.

    python benchmarks/verified.py --project CLONE PYTHON [--project ...] [--commits 8] [--json results.json]
        [--policy NAME POLICY ...]

CLONE is a clone with a work tree, PYTHON an interpreter in whose environment the clone is installed editable with its
test requirements and this plugin. Taken are the newest commits of the upstream's default branch that change product
and test code. A commit whose own suite is red without any audit (another Python, a machine under load) is told apart.
POLICY is a file of TOML that the base's and the head's pyproject.toml of the clone NAME get at their ends, as if the
project had it: for files that its build writes, and for code that other checks judge.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from suites import git, suite

TEST = re.compile(r"(^|/)tests?/|(^|/)test_[^/]*\.py$|_test\.py$")
NO_PRODUCT = re.compile(r"^(docs|bench\w*|examples|scripts)/|(^|/)(setup|noxfile|conftest)\.py$")


@dataclass(frozen=True)
class Run:
    """One commit. `plain` is pytest's exit status at that commit without us, `status` that of verify."""

    project: str
    sha: str
    subject: str
    plain: int
    status: int
    plain_seconds: float
    seconds: float
    findings: tuple[dict[str, Any], ...] = ()
    not_judged: tuple[dict[str, Any], ...] = ()

    @property
    def why(self) -> str:
        """What made it red."""
        errors = [f"{it['rule']} {it['path']}:{it['line']}" for it in self.findings if it["level"] == "error"]
        return "; ".join([*errors, *(f"{it['path']} {it['reason']}".strip() for it in self.not_judged)])


def commits(clone: Path, count: int, skip: int) -> Iterator[tuple[str, str]]:
    """(sha, subject) of the newest commits with product and test code."""
    tip = git(clone, "rev-parse", "origin/HEAD").strip()
    text = git(clone, "log", tip, "--no-merges", "--format=%H%x09%s", "--max-count=1500", "--", "*.py")
    found = 0
    for line in filter(None, text.split("\n")):
        sha, _, subject = line.partition("\t")
        paths = [it for it in git(clone, "show", "--format=", "--name-only", sha).split("\n") if it.endswith(".py")]
        tests = [it for it in paths if TEST.search(it)]
        if tests and any(it not in tests and not NO_PRODUCT.search(it) for it in paths):
            found += 1
            if found > skip:
                yield sha, subject
            if found == count + skip:
                return


def governed(clone: Path, sha: str, policy: str, *parents: str) -> str:
    """A commit with the tree of `sha`, whose pyproject.toml ends with this policy."""
    has_one = git(clone, "ls-tree", "--name-only", sha, "pyproject.toml")
    text = f"{git(clone, 'show', f'{sha}:pyproject.toml') if has_one else ''}\n{policy}"
    with tempfile.TemporaryDirectory() as folder:

        def ask(*words: str, stdin: str = "") -> str:
            who = ("GIT_AUTHOR", "GIT_COMMITTER")
            own = {f"{it}_{key}": value for it in who for key, value in (("NAME", "house"), ("EMAIL", "h@example.org"))}
            done = subprocess.run(
                ["git", *words],
                cwd=clone,
                env={**os.environ, **own, "GIT_INDEX_FILE": f"{folder}/index"},
                input=stdin,
                capture_output=True,
                check=True,
                text=True,
            )
            return done.stdout.strip()

        ask("read-tree", sha)
        blob = ask("hash-object", "-w", "--stdin", stdin=text)
        ask("update-index", "--add", "--cacheinfo", f"100644,{blob},pyproject.toml")
        above = [word for parent in parents for word in ("-p", parent)]
        return ask("commit-tree", ask("write-tree"), *above, stdin=git(clone, "show", "-s", "--format=%B", sha))


def verified(clone: Path, python: str, sha: str, subject: str, timeout: float, policy: str = "") -> Run:
    """A plain run of the suite at `sha`, and verify."""
    base, head = git(clone, "rev-parse", f"{sha}^").strip(), sha
    if policy:
        base = governed(clone, base, policy)
        head = governed(clone, sha, policy, base)
    git(clone, "checkout", "--quiet", "--force", "--detach", head)
    git(clone, "clean", "-fdq")
    begun = time.monotonic()
    plain, _ = suite(clone, python, ["-p", "no:agentaudit", "-p", "no:randomly"], timeout)
    between = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        argv = [python, "-m", "pytest_agentaudit", "verify", "--base", base]
        argv += ["--head", head, "--report", f"json:{out}", "--", "-q", "-p", "no:randomly"]
        done = subprocess.run(argv, cwd=clone, capture_output=True, check=False, timeout=timeout)
        report = json.loads(out.read_text()) if out.exists() else {}
    ended = time.monotonic()
    return Run(
        clone.name,
        sha,
        subject,
        plain,
        done.returncode,
        round(between - begun, 2),
        round(ended - between, 2),
        tuple(report.get("findings", [])),
        tuple(report.get("not_judged", [])),
    )


def table(runs: Sequence[Run]) -> Iterator[str]:
    """A row a project, then every red commit."""
    yield "| project | commits | green without us | of these green | verify / plain, median |"
    yield "|---|---|---|---|---|"
    for project in sorted({run.project for run in runs}):
        own = [run for run in runs if run.project == project]
        good = [run for run in own if run.plain == 0]
        ratios = sorted(run.seconds / run.plain_seconds for run in good) or [0.0]
        green = sum(run.status == 0 for run in good)
        yield f"| {project} | {len(own)} | {len(good)} | {green} | {ratios[len(ratios) // 2]:.2f} |"
    for run in runs:
        if run.plain == 0 and run.status:
            yield f"{run.project} {run.sha[:10]} ({run.subject}): exit {run.status}: {run.why}"


def main() -> None:
    """Run everything, one suite at a time, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", nargs=2, action="append", required=True, metavar=("CLONE", "PYTHON"))
    parser.add_argument("--commits", type=int, default=8, help="how many commits of each project")
    parser.add_argument("--skip", type=int, default=0, help="pass over so many of the newest ones")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds for one run of a suite")
    parser.add_argument("--policy", nargs=2, action="append", default=[], metavar=("NAME", "POLICY"))
    parser.add_argument("--json", type=Path, help="also write every run")
    options = parser.parse_args()
    policies = {name: Path(file).read_text(encoding="utf-8") for name, file in options.policy}
    runs: list[Run] = []
    for folder, python in options.project:
        clone = Path(folder).resolve()
        for sha, subject in commits(clone, options.commits, options.skip):
            runs.append(verified(clone, python, sha, subject, options.timeout, policies.get(clone.name, "")))
            last = runs[-1]
            print(f"{clone.name} {sha[:10]} {last.plain} -> {last.status} {last.seconds} s {last.why}", flush=True)
            if options.json:
                options.json.write_text(json.dumps([asdict(run) for run in runs], indent=1))
    print("\n".join(table(runs)))


if __name__ == "__main__":
    main()
