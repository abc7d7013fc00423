"""Makes a git repository with a suite and a change of a wanted size, from the standard library's own sources."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
from pathlib import Path

MODULES = (
    "textwrap", "fractions", "statistics", "calendar", "heapq", "bisect", "shlex", "string", "csv", "copy",
    "difflib", "graphlib", "configparser", "colorsys", "fnmatch", "gettext", "netrc", "numbers", "pprint", "quopri",
)  # fmt: skip
"""Plain modules of the standard library: real code, at hand everywhere, 60 to 1,900 lines each."""

TEST = """
import pytest
from product import {name}_ as module
from product import {name}_extra as extra

BURN = {burn}

@pytest.mark.parametrize("number", range({cases}))
def test_{name}(number):
    total = 0
    for turn in range(BURN):
        total += turn % 7
    assert extra.added(number) == number + 1
"""

EXTRA = """

def doubled(number):
    if number < 0:
        raise ValueError(number)
    return number * 2
"""


def git(folder: Path, *arguments: str) -> None:
    """Run git with an identity of its own."""
    identity = ["-c", "user.name=benchmark", "-c", "user.email=benchmark@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def make(folder: Path, *, changed: int, cases: int, burn: int, bulk: bool = False) -> Path:
    """A repository whose work tree changes `changed` files: product modules and their test files, half and half.

    Each of the test files holds `cases` tests that loop `burn` times. With `bulk` the repository also holds a copy of
    the whole standard library, so that it has the size of a large project.
    """
    product, tests = folder / "src" / "product", folder / "tests"
    product.mkdir(parents=True)
    tests.mkdir()
    (product / "__init__.py").write_text("")
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "product"\nversion = "1"\n'
        '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'
    )
    (folder / ".gitignore").write_text("__pycache__/\n")
    library = Path(sysconfig.get_path("stdlib"))
    for name in MODULES:
        (product / f"{name}_.py").write_text((library / f"{name}.py").read_text())
        (product / f"{name}_extra.py").write_text("def added(number):\n    return 1 + number\n")
        (tests / f"test_{name}.py").write_text(TEST.format(name=name, cases=cases, burn=burn))
    if bulk:
        unwanted = shutil.ignore_patterns("site-packages", "__pycache__", "*.so", "*.a", "*.pyc")
        shutil.copytree(library, folder / "vendor", ignore=unwanted, symlinks=True)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "base")
    for name in MODULES[: changed // 2]:
        module = product / f"{name}_.py"
        module.write_text(module.read_text() + EXTRA)
        test = tests / f"test_{name}.py"
        test.write_text(test.read_text() + f"\n\ndef test_{name}_doubled():\n    assert module.doubled(2) == 4\n")
    return folder


def tracked(folder: Path) -> int:
    """How many files the repository holds."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=folder, check=True, capture_output=True).stdout
    return listing.count(b"\0")
