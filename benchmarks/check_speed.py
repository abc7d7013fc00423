"""`agentaudit check` against flake8 on real changes: the files that differ between two releases of a package.

    pip download --no-deps --no-binary :all: django==5.1 django==5.2
    python benchmarks/check_speed.py django-5.1.tar.gz django-5.2.tar.gz [--files 10 300] [--runs 5]

The releases may be sdists, wheels or folders. Each size takes the first so many changed Python files in the order of
their digests, committed on top of the older release. flake8 reads the new sides alone, in one process, with its own
defaults; both find their compiled files. CPU seconds are those of the commands and all that they start. "cold" knows no
facts of an earlier audit, "warm" those of all files, "edited" of all but one; "alone" is cold on a single core, which
tells what further processes save of the wall.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measure import Command, adopt_orphans, interleaved, load, machine, median, ratio
from project import git

BARS = {10: 0.9, 300: 0.5}
"""What the project holds itself to, x flake8, CPU."""
ENVIRONMENT = {"PYTHONDONTWRITEBYTECODE": ""}
COLD = {"AGENTAUDIT_CACHE": "off"}
EDIT = "\n\ndef edited_last():\n    return None\n"


def unpack(release: Path, target: Path) -> Path:
    """The folder that a release's files stand in."""
    if release.is_dir():
        return release
    shutil.unpack_archive(release, target, "zip" if release.suffix in {".whl", ".zip"} else "gztar")
    inside = list(target.iterdir())
    return inside[0] if len(inside) == 1 else target


def changed(old: Path, new: Path) -> list[str]:
    """The Python files that both releases have and that differ, in an order that does not follow folders."""
    names = (str(path.relative_to(new)) for path in new.rglob("*.py"))
    differing = (it for it in names if (old / it).is_file() and (old / it).read_bytes() != (new / it).read_bytes())
    return sorted(differing, key=lambda name: hashlib.sha256(name.encode()).hexdigest())


def repository(folder: Path, old: Path, new: Path, names: list[str], sizes: list[int]) -> None:
    """The older release as tag `old`, and a branch `files-N` of each size on top of it."""
    shutil.copytree(old, folder, symlinks=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-f", "-A")
    git(folder, "commit", "-q", "-m", "older release")
    git(folder, "tag", "old")
    for size in sizes:
        git(folder, "checkout", "-q", "-b", f"files-{size}", "old")
        for name in names[:size]:
            shutil.copyfile(new / name, folder / name)
        git(folder, "commit", "-q", "-a", "-m", f"{size} files of the newer release")
        git(folder, "checkout", "-q", "-b", f"edited-{size}")
        with (folder / names[0]).open("a", encoding="utf-8") as file:
            file.write(EDIT)
        git(folder, "commit", "-q", "-a", "-m", "one more edit")
    git(folder, "checkout", "-q", "old")
    git(folder, "repack", "-a", "-d", "-q")  # as a clone has it


def prepared(home: Path, older: Path, newer: Path, sizes: list[int]) -> tuple[Path, list[str]]:
    """The newer release's folder and the names of its changed files; `home` holds the `repository` then."""
    old, new = unpack(older.absolute(), home / "old"), unpack(newer.absolute(), home / "new")
    names = changed(old, new)
    repository(home / "repository", old, new, names, sizes)
    return new, names


def commands(folder: Path, new: Path, names: list[str], size: int) -> Mapping[str, Command]:
    """What is measured, by name, in the order in which it has to run."""
    check = (sys.executable, "-m", "pytest_agentaudit", "check", "--repo", str(folder), "--fail-on", "never")
    whole, edited = (("--base", "old", "--head", f"{name}-{size}") for name in ("files", "edited"))
    flake8 = (sys.executable, "-m", "flake8", "-j1", "--isolated", *names[:size])
    forget = (sys.executable, "-c", f"import shutil; shutil.rmtree({str(folder / '.git/agentaudit')!r}, True)")
    home = Path.cwd()
    return {
        "cold": Command((*check, *whole), home, {**ENVIRONMENT, **COLD}),
        "flake8": Command(flake8, new, ENVIRONMENT, expect=(0, 1)),
        "alone": Command(("taskset", "-c", "0", *check, *whole), home, {**ENVIRONMENT, **COLD}),
        "forget": Command(forget, home, {}),
        "first": Command((*check, *whole), home, ENVIRONMENT),
        "edited": Command((*check, *edited), home, ENVIRONMENT),
        "warm": Command((*check, *whole), home, ENVIRONMENT),
    }


def arguments(text: str | None) -> argparse.ArgumentParser:
    """What a script is told that compares two releases; `text` says what it does."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--files", type=int, nargs="+", default=[10, 300])
    parser.add_argument("--runs", type=int, default=5)
    return parser


def main() -> None:
    """Print a row for each size."""
    options = arguments(__doc__).parse_args()
    adopt_orphans()
    print(f"{machine()}; {load()}\n")
    print("| files | check, CPU s | best | flake8, CPU s | best | ratio | bar | warm | edited / cold | wall / alone |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="agentaudit-speed-") as temporary:
        home = Path(temporary)
        new, names = prepared(home, options.old, options.new, options.files)
        for size in options.files:
            got = interleaved(commands(home / "repository", new, names, size), options.runs)
            cold, flake8 = got["cold"], got["flake8"]
            times = " | ".join(f"{median(it, 'cpu'):.2f} | {min(s.cpu for s in it):.2f}" for it in (cold, flake8))
            more = (
                ratio(got["warm"], flake8, "cpu"),
                ratio(got["edited"], cold, "cpu"),
                ratio(cold, got["alone"], "wall"),
            )
            cells = [f"{ratio(cold, flake8, 'cpu'):.2f}", BARS.get(size, ""), *(f"{it:.2f}" for it in more)]
            print(f"| {min(size, len(names))} | {times} | {' | '.join(map(str, cells))} |", flush=True)


if __name__ == "__main__":
    main()
