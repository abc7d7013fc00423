"""Tells whether an audit does more work than it did: calls of functions, which no busy machine can change.

    python benchmarks/guard.py [--update]

One static audit of a generated change, with a profiler beside it. The calls are counted by the part of the package that
they are made in, and compared with those checked in (benchmarks/data/calls.json, by version of Python); `--update`
writes them anew. Exit status 1 where a part does more than it may.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import tempfile
from collections import Counter
from pathlib import Path

from project import make

import pytest_agentaudit
from pytest_agentaudit.audit import Request, check

KNOWN = Path(__file__).parent / "data" / "calls.json"
VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
PACKAGE = Path(pytest_agentaudit.__file__).parent
OTHERS = "libraries"
ROOM, ROOM_OF_ALL = 1.25, 1.10
"""How much more a part, and all of them together, may do: releases of Python and of libraries differ a little."""
FEW = 2_000
"""So many calls more say nothing of a part."""


def counted() -> Counter[str]:
    """The calls of one audit by the part of the package that they are made in."""
    with tempfile.TemporaryDirectory(prefix="agentaudit-guard-") as home:
        folder = make(Path(home) / "project", changed=20, cases=3, burn=1)
        check(Request(str(folder)))  # what is loaded on first use is loaded now
        profile = cProfile.Profile()
        profile.runcall(check, Request(str(folder)))
    calls: Counter[str] = Counter()
    for (file, _, _), (_, total, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        calls[_part(Path(file))] += total
    return calls


def _part(file: Path) -> str:
    """The folder of our package, or the file right in it; everything else is together."""
    return file.relative_to(PACKAGE).parts[0] if file.is_relative_to(PACKAGE) else OTHERS


def slower(now: Counter[str], known: dict[str, int]) -> list[str]:
    """What does more than it may, a line each."""
    parts = [it for it in now if now[it] > known.get(it, 0) * ROOM and now[it] - known.get(it, 0) > FEW]
    told = [f"{it}: {now[it]:,} calls, {known.get(it, 0):,} before" for it in sorted(parts)]
    if now.total() > sum(known.values()) * ROOM_OF_ALL:
        told.append(f"together: {now.total():,} calls, {sum(known.values()):,} before")
    return told


def main() -> None:
    """Compare, or write the counts anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the counts of this version of Python")
    options = parser.parse_args()
    every = json.loads(KNOWN.read_text(encoding="utf-8")) if KNOWN.exists() else {}
    now = counted()
    if options.update:
        every[VERSION] = dict(sorted(now.items()))
        KNOWN.write_text(json.dumps(every, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        return
    if VERSION not in every:
        print(f"no calls are known for Python {VERSION}")
        return
    told = slower(now, every[VERSION])
    print("\n".join(told) or f"{now.total():,} calls, {sum(every[VERSION].values()):,} before")
    if told:
        print("find the cause, or where the work is worth it: python benchmarks/guard.py --update")
        raise SystemExit(1)


if __name__ == "__main__":
    main()
