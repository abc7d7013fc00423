"""Child processes of their own group, with the environment that is fit for them. Every audited run loads this before it
starts its auditor, so it loads nothing that costs time.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.places import is_file

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV")
"""The variables that every child may see: none of them changes what a program reads or loads besides PATH."""


def clean_environment(keep: Iterable[str] = ()) -> dict[str, str]:
    """The environment of this process, cut down to an allowlist plus the names in `keep`.

    Relative folders are dropped from PATH: there, the audited repository could name the programs.
    """
    environment = {name: os.environ[name] for name in (*KEPT, *keep) if name in os.environ}
    folders = environment.get("PATH", os.defpath).split(os.pathsep)
    environment["PATH"] = os.pathsep.join(folder for folder in folders if folder.startswith(os.sep))
    return environment


def which(program: str, path: str) -> str:
    """The first program of that name in the folders of `path`, "" where there is none: shutil's answer, without loading
    what packs archives.
    """
    places = (f"{folder}/{program}" for folder in path.split(os.pathsep) if folder)
    return next((place for place in places if is_file(place) and os.access(place, os.X_OK)), "")


def start(
    argv: Sequence[str],
    *,
    cwd: str,
    env: Mapping[str, str] | None = None,
    memory: int | None = None,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """A running child with pipes (or with other descriptors, where they are given), leader of a group of its own.
    AuditError where it cannot be started.

    It inherits the descriptors in `pass_fds` under the same numbers, and no other.
    """
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=dict(env) if env is not None else clean_environment(),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            process_group=0,
            pass_fds=tuple(pass_fds),
        )
    except FileNotFoundError as error:
        missing = f"no folder {cwd}" if error.filename == cwd else f"no program {argv[0]!r} on PATH"
        raise AuditError(missing, f"install {argv[0]}, or put it on PATH" if error.filename != cwd else "") from error
    except (OSError, ValueError) as error:
        raise AuditError(f"{argv[0]} could not be started: {error}") from error
    if memory is not None and hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(child.pid, resource.RLIMIT_AS, (memory, memory))
    return child


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and all that is left of its group; close its pipes."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()
