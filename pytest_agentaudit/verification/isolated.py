"""How a verification gets a process of its own: isolated, in an environment of its own, out of the repository's reach.

The console script may have been started with PYTHONPATH, a sitecustomize module or the repository as current folder.
None of that has a say in the interpreter that takes its place.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import NoReturn

from pytest_agentaudit.agent_variables import AGENT_VARIABLES
from pytest_agentaudit.children import clean_environment
from pytest_agentaudit.link.launch import PUT_TOGETHER, import_folders, package_home

CI = (
    *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"),
    *("GITHUB_REF_NAME", "CI_PROJECT_URL", "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME"),
)
SHOWN_BY = ("TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", *CI, *AGENT_VARIABLES)
"""Variables that decide how a report looks and where it goes, and nothing else."""
NEEDED = ("HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "XDG_CONFIG_HOME", "SUDO_UID")

_BOOT = f"""\
import json, sys
sys.path += sys.argv[3:]
{PUT_TOGETHER}from pytest_agentaudit.cli import main
sys.exit(main(json.loads(sys.argv[2])))
"""
"""`sys.argv` holds the package's home, the command, and the folders to import from."""


def is_isolated() -> bool:
    """Whether this process is such a one."""
    return bool(sys.flags.isolated and sys.flags.no_site)


def become_isolated(command: Sequence[str], tree: str, keep: Sequence[str]) -> NoReturn:
    """Put an isolated interpreter that runs the same `command` of ours in the place of this process."""
    home = package_home()
    argv = [sys.executable, "-I", "-S", "-c", _BOOT, home, json.dumps(list(command)), *import_folders(tree, home)]
    os.execve(sys.executable, argv, _environment(keep))  # noqa: S606 - it is the very interpreter that runs us


def _environment(keep: Sequence[str]) -> Mapping[str, str]:
    return clean_environment((*NEEDED, *SHOWN_BY, *keep))
