"""The least that any audit of a change has to do: ask git for the diff, read both sides of the changed Python files,
and parse them.

    python benchmarks/floor.py REPOSITORY BASE HEAD

Prints the seconds of CPU that parsing took, of the whole.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
import warnings

ENTRY = re.compile(rb":\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) [A-Z]\d*")
"""An entry of `git diff --raw`: modes, the names of both objects, and what became of the file."""
PIPELINE = 200
"""Objects that are asked for before answers are read: so many requests fit a pipe."""


def blobs(repository: str, base: str, head: str) -> list[str]:
    """The object names of both sides of all changed Python files."""
    git = ["git", "-C", repository, "diff", "--raw", "-p", "-z", "--no-abbrev", base, head, "--", "*.py"]
    raw = subprocess.run(git, check=True, capture_output=True).stdout
    pairs = (found.groups() for part in raw.split(b"\0") if (found := ENTRY.fullmatch(part)))
    return [oid.decode() for pair in pairs for oid in pair if oid.strip(b"0")]


def contents(repository: str, names: list[str]) -> list[bytes]:
    """What these objects hold."""
    git = ["git", "-C", repository, "cat-file", "--batch"]
    found = []
    with subprocess.Popen(git, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        if child.stdin is None or child.stdout is None:
            raise SystemExit("git has no pipes")
        for first in range(0, len(names), PIPELINE):
            block = names[first : first + PIPELINE]
            child.stdin.write("".join(f"{name}\n" for name in block).encode())
            child.stdin.flush()
            for _ in block:
                size = int(child.stdout.readline().split()[2])
                found.append(child.stdout.read(size + 1)[:-1])
        child.stdin.close()
    return found


def main() -> None:
    """Do it once."""
    texts = contents(sys.argv[1], blobs(*sys.argv[1:4]))
    started = time.process_time()
    with warnings.catch_warnings(action="ignore"):
        for text in texts:
            ast.parse(text)
    print(time.process_time() - started)


if __name__ == "__main__":
    main()
