"""How the auditor process is started: isolated, out of the run's sight, and with a bounded wait.

The run starts a launcher; the launcher forks the auditor and exits once that has loaded what it needs, so the auditor
is nobody's child in the run: a test that loops on `os.wait()` never meets it. The launcher leads a process group of its
own, so Ctrl-C passes by.
"""

from __future__ import annotations

import os
import site
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest_agentaudit
from pytest_agentaudit.children import clean_environment, kill_group, start
from pytest_agentaudit.errors import AuditError

NOT_STARTED = "the auditor did not start"
LAUNCH_SECONDS = 20.0
"""How long the launcher may take to start and fork."""

NEEDED = ("HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
"""Variables that the interpreter or git may need to start at all, on top of those that every child gets."""

PUT_TOGETHER = """\
from importlib.machinery import PathFinder
spec = PathFinder.find_spec("pytest_agentaudit", [sys.argv[1]])
package = sys.modules["pytest_agentaudit"] = type(sys)("pytest_agentaudit")
package.__spec__, package.__loader__ = spec, spec.loader
package.__path__, package.__file__ = spec.submodule_search_locations, spec.origin
package.__package__ = "pytest_agentaudit"
spec.loader.exec_module(package)
"""
"""The package from exactly the place where the run has it (`sys.argv[1]`), be it a folder or a zip file: put together
by hand, because importlib.util costs a third of the interpreter's start."""

BOOTSTRAP = f"""\
import os, sys
loaded, loads = os.pipe()
if os.fork():
    os.close(loads)
    os._exit(not os.read(loaded, 1))
os.close(loaded)
import gc
gc.disable()
sys.path += sys.argv[5:]
sys.modules["typing_extensions"] = None
import msgspec
del sys.modules["typing_extensions"]
{PUT_TOGETHER}from pytest_agentaudit.cli.serve import main
main(loads, *map(int, sys.argv[2:5]))
"""
"""The launcher, and the auditor that it forks while there is hardly anything that a fork has to copy; where that cannot
be loaded, the launcher fails. Run under `-I -S -c`: no site module, no .pth file, no variable of Python's and no
current folder has a say. msgspec can do without typing_extensions, which costs as much as the interpreter's start
again. What an import leaves behind stays: the collector would only look through it."""


class Launch:
    """An auditor that is being started, and the run's ends of the two pipes to it: the one to read from, and the one to
    write to. They can be used at once: the auditor reads what was said when it is there.
    """

    def __init__(self, launcher: subprocess.Popen[bytes], ends: tuple[int, int]) -> None:
        self.ends = ends
        self._launcher = launcher

    def settle(self) -> None:
        """Wait for the launcher's end, which comes soon. AuditError where the auditor did not start."""
        try:
            _, complaint = self._launcher.communicate(timeout=LAUNCH_SECONDS)
        except subprocess.TimeoutExpired:
            kill_group(self._launcher)
            raise AuditError(
                f"{NOT_STARTED} within {LAUNCH_SECONDS:.0f} s",
                "a debugger that follows child processes may hold it: switch that off, or run without it",
            ) from None
        if status := self._launcher.returncode:
            last = complaint.decode(errors="replace").strip().rpartition("\n")[2]
            raise AuditError(
                f"{NOT_STARTED}: {last or f'exit status {status}'}",
                f"try it by hand: {sys.executable} -m pytest_agentaudit check",
            )


def launch(tree: str) -> Launch:
    """Start an auditor for the work tree `tree`. AuditError where that cannot be done."""
    try:
        return _started(tree)
    except OSError as error:
        raise AuditError(f"{NOT_STARTED}: {error}") from error


def _started(tree: str) -> Launch:
    auditor_read, run_write = os.pipe()
    run_read, auditor_write = os.pipe()
    home = package_home()
    order = (home, str(auditor_read), str(auditor_write), str(os.getpid()), *import_folders(tree, home))
    ends = (auditor_read, auditor_write)
    try:
        launcher = start(_command(order), cwd=os.sep, env=clean_environment(NEEDED), pass_fds=ends)
    except BaseException:
        os.close(run_read)
        os.close(run_write)
        raise
    finally:
        for end in ends:
            os.close(end)
    return Launch(launcher, (run_read, run_write))


def package_home() -> str:
    """The folder or zip file in which the run found our package."""
    return os.path.dirname(os.path.dirname(os.path.abspath(pytest_agentaudit.__file__)))


def import_folders(tree: str, home: str) -> tuple[str, ...]:
    """Where the auditor may import from: the run's own import path without all that lies in the audited tree.

    Installed packages stay, even where the virtual environment lies in the tree, and so does `home` (last).
    """
    installed = {os.path.realpath(folder) for folder in installed_folders()}
    standard = {os.path.realpath(folder) for folder in standard_folders()}
    inside = os.path.join(os.path.realpath(tree), "")
    kept = []
    for entry in filter(None, sys.path):
        folder = os.path.realpath(entry)
        ours = folder in installed or not os.path.join(folder, "").startswith(inside)
        if ours and folder not in standard and entry != home and os.path.exists(folder):
            kept.append(os.path.abspath(entry))
    return (*dict.fromkeys(kept), home)


def installed_folders() -> Iterator[str]:
    """Where packages are installed for this interpreter."""
    yield from site.getsitepackages()
    if site.ENABLE_USER_SITE:
        yield site.getusersitepackages()


def standard_folders() -> Iterator[str]:
    """Where its standard library stands."""
    folder = os.path.dirname(os.__file__)
    yield from (folder, os.path.join(folder, "lib-dynload"))


def _command(order: Sequence[str]) -> Sequence[str]:
    command = [sys.executable, "-I", "-S", "-c", BOOTSTRAP, *order]
    if "pydevd" in sys.modules:
        # A debugger rewrites the arguments of every Python child to attach to it; it lets a shell alone.
        return ("/bin/sh", "-c", 'exec "$0" "$@"', *command)
    return command
