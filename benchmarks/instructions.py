"""Instructions instead of seconds: what no busy machine can change. Needs valgrind (Debian: `valgrind`).

    python benchmarks/instructions.py [--only idle --only busy --only check] [--old RELEASE --new RELEASE]

"idle" are the bars 1 and 2 of `bars.py`: a run without the flag, and with it where nothing changed, against the same
without the plugin. "busy" is its bar 4: an audited run of ten changed files with `-n 2` against the same run with the
lines watched and nothing judged, and `check` on the same change. "check" is that of `check_speed.py`, with the two
releases that it takes: `check` of ten changed files, cold and warm, against flake8. Counted are the instructions of
every process that comes to its end by itself, by `cachegrind` without its caches; git's `cat-file` is ended and so left
out. A fork counts with all that its parent did before it, so of the auditor's processes only the last one is counted.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import check_speed
from bars import OFF, ON, Projects, check_run, pytest_run, traced_run
from measure import Command, adopt_orphans, once

COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")
CALLED = re.compile(r"Command: (.*)")
AUDITOR = " -I -S -c "


def counts(command: Command) -> list[tuple[str, int]]:
    """Each process that came to its end, as (command line, instructions)."""
    with tempfile.TemporaryDirectory(prefix="agentaudit-counts-") as folder:
        tool = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--trace-children=yes")
        files = (f"--cachegrind-out-file={folder}/%p.out", f"--log-file={folder}/%p.log")
        once(command)  # compiles what is not compiled
        once(
            Command((*tool, *files, *command.argv), command.cwd, {**command.env, "PYTHONHASHSEED": "0"}, command.expect)
        )
        return list(_read(Path(folder)))


def _read(folder: Path) -> Iterator[tuple[str, int]]:
    for log in sorted(folder.glob("*.log")):
        text = log.read_text(errors="replace")
        if found := COUNTED.search(text):
            called = CALLED.search(text)
            yield (called[1] if called else ""), int(found[1].replace(",", ""))


def total(command: Command) -> float:
    """Millions of instructions, of the auditor's processes the worker's alone, which counts what it was forked from."""
    found = counts(command)
    auditor = [count for name, count in found if AUDITOR in name]
    return (sum(count for name, count in found if AUDITOR not in name) + max(auditor, default=0)) / 1e6


def idle(folder: Path) -> Iterator[str]:
    """Bars 1 and 2."""
    project = Projects(folder).small
    git = (Command(("git", *words), project, {}) for words in (("diff", "-p", "--raw"), ("ls-files", "-o")))
    allowed = 2 * sum(map(total, git)) + total(Command((sys.executable, "-c", ""), project, {}))
    without, installed, asked = (total(pytest_run(project, *options)) for options in (OFF, (), ON))
    yield f"| flag not given | {installed:.0f} | P0 | {without:.0f} | {installed / without:.4f} |"
    added = asked - without
    yield f"| nothing changed: added to P0 | {added:.0f} | 2 G + a start | {allowed:.0f} | {added / allowed:.2f} |"


def busy(folder: Path) -> Iterator[str]:
    """Bar 4."""
    project, two = Projects(folder).brief, ("-n", "2")
    runs = traced_run(project, *two), pytest_run(project, *ON, *two), check_run(project)
    without, judged, checked = map(total, runs)
    added = judged - without
    yield f"| 10 files, -n 2: added to traced | {added:.0f} | check | {checked:.0f} | {added / checked:.3f} |"


def check(folder: Path, older: Path, newer: Path) -> Iterator[str]:
    """`check` against flake8."""
    new, names = check_speed.prepared(folder, older, newer, [10])
    commands = check_speed.commands(folder / "repository", new, names, 10)
    flake8 = total(commands["flake8"])
    for name in ("cold", "warm"):
        counted = total(commands[name])
        yield f"| check of 10 files, {name} | {counted:.0f} | flake8 | {flake8:.0f} | {counted / flake8:.3f} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", choices=("idle", "busy", "check"))
    parser.add_argument("--old", type=Path)
    parser.add_argument("--new", type=Path)
    options = parser.parse_args()
    chosen = options.only or ("idle", "busy", "check")
    if "check" in chosen and not (options.old and options.new):
        parser.error("check needs two releases: --old django-5.1.tar.gz --new django-5.2.tar.gz")
    adopt_orphans()
    print("| what | million instructions | against | million instructions | ratio |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="agentaudit-instructions-") as temporary:
        home = Path(temporary)
        rows: list[Iterator[str]] = [bar(home) for bar in (idle, busy) if bar.__name__ in chosen]
        if "check" in chosen:
            rows.append(check(home, options.old, options.new))
        for row in rows:
            for line in row:
                print(line, flush=True)


if __name__ == "__main__":
    main()
