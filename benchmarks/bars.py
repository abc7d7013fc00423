"""The cost of the plugin as ratios, against the bars that this project holds itself to.

    python benchmarks/bars.py [--runs 5] [--only beside --only busy] [--out FILE]

P0 is pytest without the plugin (`-p no:agentaudit`), G one `git diff -p --raw` and one `git ls-files -o`, CPU and wall
in seconds; commands are run in turn, every figure is the median of their runs.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import tracing_only
from measure import Command, added, adopt_orphans, interleaved, load, machine, median, on_top, output, ratio
from project import make, tracked

from pytest_agentaudit.audit import Request, open_audit
from pytest_agentaudit.wire import to_plain

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
OFF = ("-p", "no:agentaudit")
ON = ("--agent-audit", "--agent-audit-fail-on=never", "--agent-audit-prove=off")
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "",
    "AGENTAUDIT_CACHE": "off",
}  # compiled files are there from the second run on, as for any user
HEAVY = ("libcst", "coverage", "radon", "sqlite3", "pytest_agentaudit.model")
LOADED = """
import io, json, sys, pytest
from contextlib import redirect_stdout
with redirect_stdout(io.StringIO()):
    pytest.main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
"""


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


@dataclass
class Projects:
    """The repositories that the bars need, made when first asked for."""

    folder: Path

    @cached_property
    def small(self) -> Path:
        """63 files, nothing changed, a suite of no time."""
        return make(self.folder / "small", changed=0, cases=1, burn=10)

    @cached_property
    def large(self) -> Path:
        """The same with the standard library beside it."""
        return make(self.folder / "large", changed=0, cases=1, burn=10, bulk=True)

    @cached_property
    def long(self) -> Path:
        """Ten changed files, a suite of over five seconds."""
        return make(self.folder / "long", changed=10, cases=30, burn=150_000)

    @cached_property
    def brief(self) -> Path:
        """Ten changed files, a suite of 0.3 seconds."""
        return make(self.folder / "brief", changed=10, cases=1, burn=100_000)


def pytest_run(folder: Path, *options: str) -> Command:
    """pytest with these options."""
    return Command((*PYTEST, *options), folder, ENVIRONMENT, expect=(0, 1))


def check_run(folder: Path) -> Command:
    """`agentaudit check` of what is uncommitted."""
    argv = (sys.executable, "-m", "pytest_agentaudit", "check", "--report", "json")
    return Command(argv, folder, ENVIRONMENT, expect=(0, 1))


def not_given(projects: Projects, runs: int) -> Iterator[Bar]:
    """The plugin is installed, the flag is not given."""
    folder = projects.small
    got = interleaved({"p0": pytest_run(folder, *OFF), "off": pytest_run(folder)}, runs * 4, warmup=2)
    yield Bar("1 installed, flag not given", ratio(got["off"], got["p0"], "cpu"), 1.02, "x P0, CPU")
    loaded = _loaded(folder) - _loaded(folder, *OFF)
    yield Bar(f"1 of {', '.join(HEAVY)}: loaded by it", len(loaded.intersection(HEAVY)), 0, "modules")


def _loaded(folder: Path, *options: str) -> set[str]:
    """The modules in memory at the end of a run."""
    argv = (sys.executable, "-c", LOADED, *PYTEST[3:], *options)
    return set(json.loads(output(Command(argv, folder, ENVIRONMENT))))


def nothing_changed(projects: Projects, runs: int) -> Iterator[Bar]:
    """The flag is given and there is no change: in a small repository, and in a large one, where git has work too."""
    for folder in (projects.small, projects.large):
        commands = {
            "p0": pytest_run(folder, *OFF),
            "on": pytest_run(folder, *ON),
            "diff": Command(("git", "diff", "-p", "--raw"), folder, {}),
            "others": Command(("git", "ls-files", "-o"), folder, {}),
            "start": Command((sys.executable, "-c", ""), folder, {}),
        }
        got = interleaved(commands, runs * 3, warmup=2)
        more = added(got["on"], got["p0"], "cpu")
        allowed = sum(median(got[name], "cpu") for name in ("diff", "diff", "others", "others", "start"))
        yield Bar(f"2 nothing changed, {tracked(folder)} files", more, allowed, "s CPU added to P0 (2 G + a start)")


def traced_run(folder: Path, *options: str) -> Command:
    """pytest with the tracer alone, the plugin installed and its flag not given: what an audited run takes beside it is
    the audit's own cost.
    """
    pipeline = open_audit(Request(str(folder)))
    watch = json.dumps(to_plain(pipeline.watch()))
    pipeline.close()
    tracer = {tracing_only.VARIABLE: watch, "PYTHONPATH": str(Path(__file__).parent)}
    argv = (*PYTEST, "-p", tracing_only.__name__, *options)
    return Command(argv, folder, {**ENVIRONMENT, **tracer}, expect=(0, 1))


def beside(projects: Projects, runs: int) -> Iterator[Bar]:
    """Ten changed files beside a serial suite of over five seconds, a core free: the wall added beside tracing.

    On a machine with other work the wall says more of that than of us; the CPU time of the run's own process and of
    the launcher that it waits for says what the run pays where a core is free.
    """
    folder = projects.long
    got = interleaved({"traced": traced_run(folder), "on": pytest_run(folder, *ON)}, runs)
    yield Bar(
        "3 10 files, suite over 5 s, a core free", ratio(got["on"], got["traced"], "wall"), 1.03, "x traced, wall"
    )
    yield Bar("3 the same: the run's own process", ratio(got["on"], got["traced"], "own"), 1.03, "x traced, CPU")


def busy(projects: Projects, runs: int) -> Iterator[Bar]:
    """The same with two workers on two cores: nothing is free, so CPU counts.

    The same work takes more CPU seconds beside other work than alone, so the bar is `check` on the same busy cores:
    started by the traced run where an audited one starts its auditor. What is added is a small part of what the run
    costs, so that this takes many runs, compared one by one.
    """
    folder, two = projects.brief, ("-n", "2")
    traced, check = traced_run(folder, *two), check_run(folder)
    both = replace(traced, env={**traced.env, tracing_only.ASIDE: shlex.join(check.argv)})
    commands = {"traced": traced, "on": pytest_run(folder, *ON, *two), "check": check, "both": both}
    got = interleaved(commands, runs * 6)
    audit, beside = (on_top(got[it], got["traced"], got["check"], "cpu") for it in ("on", "both"))
    yield Bar("4 10 files, -n 2 on 2 cores", audit / beside, 1.0, "x check on the same busy cores, CPU added to traced")
    yield Bar("4 the same", audit, beside, "x check alone (check on the busy cores)")


def small(projects: Projects, runs: int) -> Iterator[Bar]:
    """A suite of 0.3 seconds: the auditor cannot hide behind it."""
    folder = projects.brief
    commands = {"p0": pytest_run(folder, *OFF), "on": pytest_run(folder, *ON), "check": check_run(folder)}
    got = interleaved(commands, runs * 2)
    allowed = median(got["p0"], "wall") + median(got["check"], "wall")
    yield Bar("5 10 files, suite of 0.3 s", median(got["on"], "wall"), allowed, "s wall (P0 + check)")
    more = added(got["on"], got["p0"], "cpu")
    yield Bar("5 the same, CPU", more, median(got["check"], "cpu"), "s CPU added to P0 (check)")


def tracing(projects: Projects, runs: int) -> Iterator[Bar]:
    """What watching lines costs: from 3.12 against P0, below against pytest-cov with contexts."""
    folder = projects.long
    coverage = ("--cov=src", "--cov-context=test", "--cov-report=")
    commands = {"p0": pytest_run(folder, *OFF), "on": traced_run(folder), "cov": pytest_run(folder, *OFF, *coverage)}
    got = interleaved(commands, runs)
    if sys.version_info >= (3, 12):
        yield Bar("6 tracing", ratio(got["on"], got["p0"], "cpu"), 1.2, "x P0, CPU")
    else:
        yield Bar("6 tracing", ratio(got["on"], got["cov"], "cpu"), 1.05, "x pytest --cov --cov-context=test, CPU")


BARS: Mapping[str, Callable[[Projects, int], Iterator[Bar]]] = {
    it.__name__: it for it in (not_given, nothing_changed, beside, busy, small, tracing)
}


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command (short ones get more)")
    parser.add_argument("--only", action="append", choices=BARS, help="measure these bars alone")
    parser.add_argument("--out", type=Path, help="write the table here as well")
    options = parser.parse_args()
    adopt_orphans()
    lines = ["| situation | measured | bar | unit | |", "|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        projects = Projects(Path(folder))
        for name in options.only or BARS:
            for bar in BARS[name](projects, options.runs):
                lines.append(bar.row())
                print(lines[-1], flush=True)
    text = "\n".join([f"{machine()}; {load()}; medians of {options.runs} runs or more", "", *lines, ""])
    print(text)
    if options.out:
        options.out.write_text(text)


if __name__ == "__main__":
    main()
