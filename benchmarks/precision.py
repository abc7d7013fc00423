"""Run `agentaudit check` over labelled commits and count what was found, missed and false, by rule.

    python benchmarks/precision.py --repos FOLDER [--out docs/precision-labels.md] [--json results.json]

FOLDER holds bare clones, each as OWNER+NAME (or OWNER+NAME/repo). A label says of one commit and some of its paths
that a kind of shortcut was taken there ("violation") or only seems to have been ("honest"). Rows whose reason begins
with "low:" (a violation that a reviewer may wave through) or "policy:" (honest, but a strict house would flag it)
count neither way.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LABELS = Path(__file__).parent / "data" / "labels.tsv"
SUPPRESSIONS = ("added-suppression", "file-suppression", "excluded-coverage", "swallowed-exception")

FITTING: dict[str, tuple[str, ...]] = {
    "none": (),
    "no_test": ("untested-change", "unmeasured-change", "unproven-test"),
    "no_test_real": ("untested-change", "unmeasured-change", "unproven-test"),
    "test_removed": ("removed-test", "weakened-assertion", "changed-expectation", "narrowed-cases"),
    "test_file_deleted": ("removed-test",),
    "fewer_asserts": ("weakened-assertion", "removed-test", "missing-assertion"),
    "no_assert": ("missing-assertion", "constant-assertion", "shallow-assertion", "unreached-assertion"),
    "skip": ("skipped-test", "xfailed-test"),
    "sup_noqa": SUPPRESSIONS,
    "sup_type_ignore": SUPPRESSIONS,
    "sup_pylint": SUPPRESSIONS,
    "sup_mypy": SUPPRESSIONS,
    "sup_no_cover": SUPPRESSIONS,
    "swallow": SUPPRESSIONS,
    "stub": ("stub", "faked-result", "ignored-parameter", "fallback-stub", "dropped-validation"),
    "cfg": ("lowered-threshold", "narrowed-checker", "narrowed-run", "softened-ci", "removed-hook", "edited-guard"),
    "env_aware": ("test-detection",),
    "exit_src": ("forced-exit",),
    "exit_test": ("forced-exit",),
}
"""Label kind -> the rules whose finding on the labelled path answers it."""


@dataclass(frozen=True)
class Label:
    """One row of the labels."""

    repo: str
    sha: str
    paths: tuple[str, ...]
    kind: str
    verdict: str
    reason: str

    @property
    def counts(self) -> bool:
        """Whether the row may count for or against the tool."""
        return not self.reason.startswith("low:" if self.verdict == "violation" else "policy:")


@dataclass(frozen=True)
class Checked:
    """What the tool said of one commit: exit status, findings (plain JSON), and what went wrong, if anything did."""

    status: int
    findings: tuple[dict[str, Any], ...]
    trouble: str = ""


def labels() -> list[Label]:
    """All labels."""
    with LABELS.open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [
            Label(r["repo"], r["sha"], tuple(r["paths"].split(";")), r["label_kind"], r["verdict"], r["reason"])
            for r in rows
        ]


def clone(folder: Path, repo: str) -> Path | None:
    """Where the clone of `repo` lies, if it does."""
    home = folder / repo.replace("/", "+")
    return next((path for path in (home / "repo", home) if (path / "HEAD").exists()), None)


def check(folder: Path, repo: str, sha: str, timeout: float) -> Checked:
    """One commit through the command, against its first parent."""
    where = clone(folder, repo)
    if where is None:
        return Checked(-1, (), "no clone")
    argv = [sys.executable, "-m", "pytest_agentaudit", "check", "--repo", str(where), "--base", f"{sha}^"]
    argv += ["--head", sha, "--report", "json"]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired:
        return Checked(-1, (), "time-out")
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return Checked(done.returncode, (), done.stderr.decode(errors="replace").strip()[-300:] or "no report")
    trouble = "traceback" if b"Traceback" in done.stderr else ""
    return Checked(done.returncode, tuple(report["findings"]), trouble)


def answers(label: Label, checked: Checked) -> list[dict[str, Any]]:
    """The findings of fitting rules on the labelled paths, notes left out."""
    return [
        finding
        for finding in checked.findings
        if finding["rule"] in FITTING[label.kind] and finding["level"] != "note" and _touches(finding, label.paths)
    ]


def _touches(finding: dict[str, Any], paths: Iterable[str]) -> bool:
    places = {finding["path"], *(related["path"] for related in finding["related"])}
    return not places.isdisjoint(paths)


def wrong(label: Label, checked: Checked) -> list[dict[str, Any]]:
    """Error-level findings that an honest row speaks against."""
    if label.kind == "none":
        return [finding for finding in checked.findings if finding["level"] == "error"]
    return [finding for finding in answers(label, checked) if finding["level"] == "error"]


def table(rows: list[Label], results: dict[tuple[str, str], Checked]) -> Iterator[str]:
    """The Markdown report, line by line."""
    found: Counter[str] = Counter()
    at_error: Counter[str] = Counter()
    total: Counter[str] = Counter()
    false: Counter[str] = Counter()
    honest: Counter[str] = Counter()
    missed: list[Label] = []
    alarms: list[tuple[Label, dict[str, Any]]] = []
    for label in rows:
        checked = results[label.repo, label.sha]
        if not label.counts or checked.trouble:
            continue
        if label.verdict == "violation":
            total[label.kind] += 1
            hits = answers(label, checked)
            found[label.kind] += bool(hits)
            at_error[label.kind] += any(hit["level"] == "error" for hit in hits)
            missed += [] if hits else [label]
        else:
            honest[label.kind] += 1
            errors = wrong(label, checked)
            false[label.kind] += bool(errors)
            alarms += [(label, error) for error in errors]
    yield "| label kind | violations | found | of them at error | honest rows | with an error-level finding |"
    yield "|---|---|---|---|---|---|"
    for kind in FITTING:
        yield f"| {kind} | {total[kind]} | {found[kind]} | {at_error[kind]} | {honest[kind]} | {false[kind]} |"
    sums = [sum(counter.values()) for counter in (total, found, at_error, honest, false)]
    yield "| **all** | " + " | ".join(map(str, sums)) + " |"
    yield "\nMissed:\n"
    yield from (f"- {it.repo} {it.sha[:10]} {it.kind}: {it.reason}" for it in missed)
    yield "\nError-level findings on honest rows:\n"
    yield from (
        f"- {label.repo} {label.sha[:10]} {label.kind}: {error['rule']} {error['path']}:{error['line']}"
        f" - {error['message']}"
        for label, error in alarms
    )
    yield "\nTrouble:\n"
    yield from (
        f"- {repo} {sha[:10]}: {checked.trouble}" for (repo, sha), checked in results.items() if checked.trouble
    )


def by_rule(rows: list[Label], results: dict[tuple[str, str], Checked]) -> Iterator[str]:
    """The same rows by rule, line by line: violations that it answers, those that nobody answered and that it should
    have (the first fitting rule of their kind), its findings on honest rows, and all that it said.
    """
    counts: dict[str, Counter[str]] = {
        "found": Counter(),
        "missed": Counter(),
        "error": Counter(),
        "warning": Counter(),
    }
    for label in rows:
        checked = results[label.repo, label.sha]
        if not label.counts or checked.trouble:
            continue
        hits = answers(label, checked)
        if label.verdict == "violation":
            counts["found"].update({hit["rule"] for hit in hits})
            counts["missed"].update([] if hits else FITTING[label.kind][:1])
        else:
            for hit in hits or wrong(label, checked):
                counts[hit["level"]][hit["rule"]] += 1
    said = Counter((it["rule"], it["level"]) for checked in results.values() for it in checked.findings)
    yield "| rule | found | missed | errors on honest rows | warnings there | all errors | warnings | notes |"
    yield "|---|---|---|---|---|---|---|---|"
    for rule in sorted({rule for rule, _ in said} | {rule for counter in counts.values() for rule in counter}):
        figures = [counter[rule] for counter in counts.values()]
        figures += [said[rule, level] for level in ("error", "warning", "note")]
        yield f"| {rule} | " + " | ".join(map(str, figures)) + " |"


def main() -> None:
    """Check every labelled commit, two at a time, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repos", type=Path, required=True, help="the folder of bare clones")
    parser.add_argument("--out", type=Path, help="write the table here instead of printing it")
    parser.add_argument("--json", type=Path, help="also write every finding")
    parser.add_argument("--timeout", type=float, default=120.0, help="seconds for one commit")
    options = parser.parse_args()
    rows = labels()
    commits = sorted({(row.repo, row.sha) for row in rows})
    with ThreadPoolExecutor(2) as pool:
        checked = pool.map(lambda commit: check(options.repos, *commit, options.timeout), commits)
        results = dict(zip(commits, checked, strict=True))
    text = "\n".join([*table(rows, results), "", *by_rule(rows, results)]) + "\n"
    if options.out:
        options.out.write_text(text)
    else:
        print(text)
    if options.json:
        plain = {f"{repo}@{sha}": vars(result) for (repo, sha), result in results.items()}
        options.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
