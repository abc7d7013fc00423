"""Audit commits of careful people and count the findings by rule; each error is printed, for somebody to read.

    python benchmarks/history.py --repos FOLDER [--list data/careful.tsv] [--part first] [--jobs 2]
                                 [--levels error,warning] [--highest 40] [--out table.md] [--json findings.json]
    python benchmarks/history.py --repos FOLDER --choose OWNER/NAME [--count 40] [--since 2018-01-01]
                                 [--before 2022-01-01] [--shift 0]

FOLDER holds bare clones, each as OWNER+NAME (or OWNER+NAME/repo). A list has the columns repo, sha and part. Each
commit is audited against its first parent, statically. `--highest` prints the findings to read first, ranked as
`agentaudit replay` ranks them. `--choose` prints rows for a list: every k-th of the commits
that touch Python or settings, merges left out. Nobody looks at a commit before it is chosen.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from precision import clone

from pytest_agentaudit.audit.replay.history import Author, AuthorKind, PastChange
from pytest_agentaudit.audit.replay.record import row
from pytest_agentaudit.audit.replay.summary import highest
from pytest_agentaudit.audit.replay.worker import judge_all

CAREFUL = Path(__file__).parent / "data" / "careful.tsv"
LEVELS = ("error", "warning", "note")
TOUCHING = ("*.py", "*.toml", "*.cfg", "*.ini", "*.yml", "*.yaml")
"""What a commit touches at least one of, to be chosen."""


@dataclass(frozen=True)
class Commit:
    """One row of a list."""

    repo: str
    sha: str
    part: str


@dataclass(frozen=True)
class Found:
    """What the audit said of a commit: its row as the replay keeps it."""

    commit: Commit
    row: dict[str, Any]

    def at(self, level: str) -> list[dict[str, Any]]:
        """The findings of one level."""
        return [finding for finding in self.row["findings"] if finding["level"] == level]


def commits(listed: Path, part: str) -> list[Commit]:
    """The rows of a list, or of one part of it."""
    with listed.open(newline="") as file:
        rows = [Commit(it["repo"], it["sha"], it["part"]) for it in csv.DictReader(file, delimiter="\t")]
    return [it for it in rows if part in {"", it.part}]


def audited(folder: Path, chosen: Iterable[Commit], jobs: int) -> Iterator[Found]:
    """All chosen commits through the static audit, repository by repository."""
    by_repo: dict[str, dict[str, Commit]] = defaultdict(dict)
    for it in chosen:
        by_repo[it.repo][it.sha] = it
    for repo, wanted in by_repo.items():
        where = clone(folder, repo)
        if where is None:
            raise SystemExit(f"no clone of {repo} in {folder}")
        nobody = Author(AuthorKind.PERSON, "")
        days = {sha: day_of(where, sha) for sha in wanted}
        for sha in (sha for sha, day in days.items() if not day):
            print(f"left out: {repo} has no {sha}, or not all of it", file=sys.stderr)
        changes = [PastChange(sha, f"{sha}^", day, "", nobody) for sha, day in days.items() if day]
        for judged in judge_all(str(where), changes, jobs):
            yield Found(wanted[judged.change.sha], row(judged))


def day_of(where: Path, sha: str) -> str:
    """The day of a commit, year-month-day: its waivers are judged by it. "" where the clone cannot show it."""
    argv = ["git", "-C", str(where), "show", "--no-patch", "--format=%cs", sha]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return "" if done.returncode else done.stdout.strip()


def choose(where: Path, count: int, since: str, before: str, shift: float) -> list[str]:
    """Every k-th commit of the span, so that `count` are chosen; `shift` (0 to 1) is where in the first k it begins."""
    argv = ["git", "-C", str(where), "log", "--no-merges", f"--since={since}", f"--before={before}", "--format=%H"]
    listed = subprocess.run([*argv, "--", *TOUCHING], capture_output=True, text=True, check=True).stdout.split()
    step = max(1.0, len(listed) / count)
    places = (int((number + shift) * step) for number in range(count))
    return [listed[place] for place in places if place < len(listed)]


def table(found: list[Found], levels: Iterable[str]) -> Iterator[str]:
    """The Markdown report, line by line."""
    judged = [it for it in found if not it.row["problem"]]
    total = len(judged) or 1
    yield f"{len(judged)} commits of {len({it.commit.repo for it in judged})} projects.\n"
    yield "| | commits with an error | with a warning at most | with notes at most | silent |"
    yield "|---|---|---|---|---|"
    worst = Counter(next((level for level in LEVELS if it.at(level)), "") for it in judged)
    yield "| all | " + " | ".join(f"{worst[it]} ({worst[it] / total:.1%})" for it in (*LEVELS, "")) + " |"
    yield "\nCommits with a finding, by rule:\n"
    yield "| rule | error | warning | note |"
    yield "|---|---|---|---|"
    by_rule = _by_rule(judged)
    for rule in sorted(by_rule, key=lambda it: (*(-by_rule[it][level] for level in LEVELS), it)):
        yield f"| {rule} | " + " | ".join(str(by_rule[rule][level]) for level in LEVELS) + " |"
    seconds = [it.row["seconds"] for it in judged] or [0.0]
    yield f"\nSeconds per commit: mean {statistics.fmean(seconds):.3f}, median {statistics.median(seconds):.3f},"
    yield f"slowest {max(seconds):.3f}."
    for level in levels:
        yield f"\nFindings at {level}:\n"
        yield from sorted(_told(it, finding) for it in judged for finding in it.at(level))
    yield "\nNot judged:\n"
    yield from (f"- {it.commit.repo} {it.commit.sha[:10]}: {it.row['problem']}" for it in found if it.row["problem"])


def _by_rule(judged: Iterable[Found]) -> dict[str, Counter[str]]:
    """Rule -> level -> commits."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for it in judged:
        for rule, level in {(finding["rule"], finding["level"]) for finding in it.row["findings"]}:
            counts[rule][level] += 1
    return counts


def first_to_read(found: Iterable[Found], most: int) -> Iterator[str]:
    """The findings to read first, ranked, with their repositories."""
    rows = {it.row["sha"]: it for it in found}
    yield f"\nThe {most} highest-ranked findings:\n"
    for it in highest([each.row for each in rows.values()], most):
        yield f"- {it['level']} {_told(rows[it['sha']], it).removeprefix('- ')}"


def _told(it: Found, finding: dict[str, Any]) -> str:
    place = f"{finding['path']}:{finding['line']}"
    return f"- {finding['rule']} {it.commit.repo} {it.commit.sha[:10]} {place} - {finding['message']}"


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repos", type=Path, required=True, help="the folder of bare clones")
    parser.add_argument("--list", type=Path, default=CAREFUL, help="which commits to audit")
    parser.add_argument("--part", default="", help="only rows of this part of the list")
    parser.add_argument("--jobs", type=int, default=0, help="processes (0: one for each processor)")
    parser.add_argument("--levels", default="error", help="print the findings of these levels, comma-separated")
    parser.add_argument("--highest", type=int, default=0, help="print so many findings to read first")
    parser.add_argument("--out", type=Path, help="write the table here instead of printing it")
    parser.add_argument("--json", type=Path, help="also write every finding")
    parser.add_argument("--choose", default="", help="print rows for a list: commits of this repository")
    parser.add_argument("--count", type=int, default=40, help="how many to choose")
    parser.add_argument("--since", default="2018-01-01")
    parser.add_argument("--before", default="2022-01-01")
    parser.add_argument("--shift", type=float, default=0.0, help="where in the first k commits to begin, 0 to 1")
    return parser.parse_args()


def main() -> None:
    """Choose commits, or audit those of a list and print the tables."""
    options = parsed()
    if options.choose:
        where = clone(options.repos, options.choose)
        if where is None:
            raise SystemExit(f"no clone of {options.choose} in {options.repos}")
        for sha in choose(where, options.count, options.since, options.before, options.shift):
            print(options.choose, sha, options.part, sep="\t")
        return
    found = list(audited(options.repos, commits(options.list, options.part), options.jobs))
    text = "\n".join(table(found, options.levels.split(","))) + "\n"
    if options.highest:
        text += "\n".join(first_to_read(found, options.highest)) + "\n"
    if options.out:
        options.out.write_text(text)
    else:
        print(text)
    if options.json:
        plain = {f"{it.commit.repo}@{it.commit.sha}": it.row for it in found}
        options.json.write_text(json.dumps(plain, indent=1))


if __name__ == "__main__":
    main()
