"""What a run loads while its auditor reads the change: the tool that watches lines. Nothing of the repository may run
before the change has been read, so where one of its modules could be loaded on the way, the tool comes later.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from pytest_agentaudit.garbage import load
from pytest_agentaudit.link.launch import installed_folders, standard_folders
from pytest_agentaudit.witness.tracer import TOOL

DISTRIBUTION = "coverage"
NAMES = frozenset({*sys.stdlib_module_names, DISTRIBUTION})
"""What the tool imports is among them."""


def load_tool() -> None:
    """Load what watches lines, if that is certain to run nothing but installed code."""
    installed, standard = (frozenset(map(os.path.realpath, it)) for it in (installed_folders(), standard_folders()))
    others = [it for it in map(os.path.realpath, sys.path) if it not in installed | standard]
    if _home(DISTRIBUTION) in installed and not any(map(_may_shadow, others)):
        load(TOOL)


def _home(name: str) -> str:
    """The folder that a package lies in."""
    spec = find_spec(name)
    package = os.path.dirname(spec.origin) if spec and spec.origin else ""
    return os.path.realpath(os.path.dirname(package))


def _may_shadow(folder: str) -> bool:
    """Whether a place on the import path has a name that the tool imports."""
    if not os.path.exists(folder):
        return False
    try:
        return any(name.partition(".")[0] in NAMES for name in os.listdir(folder))
    except OSError:  # a zip file, say
        return True
