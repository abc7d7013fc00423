"""Some guides are sessions: their files are written, their commands are run, and they say what the page says.

`python -m tests.test_guides` writes the pages anew.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.support.scenarios import environment

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("first-steps.md", "strict.md")
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada@example.org"), ("DATE", "2026-01-05T12:00:00Z"))
}
PROGRAMS = {"pytest": ("-m", "pytest"), "agentaudit": ("-m", "pytest_agentaudit")}
QUIET = "-p no:cacheprovider -p no:randomly -p no:asyncio"


def run(command: str, folder: Path) -> str:
    """What a command of the page prints, in a terminal of 80 columns."""
    name, *arguments = shlex.split(command)
    argv = [sys.executable, *PROGRAMS[name]] if name in PROGRAMS else [name]
    done = subprocess.run(
        [*argv, *arguments],
        cwd=folder,
        env={**environment(folder), **IDENTITY, "PYTEST_ADDOPTS": QUIET, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        encoding="utf-8",
        timeout=120,
    )
    return done.stdout


def timeless(text: str) -> str:
    """The text with all times alike, and without the padding around a line that holds one."""
    lines = (re.sub(r"\d+\.\d+ ?s\b", "0.4 s", line) for line in text.splitlines())
    return "\n".join(re.sub(r"^=+ | =+$", "", line) if "0.4 s" in line else line.rstrip() for line in lines)


def session(page: str, folder: Path) -> str:
    """The page as it should be: each command with what it prints in a folder that holds the page's files."""

    def played(found: re.Match[str]) -> str:
        language, title, text = found.groups()
        if title:
            (folder / title).write_text(text, encoding="utf-8")
        if language != "console":
            return found[0]
        commands = [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"$ {command}\n{run(command, folder)}" for command in commands) + "```"

    return BLOCK.sub(played, page)


@pytest.mark.parametrize("name", PAGES)
def test_a_session_goes_as_its_page_shows_it(name: str, tmp_path: Path) -> None:
    page = (DOCS / name).read_text(encoding="utf-8")
    folder = tmp_path / "shop"
    folder.mkdir()
    assert timeless(session(page, folder)) == timeless(page)


@pytest.mark.parametrize(
    ("shown", "same"), [("= passed, 0.4 s =", True), ("== passed, 12.34 s ==", True), ("no", False)]
)
def test_only_times_may_differ(shown: str, same: bool) -> None:  # noqa: FBT001
    assert (timeless(shown) == timeless("=== passed, 0.5 s ===")) is same


def main() -> None:
    for path in (DOCS / name for name in PAGES):
        with tempfile.TemporaryDirectory() as folder:
            shop = Path(folder, "shop")
            shop.mkdir()
            path.write_text(session(path.read_text(encoding="utf-8"), shop), encoding="utf-8")


if __name__ == "__main__":
    main()
