"""Audit the agents' commits whose findings somebody read, and count which of them are told still.

    python benchmarks/agents.py --repos FOLDER [--part 5] [--jobs 2]

FOLDER holds bare clones, each as OWNER+NAME (or OWNER+NAME/repo). `data/agents_read.tsv` lists the commits of each
reading, `data/agents_verdicts.tsv` the findings that were read, each with what the reader thought of it: right,
doubtful or wrong. A finding is told still where its rule says something of its file at error or warning.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from history import Commit, audited

READ = Path(__file__).parent / "data" / "agents_verdicts.tsv"
VERDICTS = ("right", "doubtful", "wrong")
TOLD = frozenset({"error", "warning"})


def findings(part: str) -> list[dict[str, str]]:
    """The rows of the verdicts, or of one reading's."""
    with READ.open(newline="") as file:
        return [it for it in csv.DictReader(file, delimiter="\t") if part in {"", it["part"]}]


def told(folder: Path, read: Iterable[dict[str, str]], jobs: int) -> frozenset[tuple[str, str, str]]:
    """Commit, rule and path of all that is said of the read commits now."""
    commits = {it["sha"]: Commit(it["repo"], it["sha"], it["part"]) for it in read}
    return frozenset(
        (it.commit.sha, finding["rule"], finding["path"])
        for it in audited(folder, commits.values(), jobs)
        for finding in it.row["findings"]
        if finding["level"] in TOLD
    )


def table(read: list[dict[str, str]], now: frozenset[tuple[str, str, str]]) -> Iterator[str]:
    """The Markdown table: by reading, what was right, doubtful and wrong, and how much of that is told still."""
    counts: dict[str, Counter[tuple[str, bool]]] = defaultdict(Counter)
    for it in read:
        counts[it["part"]][it["verdict"], (it["sha"], it["rule"], it["path"]) in now] += 1
    yield "| reading | " + " | ".join(f"{it}, told still" for it in VERDICTS) + " | right of those told still |"
    yield "|---|---|---|---|---|"
    for part, found in counts.items():
        each = [(found[it, True] + found[it, False], found[it, True]) for it in VERDICTS]
        still = sum(kept for _, kept in each) or 1
        yield (
            f"| {part} | " + " | ".join(f"{all_of}, {kept}" for all_of, kept in each) + f" | {each[0][1] / still:.0%} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repos", type=Path, required=True, help="the folder of bare clones")
    parser.add_argument("--part", default="", help="only the findings of this reading")
    parser.add_argument("--jobs", type=int, default=0, help="processes (0: one for each processor)")
    given = parser.parse_args()
    read = findings(given.part)
    print("\n".join(table(read, told(given.repos, read, given.jobs))))


if __name__ == "__main__":
    main()
