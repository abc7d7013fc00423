"""What proofs cost on real commits, against the time of the tests that they run again.

    python benchmarks/proofs.py --project CLONE PYTHON SHA [--project ...] [--runs 5]

CLONE is a clone with a work tree (checked out to SHA, changed files are thrown away), PYTHON an interpreter with its
test requirements and this plugin. Run are the test files that the commit changed, and the new and edited tests alone,
without an audit; then the files under one without proofs, by revert and by mutants. A proof by revert may cost 1.2 x
the new and edited tests' own time and one start of pytest, mutants of whole functions, beside it, half of the changed
test files' own time. All figures are CPU seconds of a run and of all that it started, a start of pytest among them;
what proofs add is the median of the differences between runs that follow each other. Temporary files are kept in memory
where that is possible: on a disk a suite of many small files took 0.2 s more in each of four runs, and then less.
"""

from __future__ import annotations

import argparse
import ast
import re
import statistics
import tempfile
from pathlib import Path
from typing import Any

from measure import Command, Sample, adopt_orphans, interleaved, median
from suites import git

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly")


def on_top(taken: dict[str, list[Sample]], name: str, other: str) -> float:
    """CPU seconds that a command takes more than another one, run by run."""
    return statistics.median(one.cpu - two.cpu for one, two in zip(taken[name], taken[other], strict=True))


def test_files(clone: Path, sha: str) -> list[str]:
    """The test files that the commit changed."""
    changed = git(clone, "show", "--format=", "--name-only", "--diff-filter=d", sha).split()
    return [path for path in changed if re.fullmatch(r"test_.*\.py|.*_test\.py", Path(path).name)]


def changed_lines(clone: Path, sha: str, path: str) -> set[int]:
    """The lines of a file that the commit added or edited."""
    hunks = re.findall(
        r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", git(clone, "show", "--format=", "-U0", sha, "--", path), re.MULTILINE
    )
    return {n for start, count in hunks for n in range(int(start), int(start) + int(count or 1))}


def edited_tests(clone: Path, sha: str, path: str) -> list[str]:
    """The ids of the test functions of a file in which the commit changed lines."""
    changed = changed_lines(clone, sha, path)
    found = []
    tree = ast.parse((clone / path).read_bytes())
    owners = [(path, tree), *((f"{path}::{it.name}", it) for it in tree.body if isinstance(it, ast.ClassDef))]
    for prefix, owner in owners:
        for it in owner.body:
            is_test = isinstance(it, ast.FunctionDef | ast.AsyncFunctionDef) and it.name.startswith("test")
            if is_test and not changed.isdisjoint(range(it.lineno, (it.end_lineno or it.lineno) + 1)):
                found.append(f"{prefix}::{it.name}")
    return found


def measured(clone: Path, python: str, sha: str, runs: int) -> dict[str, Any]:
    """Medians of each command, taken in turn."""
    git(clone, "checkout", "--quiet", "--force", "--detach", sha)
    git(clone, "clean", "-fdq")
    files = test_files(clone, sha)
    edited = [test for path in files for test in edited_tests(clone, sha, path)]
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        report = Path(folder, "report.json")
        audit = ("--agent-audit", f"--agent-audit-base={sha}^", f"--agent-audit-report=json:{report}")
        commands = {
            "start": ("-p", "no:agentaudit", "--collect-only", *files),
            "tests": ("-p", "no:agentaudit", *edited),
            "off": (*audit, "--agent-audit-prove=off", *files),
            "revert": (*audit, *files),
            "files": ("-p", "no:agentaudit", *files),
            "mutants": (*audit, "--agent-audit-prove=mutants", "--agent-audit-budget=120s", *files),
        }
        each = {
            name: Command((python, *PYTEST, *arguments), clone, {"TMPDIR": folder}, expect=(0, 1))
            for name, arguments in commands.items()
        }
        taken = interleaved(each, runs)
    it = {name: median(samples, "cpu") for name, samples in taken.items()}
    return {
        "project": clone.name,
        "sha": sha[:10],
        **it,
        "added": on_top(taken, "revert", "off"),
        "allowed": it["start"] + 1.2 * (it["tests"] - it["start"]),
        "more": on_top(taken, "mutants", "revert"),
        "half": 0.5 * (it["files"] - it["start"]),
    }


def judged(taken: float, most: float) -> str:
    """What was added, what might be, and whether that holds."""
    return f"{taken:.2f} | {most:.2f} | {'met' if taken <= most else '**missed**'}"


def main() -> None:
    """Measure every commit and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--project", nargs=3, action="append", required=True, metavar=("CLONE", "PYTHON", "SHA"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    adopt_orphans()
    print(
        "| project | commit | start | edited tests | files | off | revert | added | at most | | mutants | at most | |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    for clone, python, sha in options.project:
        it = measured(Path(clone).resolve(), python, sha, options.runs)
        names = ("start", "tests", "files", "off", "revert")
        figures = " | ".join(f"{it[name]:.2f}" for name in names)
        bars = " | ".join(judged(it[taken], it[most]) for taken, most in (("added", "allowed"), ("more", "half")))
        print(f"| {it['project']} | {it['sha']} | {figures} | {bars} |", flush=True)


if __name__ == "__main__":
    main()
