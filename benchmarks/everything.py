"""All figures of docs/performance.md, one after the other.

    pip download --no-deps --no-binary :all: django==5.1 django==5.2
    python benchmarks/everything.py django-5.1.tar.gz django-5.2.tar.gz [--runs 5] [--quick]

Takes three quarters of an hour on two cores, seven minutes with `--quick`, which measures each thing once and leaves
the largest inputs out. The proofs (`proofs.py`) need clones with their own interpreters, instructions
(`instructions.py`) need valgrind: both are run by hand.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"


def commands(old: str, new: str, runs: int, *, quick: bool) -> Iterator[tuple[str, ...]]:
    """The scripts and what they are told."""
    many, sizes = ("1" if quick else str(runs)), (["10", "100"] if quick else ["10", "100", "1000", "2000"])
    plots = (DOCS / "peers.svg", DOCS / "growth.svg")
    peers, growth = ((() if quick else ("--plot", str(it))) for it in plots)
    yield "peers.py", old, new, "--runs", many, *peers
    yield "check_speed.py", old, new, "--runs", many
    yield "bars.py", "--runs", many
    yield "hostile.py", "--runs", many
    yield "growth.py", "--files", *sizes, "--runs", many
    if not quick:
        yield "growth.py", "--files", *sizes, "10000", "--runs", "1", "--odd", *growth


def main() -> None:
    """Run them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    failed = []
    for script, *arguments in commands(options.old, options.new, options.runs, quick=options.quick):
        print(f"\n## python benchmarks/{script} {' '.join(arguments)}\n", flush=True)
        if subprocess.run([sys.executable, str(HERE / script), *arguments], check=False).returncode:
            failed.append(script)
    if failed:
        raise SystemExit(f"not measured: {', '.join(failed)}")


if __name__ == "__main__":
    main()
