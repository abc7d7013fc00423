"""How long `agentaudit check` takes over input that was made to hold it up: a result or a finding within a second each.

    python benchmarks/hostile.py [--only NAME ...] [--runs 3]

Each input is one commit on top of a small project. The seconds are those of the wall, of the whole command, and so are
those of the same command over a harmless commit, which stand in the first row.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from measure import Command, load, machine, median, once
from project import git

BAR = 1.0
"""Seconds of wall."""
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": "", "AGENTAUDIT_CACHE": "off"}
SHOP = "def total(items):\n    return sum(items)\n"
TEST = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
BASE = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.ruff]\nline-length = 100\n',
    ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - run: pytest\n",
    "src/shop.py": SHOP,
    "tests/test_shop.py": TEST,
}
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)


def inputs() -> Mapping[str, Mapping[str, str | bytes]]:
    """The files of each commit."""
    many = range(5_000)
    return {
        "harmless": {"src/shop.py": SHOP + "\n\ndef tax(value):\n    return value\n"},
        "brackets 100,000 deep": {"src/shop.py": SHOP + "x = " + "(" * 100_000 + ")" * 100_000 + "\n"},
        "lists 90 deep, 2,000 times": {"src/shop.py": SHOP + ("x = " + "[" * 90 + "]" * 90 + "\n") * 2_000},
        "unary operators 50,000 deep": {"src/shop.py": SHOP + "x = " + "-" * 50_000 + "1\n"},
        "a chain of 20,000 calls": {"src/shop.py": SHOP + "x = y" + ".a()" * 20_000 + "\n"},
        "a sum of 50,000 terms": {"src/shop.py": SHOP + "x = " + " + ".join(["1"] * 50_000) + "\n"},
        "functions 90 deep": {
            "src/shop.py": SHOP + "".join(f"{' ' * n}def f{n}(a):\n" for n in range(90)) + " " * 90 + "return 1\n"
        },
        "3,000 branches of one if": {
            "src/shop.py": SHOP + "def f(a):\n    if a:\n        return 0\n" + "    elif a:\n        return 1\n" * 3_000
        },
        "one line of 4 MB": {"src/shop.py": SHOP + "x = '" + "y" * 4_000_000 + "'\n"},
        "one line of 40,000 marks": {
            "src/shop.py": SHOP + "x = 1  " + "# noqa: E501 # type: ignore[x] " * 40_000 + "\n"
        },
        "5,000 suppressions": {"src/shop.py": SHOP + "x = 1  # noqa\n" * 5_000},
        "400,000 blanks in front of a comment": {"src/shop.py": SHOP + "x = 1" + " " * 400_000 + "# noqa\n"},
        "a comment of 1 MB of brackets": {"src/shop.py": SHOP + "# type: ignore" + "[" * 1_000_000 + "\n"},
        "5,000 equal functions": {"src/shop.py": SHOP + "def f(a):\n    return a\n\n\n" * len(many)},
        "2,000 tests of one name": {"tests/test_shop.py": TEST + "def test_a():\n    assert 1 == 1\n\n\n" * 2_000},
        "5,000 assertions in one test": {"tests/test_shop.py": TEST + "    assert total([1]) == 1\n" * len(many)},
        "5,000 lines that all moved": {
            "src/shop.py": SHOP + "".join(f"x{n % 7} = {n % 11}\n" for n in many),
        },
        "a literal of 200,000 entries": {"src/shop.py": SHOP + f"x = {list(range(200_000))}\n"},
        "an f-string of 20,000 parts": {"src/shop.py": SHOP + 'x = f"' + "{y}" * 20_000 + '"\n'},
        "5,000 decorators": {"src/shop.py": SHOP + "@d\n" * 5_000 + "def f():\n    return 1\n"},
        "10,000 parameters": {
            "src/shop.py": SHOP + "def f(" + ", ".join(f"a{n}=1" for n in range(10_000)) + "):\n    return 1\n"
        },
        "NUL bytes": {"src/shop.py": SHOP.encode() + b"\0" * 1_000_000},
        "bytes that are no text": {"src/shop.py": bytes(range(256)) * 8_000},
        "carriage returns alone": {"src/shop.py": "x = 1\r" * 50_000},
        "an encoding that nobody knows": {"src/shop.py": "# -*- coding: klingon -*-\n" + SHOP},
        "signs that turn the text around": {"src/shop.py": SHOP + "x = '\u202e\u2066'  # \u2067\n" * 20_000},
        "a billion laughs in YAML": {".github/workflows/ci.yml": BOMB},
        "YAML 5,000 deep": {".github/workflows/ci.yml": "a: " + "[" * 5_000 + "]" * 5_000 + "\n"},
        "YAML of 2 MB": {".github/workflows/ci.yml": "".join(f"k{n}: [a, b]\n" for n in range(130_000))},
        "TOML 50,000 deep": {"pyproject.toml": "x = " + "[" * 50_000 + "]" * 50_000 + "\n"},
        "5,000 tables of TOML": {"pyproject.toml": "".join(f"[tool.t{n}]\nx = 1\n" for n in many)},
        "INI of 500 KB": {"setup.cfg": "[flake8]\n" + "".join(f"k{n} = {n}\n" for n in range(35_000))},
        "5,000 lines of requirements": {"requirements.txt": "".join(f"package{n}=={n}\n" for n in many)},
        "an options line of 100 KB": {"pytest.ini": "[pytest]\naddopts = " + "-k x " * 20_000 + "\n"},
        "a name of 200 folders": {"/".join(["d"] * 200) + "/m.py": SHOP},
        "1,000 new files": {f"src/new/m{n}.py": f"def f{n}(a):\n    return a\n" for n in range(1_000)},
        "a JSON baseline of 3 MB": {".secrets.baseline": json.dumps({f"k{n}": [n] for n in range(200_000)})},
    }


def project(folder: Path) -> None:
    """The repository, with a branch for each input."""
    folder.mkdir()
    _write(folder, BASE)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "gc.auto", "0")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")


def commit(folder: Path, name: str, files: Mapping[str, str | bytes]) -> None:
    """The input on a branch of its own, checked out."""
    git(folder, "checkout", "-q", "-b", name.replace(" ", "-").replace(",", ""), "main")
    _write(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", name)


def _write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for path, content in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)


def said(command: Command) -> str:
    """What the audit told of it, in a few words."""
    argv = (*command.argv, "--report", "json")
    done = subprocess.run(argv, cwd=command.cwd, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    passed = [it["reason"] for it in report["not_judged"]]
    return f"{len(report['findings'])} findings, {len(passed)} not judged"


def rows(home: Path, only: list[str], runs: int) -> Iterator[str]:
    """A row for each input, the slowest run of each."""
    folder = home / "repository"
    project(folder)
    argv = (sys.executable, "-m", "pytest_agentaudit", "check", "--base", "main", "--fail-on", "never")
    yield "| input | wall s | told | bar |\n|---|---|---|---|"
    for name, files in inputs().items():
        if only and name not in only:
            continue
        commit(folder, name, files)
        command = Command(argv, folder, ENVIRONMENT)
        samples = [once(command) for _ in range(runs)]
        wall = median(samples, "wall")
        met = "met" if wall <= BAR else "**missed**"
        yield f"| {name} | {wall:.2f} | {said(command)} | {met} |"
        git(folder, "checkout", "-q", "main")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], choices=inputs())
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{machine()}; {load()}; medians of {options.runs} runs; bar {BAR} s\n")
    with tempfile.TemporaryDirectory(prefix="agentaudit-hostile-") as temporary:
        for row in rows(Path(temporary), options.only, options.runs):
            print(row, flush=True)


if __name__ == "__main__":
    main()
