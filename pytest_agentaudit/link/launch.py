"""How the auditor process is started: isolated, out of the run's sight, and with a bounded wait.

The run starts a launcher; the launcher forks the auditor and exits, so the auditor is nobody's child in the run: a
test that loops on `os.wait()` never meets it. The launcher leads a process group of its own, so Ctrl-C passes by.
"""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest_agentaudit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.link.channel import Channel
from pytest_agentaudit.process import clean_environment, kill_group, start

LAUNCH_SECONDS = 20.0
"""How long the launcher may take to start and fork."""

NEEDED = ("HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""Variables that the interpreter or git may need to start at all, on top of those that every child gets."""

BOOTSTRAP = """\
import gc, json, sys
gc.disable()
order = json.loads(sys.argv[1])
sys.path += order["folders"]
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
spec = PathFinder.find_spec("pytest_agentaudit", [order["home"]])
package = sys.modules["pytest_agentaudit"] = module_from_spec(spec)
spec.loader.exec_module(package)
from pytest_agentaudit.cli.serve import main
main(order)
"""
"""Run under `-I -S -c`: no site module, no .pth file, no variable of Python's and no current folder has a say. The
package comes from exactly the place where the run has it, be it a folder or a zip file. What an import leaves behind
stays: the collector would only look through it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a launcher is told: the folder or zip file that holds our package, the folders to import the rest from, the
    auditor's ends of the two pipes, and the process id of the run.
    """

    home: str
    folders: tuple[str, ...]
    read_fd: int
    write_fd: int
    run_pid: int


def launch(tree: str) -> Channel:
    """Start an auditor for the work tree `tree`; the run's end of the link. AuditError where it does not start."""
    auditor_read, run_write = os.pipe()
    run_read, auditor_write = os.pipe()
    home = package_home()
    try:
        _start(Order(home, import_folders(tree, home), auditor_read, auditor_write, os.getpid()))
    except BaseException:
        os.close(run_read)
        os.close(run_write)
        raise
    finally:
        os.close(auditor_read)
        os.close(auditor_write)
    return Channel(run_read, run_write)


def package_home() -> str:
    """The folder or zip file in which the run found our package."""
    return str(Path(pytest_agentaudit.__file__).absolute().parent.parent)


def import_folders(tree: str, home: str) -> tuple[str, ...]:
    """Where the auditor may import from: the run's own import path without all that lies in the audited tree.

    Installed packages stay, even where the virtual environment lies in the tree, and so does `home` (last).
    """
    installed = {Path(folder).resolve() for folder in _installed()}
    standard = {Path(folder).resolve() for folder in _standard_library()}
    inside = Path(tree).resolve()
    kept = []
    for entry in filter(None, sys.path):
        folder = Path(entry).resolve()
        ours = folder in installed or not folder.is_relative_to(inside)
        if ours and folder not in standard and entry != home and folder.exists():
            kept.append(str(Path(entry).absolute()))
    return (*dict.fromkeys(kept), home)


def _installed() -> Iterator[str]:
    yield from site.getsitepackages()
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()


def _standard_library() -> Iterator[str]:
    folder = Path(os.__file__).parent
    yield from (str(folder), str(folder / "lib-dynload"))


def _start(order: Order) -> None:
    launcher = start(
        _command(order),
        cwd=os.sep,
        env=clean_environment(NEEDED),
        pass_fds=(order.read_fd, order.write_fd),
    )
    try:
        _, complaint = launcher.communicate(timeout=LAUNCH_SECONDS)
    except subprocess.TimeoutExpired:
        kill_group(launcher)
        raise AuditError(
            f"the auditor did not start within {LAUNCH_SECONDS:.0f} s",
            "a debugger that follows child processes may hold it: switch that off, or run without it",
        ) from None
    if launcher.returncode:
        last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
        raise AuditError(
            f"the auditor did not start: {last or f'exit status {launcher.returncode}'}",
            f"try it by hand: {sys.executable} -m pytest_agentaudit check",
        )


def _command(order: Order) -> Sequence[str]:
    command = [sys.executable, "-I", "-S", "-c", BOOTSTRAP, json.dumps(asdict(order))]
    if "pydevd" in sys.modules:
        # A debugger rewrites the arguments of every Python child to attach to it; it lets a shell alone.
        return ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    return command
