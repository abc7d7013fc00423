"""The cost of the plugin as ratios, against the bars that this project holds itself to.

    python benchmarks/bars.py [--runs 5] [--out docs/performance-bars.md]

P0 is pytest without the plugin (`-p no:agentaudit`), G one `git diff -p --raw` and one `git ls-files -o`, CPU and wall
in seconds; every ratio is the median of runs taken in turn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from measure import Command, adopt_orphans, interleaved, machine, median, ratio
from project import make

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
OFF = ("-p", "no:agentaudit")
ON = ("--agent-audit", "--agent-audit-base=HEAD", "--agent-audit-fail-on=never")


@dataclass(frozen=True)
class Bar:
    """A figure, and the bar that it has to stay under."""

    situation: str
    figure: float
    bar: float
    unit: str

    def row(self) -> str:
        """A row of the table."""
        met = "met" if self.figure <= self.bar else "missed"
        return f"| {self.situation} | {self.figure:.3f} | {self.bar:.3f} | {self.unit} | {met} |"


def _pytest(folder: Path, *options: str) -> Command:
    return Command((*PYTEST, *options), folder, {"PYTHONDONTWRITEBYTECODE": "1"}, expect=(0, 1))


def _check(folder: Path) -> Command:
    argv = (sys.executable, "-m", "pytest_agentaudit", "check", "--base", "HEAD", "--report", "json")
    return Command(argv, folder, {}, expect=(0, 1))


def not_given(folder: Path, runs: int) -> Iterator[Bar]:
    """The plugin is installed, the flag is not given."""
    got = interleaved({"p0": _pytest(folder, *OFF), "off": _pytest(folder)}, runs * 4, warmup=2)
    yield Bar("installed, flag not given", ratio(got["off"], got["p0"], "cpu"), 1.02, "x P0, CPU")


def nothing_changed(folder: Path, runs: int) -> Iterator[Bar]:
    """The flag is given and there is no change."""
    git = ("git", "diff", "-p", "--raw"), ("git", "ls-files", "-o")
    commands = {
        "p0": _pytest(folder, *OFF),
        "on": _pytest(folder, *ON),
        "diff": Command(git[0], folder, {}),
        "others": Command(git[1], folder, {}),
        "start": Command((sys.executable, "-c", ""), folder, {}),
    }
    got = interleaved(commands, runs * 2, warmup=2)
    allowed = sum(median(got[name], "cpu") for name in ("p0", "diff", "diff", "others", "others", "start"))
    yield Bar("flag given, nothing changed", median(got["on"], "cpu"), allowed, "s CPU (P0 + 2 G + a start)")


def beside(folder: Path, runs: int) -> Iterator[Bar]:
    """Ten changed files beside a serial suite of over five seconds, a core free."""
    got = interleaved({"p0": _pytest(folder, *OFF), "on": _pytest(folder, *ON)}, runs)
    yield Bar("10 files, suite of 5 s, a core free", ratio(got["on"], got["p0"], "wall"), 1.03, "x P0, wall")


def busy(folder: Path, runs: int) -> Iterator[Bar]:
    """The same with two workers on two cores: nothing is free, so CPU counts."""
    two = ("-n", "2")
    commands = {"p0": _pytest(folder, *OFF, *two), "on": _pytest(folder, *ON, *two), "check": _check(folder)}
    got = interleaved(commands, runs)
    added = median(got["on"], "cpu") - median(got["p0"], "cpu")
    yield Bar("10 files, -n 2 on 2 cores: added CPU", added, median(got["check"], "cpu"), "s CPU (that of check)")


def small(folder: Path, runs: int) -> Iterator[Bar]:
    """A suite of 0.3 seconds: the auditor cannot hide behind it."""
    commands = {"p0": _pytest(folder, *OFF), "on": _pytest(folder, *ON), "check": _check(folder)}
    got = interleaved(commands, runs * 2)
    allowed = median(got["p0"], "wall") + median(got["check"], "wall")
    yield Bar("10 files, suite of 0.3 s", median(got["on"], "wall"), allowed, "s wall (P0 + check)")


def tracing(folder: Path, runs: int) -> Iterator[Bar]:
    """What watching lines costs; from 3.12 against P0, below against pytest-cov with contexts."""
    coverage = ("--cov=src", "--cov-context=test", "--cov-report=")
    commands = {"p0": _pytest(folder, *OFF), "on": _pytest(folder, *ON), "cov": _pytest(folder, *OFF, *coverage)}
    got = interleaved(commands, runs)
    if sys.version_info >= (3, 12):
        yield Bar("tracing", ratio(got["on"], got["p0"], "wall"), 1.2, "x P0, wall")
    else:
        yield Bar("tracing", ratio(got["on"], got["cov"], "wall"), 1.05, "x pytest --cov --cov-context=test, wall")


def bars(folder: Path, runs: int) -> Iterator[Bar]:
    """All of them."""
    tiny = make(folder / "tiny", changed=0, cases=1, burn=10)
    long = make(folder / "long", changed=10, cases=30, burn=150_000)
    short = make(folder / "short", changed=10, cases=1, burn=100)
    yield from not_given(tiny, runs)
    yield from nothing_changed(tiny, runs)
    yield from beside(long, runs)
    yield from busy(long, runs)
    yield from small(short, runs)
    yield from tracing(long, runs)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (short ones get more)")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    options = parser.parse_args()
    adopt_orphans()
    lines = ["| situation | measured | bar | unit | |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for bar in bars(Path(folder), options.runs):
            lines.append(bar.row())
            print(lines[-1], flush=True)
    text = "\n".join([f"{machine()}, medians of {options.runs} runs or more", "", *lines, ""])
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
