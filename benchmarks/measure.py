"""Honest times of whole commands: wall and CPU seconds, orphans' CPU included, commands taken in turn.

The auditor leaves its parent's process group on purpose, so the time that the kernel books on pytest misses it. This
process makes itself the reaper of orphans (Linux) and adds up all that it buries.
"""

from __future__ import annotations

import ctypes
import os
import platform
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Command:
    """A command line, where it runs, and what its environment adds."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]
    expect: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Sample:
    """Seconds of one run, and the largest process' peak memory in MiB.

    `own` is the CPU time of the command and of the children that it waited for, `cpu` that of all it left behind too.
    """

    wall: float
    cpu: float
    own: float
    peak: float


def adopt_orphans() -> None:
    """Make the kernel hand orphaned grandchildren to this process."""
    if platform.system() != "Linux":
        raise SystemExit("these benchmarks need Linux: elsewhere the auditor's CPU time cannot be added up")
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def once(command: Command) -> Sample:
    """Run the command to its end and bury all that it leaves behind."""
    start = time.perf_counter()
    child = subprocess.Popen(
        command.argv,
        cwd=command.cwd,
        env={**os.environ, **command.env},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in command.expect:
        raise SystemExit(f"{' '.join(command.argv)} in {command.cwd} exited {child.returncode}")
    own = cpu = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss
    while True:
        try:
            _, _, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return Sample(wall, cpu, own, peak / 1024)
        cpu += usage.ru_utime + usage.ru_stime
        peak = max(peak, usage.ru_maxrss)


def interleaved(commands: Mapping[str, Command], runs: int, *, warmup: int = 1) -> dict[str, list[Sample]]:
    """The samples of each command, taken in turn so that a drifting machine hits all of them alike."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    for turn in range(warmup + runs):
        for name, command in commands.items():
            sample = once(command)
            if turn >= warmup:
                samples[name].append(sample)
    return samples


def output(command: Command) -> str:
    """What one run of the command prints."""
    environment = {**os.environ, **command.env}
    done = subprocess.run(command.argv, cwd=command.cwd, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in command.expect:
        raise SystemExit(f"{' '.join(command.argv)} in {command.cwd} exited {done.returncode}:\n{done.stderr}")
    return done.stdout


def load() -> str:
    """How busy the machine was in the last minutes: nothing below it was measured on an idle one."""
    return "load averages {:.1f}, {:.1f}, {:.1f}".format(*os.getloadavg())


def median(samples: Sequence[Sample], field: str) -> float:
    """The median of one figure."""
    return statistics.median(getattr(sample, field) for sample in samples)


def ratio(over: Sequence[Sample], under: Sequence[Sample], field: str) -> float:
    """The median of the run-by-run ratios."""
    return statistics.median(getattr(a, field) / getattr(b, field) for a, b in zip(over, under, strict=True))


def added(over: Sequence[Sample], under: Sequence[Sample], field: str) -> float:
    """The median of what one command takes more than another, run by run, in seconds: see `on_top`."""
    return statistics.median(getattr(a, field) - getattr(b, field) for a, b in zip(over, under, strict=True))


def on_top(over: Sequence[Sample], under: Sequence[Sample], unit: Sequence[Sample], field: str) -> float:
    """The median of what one command takes more than another, run by run, in multiples of what a third takes.

    The difference of two medians moves with every drift of the machine between their runs; that of two neighbours
    does not.
    """
    return statistics.median(
        (getattr(a, field) - getattr(b, field)) / getattr(c, field) for a, b, c in zip(over, under, unit, strict=True)
    )


def machine() -> str:
    """One line that names the machine."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().split("\n"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return f"{model}, {os.cpu_count()} cores, {platform.platform()}, Python {platform.python_version()}"
