"""Rules of installed packages (entry-point group "agentaudit", see `hookspecs`). Where none is installed, and that is
nearly everywhere, this costs a look at the folders of the import path and no more.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.machinery import PathFinder

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.places import content
from pytest_agentaudit.rules import Rule

GROUP = "agentaudit"
"""The entry-point group, and the name of the pluggy project."""

_METADATA = (".dist-info", ".egg-info", ".egg")


def third_party_rules() -> tuple[type[Rule], ...]:
    """The rules of all installed packages, by name. AuditError names the package that cannot be used."""
    if not _may_be_given():
        return ()
    pluggy = import_module("pluggy")
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(import_module("pytest_agentaudit.hookspecs"))
    try:
        manager.load_setuptools_entrypoints(GROUP)
        given = [rule for rules in manager.hook.agentaudit_rules() for rule in rules]
    except Exception as error:
        raise AuditError(
            f"an installed rule package cannot be loaded: {type(error).__name__}: {error}",
            f"mend or remove the package that has an entry point in the group {GROUP!r}",
        ) from error
    for rule in given:
        if not (isinstance(rule, type) and issubclass(rule, Rule)) or getattr(rule, "__abstractmethods__", None):
            raise AuditError(f"an installed rule package gives {rule!r}, which is no rule class")
    return tuple(sorted(given, key=lambda rule: rule.name))


def _may_be_given() -> bool:
    """Whether an installed package may name the group: reading all metadata takes long, and few packages do."""
    others = [finder for finder in sys.meta_path if finder is not PathFinder]
    return any(hasattr(it, "find_distributions") for it in others) or any(map(_may_give, sys.path))


def _may_give(folder: str) -> bool:
    """Whether a package installed in this folder may name the group; an archive on the path may hold anything."""
    try:
        with os.scandir(folder or ".") as found:
            entries = [it.name for it in found]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    metadata = (it for it in entries if it.lower().endswith(_METADATA))
    return any(it.lower().endswith(".egg") or _names_group(folder, it) for it in metadata)


def _names_group(folder: str, metadata: str) -> bool:
    try:
        return f"[{GROUP}]".encode() in content(f"{folder or '.'}/{metadata}/entry_points.txt")
    except OSError:
        return False
