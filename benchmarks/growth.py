"""How `agentaudit check` and a run grow: with the files of a change, and with inputs of odd sizes.

    python benchmarks/growth.py [--files 10 100 1000 2000 10000] [--runs 3] [--odd] [--plot docs/growth.svg]

The repository holds as many files as the largest change, modules and tests of the standard library over and over; the
first so many of them are edited: a function and a test more, and one line in the middle. Facts of earlier audits are
not used. The exponent is that of CPU between two sizes; memory is the peak of the largest process. `--odd` adds single
inputs: a file of 5 MB, a diff of 50,000 lines in one file, a work tree of 100,000 files of which one is changed, and a
suite of 20,000 tests in one process and with 8 workers of pytest-xdist.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
import sysconfig
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from measure import Command, Sample, adopt_orphans, load, machine, median, once
from plot import chart
from project import git

ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "", "AGENTAUDIT_CACHE": "off"}
SMALLEST, LARGEST = 2_000, 40_000
"""Bytes of the files that are taken from the standard library."""
MANY = """\
import pytest
from shop import total


@pytest.mark.parametrize("value", range(200))
def test_{number}(value):
    assert total(value) == value
"""
BAR = {"exponent": 1.05, "MiB": 200.0, "growth": 2.5}
"""What the project holds itself to from 100 to 2,000 files."""


def sources() -> list[tuple[bool, str]]:
    """(whether it is a test, text) of files of the standard library, in an order that does not follow folders."""
    library = Path(sysconfig.get_path("stdlib"))
    wanted = (path for path in library.rglob("*.py") if "site-packages" not in path.parts)
    sized = [path for path in wanted if SMALLEST <= path.stat().st_size <= LARGEST and not path.is_symlink()]
    sized.sort(key=lambda path: hashlib.sha256(str(path.relative_to(library)).encode()).hexdigest())
    found = []
    for path in sized:
        text = path.read_text(encoding="utf-8", errors="replace")
        if "bad" not in path.parts and _compiles(text):
            found.append((path.name.startswith("test_"), text))
    return found


def _compiles(text: str) -> bool:
    try:
        with warnings.catch_warnings(action="ignore"):
            compile(text, "source", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def repository(folder: Path, files: int, sizes: Sequence[int]) -> None:
    """`files` files on `main`, and a branch `files-N` for each size."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nname = "product"\nversion = "1"\n')
    written = []
    for number, (is_test, text) in enumerate(islice(cycle(sources()), files)):
        place = folder / (
            f"tests/part{number % 97}/test_{number}.py" if is_test else f"src/product/part{number % 97}/m{number}.py"
        )
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        written.append(place)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "gc.auto", "0")  # it would go on beside the first audit, and count as its own
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    for size in sizes:
        git(folder, "checkout", "-q", "-b", f"files-{size}", "main")
        for number, place in enumerate(written[:size]):
            place.write_text(edited(place.read_text(encoding="utf-8"), number), encoding="utf-8")
        git(folder, "commit", "-q", "-a", "-m", f"{size} files")
    git(folder, "checkout", "-q", "main")
    git(folder, "repack", "-a", "-d", "-q")


def edited(text: str, number: int) -> str:
    """The text with one line more in the middle, and a function at its end."""
    lines = text.split("\n")
    lines.insert(len(lines) // 2, "")
    name = "test_more" if "unittest" in text or "pytest" in text else "more"
    return (
        "\n".join(lines) + f"\n\ndef {name}_{number}(value={number}):\n    assert value == {number}\n    return value\n"
    )


def check(folder: Path, head: str) -> Command:
    """The static audit of a branch."""
    argv = (sys.executable, "-m", "pytest_agentaudit", "check", "--repo", str(folder), "--base", "main")
    return Command((*argv, "--head", head, "--fail-on", "never"), Path.cwd(), ENVIRONMENT)


def growth(folder: Path, sizes: Sequence[int], runs: int, known: dict[int, list[Sample]]) -> Iterator[str]:
    """A row for each size, whose samples are `known` then."""
    repository(folder, max(sizes), sizes)
    before: tuple[int, float] | None = None
    yield "| files | CPU s | wall s | peak MiB | exponent |\n|---|---|---|---|---|"
    for size in sizes:
        samples = known[size] = [once(check(folder, f"files-{size}")) for _ in range(runs)]
        cpu = median(samples, "cpu")
        rise = f"{math.log(cpu / before[1]) / math.log(size / before[0]):.2f}" if before else ""
        before = size, cpu
        yield f"| {size:,} | {_cells(samples)} | {rise} |"


def drawn(known: Mapping[int, Sequence[Sample]]) -> str:
    """The chart of what was measured, by size."""
    panels = (("CPU seconds", "cpu"), ("peak MiB of the largest process", "peak"))
    points = [(title, [(size, median(samples, what)) for size, samples in known.items()]) for title, what in panels]
    return chart(points, "changed files")


def _cells(samples: Sequence[Sample]) -> str:
    return f"{median(samples, 'cpu'):.2f} | {median(samples, 'wall'):.2f} | {median(samples, 'peak'):.0f}"


def odd(home: Path, runs: int) -> Iterator[str]:
    """A row for each odd input."""
    yield "\n| input | CPU s | wall s | peak MiB |\n|---|---|---|---|"
    long = "".join(f"def f{n}(value):\n    return value + {n}\n\n\n" for n in range(120_000))
    for name, old, new in (
        ("a file of 5 MB, one line edited", long, long.replace("value + 7\n", "value + 8\n")),
        ("a diff of 50,000 lines in one file", long[:1_000_000], long[:1_000_000].replace("value +", "value -")),
    ):
        folder = home / f"odd-{len(old)}"
        folder.mkdir()
        (folder / "m.py").write_text(old)
        _committed(folder)
        (folder / "m.py").write_text(new)
        git(folder, "commit", "-q", "-a", "-m", "edit")
        yield f"| {name} | {_cells([once(check(folder, 'edit')) for _ in range(runs)])} |"
    folder = home / "wide"
    for number in range(100_000):
        place = folder / f"d{number // 500}" / f"m{number}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"def f{number}(value):\n    return value + {number}\n")
    _committed(folder)
    (folder / "d0" / "m7.py").write_text("def f7(value):\n    return value - 7\n")
    git(folder, "commit", "-q", "-a", "-m", "edit")
    yield f"| 100,000 files, one of them edited | {_cells([once(check(folder, 'edit')) for _ in range(runs)])} |"
    yield from _many_tests(home / "many", runs)


def _many_tests(folder: Path, runs: int) -> Iterator[str]:
    """20,000 tests without the audit and with it, in one process and with 8 workers."""
    (folder / "tests").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\ntestpaths = ["tests"]\n')
    (folder / "shop.py").write_text("def total(value):\n    return value\n")
    for number in range(100):
        (folder / "tests" / f"test_{number}.py").write_text(MANY.format(number=number))
    _committed(folder)
    (folder / "shop.py").write_text("def total(value):\n    found = value\n    return found\n")
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider")
    audits = {"without": ("-p", "no:agentaudit"), "with": ("--agent-audit", "--agent-audit-prove=off")}
    for workers in ((), ("-n", "8")):
        for name, options in audits.items():
            samples = [once(Command((*pytest, *options, *workers), folder, ENVIRONMENT)) for _ in range(runs)]
            yield f"| 20,000 tests {' '.join(workers)}, {name} the audit | {_cells(samples)} |"


def _committed(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    git(folder, "checkout", "-q", "-b", "edit")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[10, 100, 1000, 2000, 10_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--odd", action="store_true", help="also the single inputs of odd sizes")
    parser.add_argument("--plot", type=Path, help="where to draw the growth, as SVG")
    options = parser.parse_args()
    adopt_orphans()
    known: dict[int, list[Sample]] = {}
    print(f"{machine()}; {load()}; medians of {options.runs} runs; bars {BAR}\n")
    with tempfile.TemporaryDirectory(prefix="agentaudit-growth-") as temporary:
        for row in growth(Path(temporary) / "repository", options.files, options.runs, known):
            print(row, flush=True)
        if options.plot:
            options.plot.write_text(drawn(known), encoding="utf-8")
        for row in odd(Path(temporary), options.runs) if options.odd else ():
            print(row, flush=True)


if __name__ == "__main__":
    main()
