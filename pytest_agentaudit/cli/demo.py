"""`agentaudit demo`: the real command on a change with shortcuts and on an honest one, in a throw-away repository."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from pytest_agentaudit.children import clean_environment
from pytest_agentaudit.cli.bundled import apply_change, copy_tree, scenario
from pytest_agentaudit.cli.console import Status, deliver
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.process import Completed
from pytest_agentaudit.process import run as run_program
from pytest_agentaudit.report.audience import columns, wants_colour
from pytest_agentaudit.report.text import print_text

RED, GREEN = "shop-shortcuts", "shop-honest"
"""The bundled scenarios that are shown."""

TIMEOUT = 120.0
"""Seconds for each program that the demo runs."""

COMMAND = ("pytest", "--agent-audit", "-q")
"""What the demo runs, as a reader would type it."""

_IDENTITY = ("-c", "user.name=agentaudit demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false")


def run(_arguments: Namespace) -> Status:
    """Show both changes. The status says whether the demo worked, not what the audits found."""
    with tempfile.TemporaryDirectory(prefix="agentaudit-demo-") as folder:
        _show("A change with shortcuts", RED, Path(folder), Status.FINDINGS)
        _show("The same feature, done well", GREEN, Path(folder), Status.PASSED)
    return Status.PASSED


def _show(heading: str, name: str, folder: Path, expected: Status) -> None:
    _say(f"{heading}\n\n$ {' '.join(COMMAND)}")
    colour = wants_colour(sys.stdout, os.environ)
    done = audited_run(name, folder / name, colour=colour, width=columns(sys.stdout, os.environ))
    _say(done.stdout.decode(errors="replace"))
    if done.status != expected:
        raise AuditError(
            f"the demo's pytest ended with exit status {done.status} instead of {expected}",
            done.stderr.decode(errors="replace").strip(),
        )


def _say(text: str) -> None:
    deliver(lambda stream: print_text(f"{text}\n", stream))


def audited_run(name: str, folder: Path, *, colour: bool, width: int, options: tuple[str, ...] = ()) -> Completed:
    """Lay the scenario out as a repository with an uncommitted change, and run pytest on it, with more `options`."""
    copy_tree(scenario(name) / "before", folder)
    for arguments in (("init", "-q", "-b", "main"), ("add", "-A"), (*_IDENTITY, "commit", "-q", "-m", "base")):
        done = run_program(["git", *arguments], cwd=str(folder), env=_environment(folder), timeout=TIMEOUT)
        if done.status:
            raise AuditError(f"git {arguments[0]} failed in the demo's folder: {done.complaint}")
    apply_change(name, folder)
    argv = [sys.executable, "-m", *COMMAND, "-p", "no:cacheprovider", *options, f"--color={'yes' if colour else 'no'}"]
    environment = {**_environment(folder), "COLUMNS": str(width), **({"FORCE_COLOR": "1"} if colour else {})}
    return run_program(argv, cwd=str(folder), env=environment, timeout=TIMEOUT)


def _environment(folder: Path) -> dict[str, str]:
    """The least that git and pytest need: neither the reader's settings nor CI's variables belong to the demo, and
    what its tests leave in the temporary folder goes with it.
    """
    return {
        **clean_environment(("PYTHONPATH",)),
        "HOME": str(folder.parent),
        "TMPDIR": str(folder.parent),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
