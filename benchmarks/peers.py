"""`agentaudit check` beside the floor and beside other tools, on the same changed files in the same run.

    pip download --no-deps --no-binary :all: django==5.1 django==5.2
    python benchmarks/peers.py django-5.1.tar.gz django-5.2.tar.gz [--files 10 300] [--runs 5] [--plot docs/peers.svg]

The files are those of `check_speed.py`. The floor is `floor.py`: git's diff, both sides' blobs, `ast.parse` of both.
flake8 (one process), ruff (without its cache), bandit and radon read the new sides; diff-cover has a coverage.xml of
them at hand. A tool that is not installed has no row. All figures are CPU seconds of the whole command and of all that
it starts, medians of runs taken in turn. The last lines compare what an audit does within its process, on one core,
with the parsing of the same texts.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from check_speed import COLD, ENVIRONMENT, arguments, prepared
from measure import Command, Sample, adopt_orphans, interleaved, load, machine, median, output
from plot import bars
from project import git

HERE = Path(__file__).parent
RULES_BAR = 1.5
"""What all rules together may take on top of reading, x `ast.parse` of the same text."""


def commands(folder: Path, new: Path, names: Sequence[str], size: int) -> Mapping[str, Command]:
    """What is measured, by name."""
    sides, head = names[:size], f"files-{size}"
    check = (sys.executable, "-m", "pytest_agentaudit", "check", "--repo", str(folder), "--fail-on", "never")
    audit = (*check, "--base", "old", "--head", head)
    here = Path.cwd()
    found = {
        "the floor": Command((sys.executable, str(HERE / "floor.py"), str(folder), "old", head), here, ENVIRONMENT),
        "agentaudit check, cold": Command(audit, here, {**ENVIRONMENT, **COLD}),
        "agentaudit check, warm": Command(audit, here, ENVIRONMENT),
        "radon cc": Command((sys.executable, "-m", "radon", "cc", *sides), new, ENVIRONMENT),
    }
    others = {
        "flake8": (sys.executable, "-m", "flake8", "-j1", "--isolated", *sides),
        "ruff": (*_program("ruff"), "check", "--isolated", "--no-cache", "--quiet", *sides),
        "bandit": (*_program("bandit"), "-q", *sides),
    }
    for name, argv in others.items():
        if shutil.which(name, path=str(Path(sys.executable).parent)):
            found[name] = Command(argv, new, ENVIRONMENT, expect=(0, 1))
    if program := _program("diff-cover"):
        (folder / "coverage.xml").write_text(_coverage(new, sides))
        argv = (*program, "coverage.xml", "--compare-branch=old", "--diff-range-notation=..")
        found["diff-cover"] = Command(argv, folder, ENVIRONMENT)
    return found


def _program(name: str) -> tuple[str, ...]:
    place = shutil.which(name, path=str(Path(sys.executable).parent))
    return (place,) if place else ()


def _coverage(new: Path, names: Sequence[str]) -> str:
    """A report in which every line of the files ran."""
    classes = []
    for name in names:
        count = (new / name).read_bytes().count(b"\n")
        lines = "".join(f'<line number="{number}" hits="1"/>' for number in range(1, count + 1))
        classes.append(f'<class name="m" filename="{name}" line-rate="1"><lines>{lines}</lines></class>')
    return (
        '<?xml version="1.0" ?><coverage line-rate="1"><packages><package name="p"><classes>'
        f"{''.join(classes)}</classes></package></packages></coverage>"
    )


def rows(got: Mapping[str, Sequence[Sample]]) -> Iterator[str]:
    """A row for each tool, the cheapest first."""
    floor, flake8 = median(got["the floor"], "cpu"), median(got["flake8"], "cpu") if "flake8" in got else 0.0
    for name, samples in sorted(got.items(), key=lambda it: median(it[1], "cpu")):
        cpu = median(samples, "cpu")
        against = f"{cpu / flake8:.2f}" if flake8 else ""
        yield f"| {name} | {cpu:.2f} | {cpu / floor:.2f} | {against} |"


def within(head: str, found: Mapping[str, Command]) -> str:
    """What the stages of one audit take, on one core, against the parsing of the same texts."""
    parsing = float(output(found["the floor"]))
    audit = found["agentaudit check, cold"]
    said = output(Command(("taskset", "-c", "0", *audit.argv, "--report", "json"), audit.cwd, audit.env))
    seconds = json.loads(said)["stats"]["seconds"]
    rules, facts = seconds["rules"] / parsing, seconds["facts"] / parsing
    met = "met" if rules <= RULES_BAR else "**missed**"
    return (
        f"{head}: of one audit on one core, reading takes {facts:.2f} and all rules together {rules:.2f} x `ast.parse`"
        f" of the same text ({parsing:.2f} s; bar of the rules {RULES_BAR}: {met})"
    )


def main() -> None:
    """Print a table for each size."""
    parser = arguments(__doc__)
    parser.add_argument("--plot", type=Path, help="where to draw the tools beside each other, as SVG")
    options = parser.parse_args()
    adopt_orphans()
    print(f"{machine()}; {load()}; medians of {options.runs} runs")
    panels = []
    with tempfile.TemporaryDirectory(prefix="agentaudit-peers-") as temporary:
        home = Path(temporary)
        new, names = prepared(home, options.old, options.new, options.files)
        for size in options.files:
            git(home / "repository", "checkout", "-q", f"files-{size}")  # diff-cover compares what is checked out
            found = commands(home / "repository", new, names, size)
            got = interleaved(found, options.runs)
            print(f"\n| {size} files | CPU s | x floor | x flake8 |\n|---|---|---|---|")
            print("\n".join(rows(got)), flush=True)
            print(f"\n{within(f'{size} files', found)}", flush=True)
            floor = median(got["the floor"], "cpu")
            panels.append((f"{size} files", [(name, median(it, "cpu") / floor) for name, it in got.items()]))
    if options.plot:
        options.plot.write_text(bars(panels, "x the floor, CPU"), encoding="utf-8")


if __name__ == "__main__":
    main()
