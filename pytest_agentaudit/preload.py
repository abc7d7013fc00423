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
    if _is_installed(DISTRIBUTION) and not any(map(_may_shadow, sys.path)):
        load(TOOL)


def _is_installed(name: str) -> bool:
    spec = find_spec(name)
    package = os.path.dirname(spec.origin) if spec and spec.origin else ""
    return os.path.realpath(os.path.dirname(package)) in set(map(os.path.realpath, installed_folders()))


def _may_shadow(entry: str) -> bool:
    """Whether a place on the import path, other than those of installed packages and of the standard library, has a
    name that the tool imports.
    """
    folder = os.path.realpath(entry)
    if folder in set(map(os.path.realpath, (*installed_folders(), *standard_folders()))) or not os.path.exists(folder):
        return False
    try:
        return any(name.partition(".")[0] in NAMES for name in os.listdir(folder))
    except OSError:  # a zip file, say
        return True
