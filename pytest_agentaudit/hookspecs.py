"""Hooks of the auditor's own plugin manager: how installed packages add rules.

A package names a module under the entry-point group "agentaudit"; the module implements the hooks below with
`hookimpl`. They are called in the auditor process, never in the run.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path

import pluggy

from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.rules import Rule

PROJECT = "agentaudit"
"""Name of the pluggy project and of the entry-point group."""

_METADATA = frozenset({".dist-info", ".egg-info", ".egg"})

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def agentaudit_rules() -> Iterable[type[Rule]]:  # type: ignore[empty-body]  # a specification has no body
    """Return rule classes to add to the built-in ones. Their names must be new."""


def third_party_rules() -> tuple[type[Rule], ...]:
    """The rules of all installed packages, by name. AuditError names the package that cannot be used."""
    if not _may_be_given():
        return ()
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(sys.modules[__name__])
    try:
        manager.load_setuptools_entrypoints(PROJECT)
        given = [rule for rules in manager.hook.agentaudit_rules() for rule in rules]
    except Exception as error:
        raise AuditError(
            f"an installed rule package cannot be loaded: {type(error).__name__}: {error}",
            f"mend or remove the package that has an entry point in the group {PROJECT!r}",
        ) from error
    for rule in given:
        if not (isinstance(rule, type) and issubclass(rule, Rule)) or inspect.isabstract(rule):
            raise AuditError(f"an installed rule package gives {rule!r}, which is no rule class")
    return tuple(sorted(given, key=lambda rule: rule.name))


def _may_be_given() -> bool:
    """Whether an installed package may name the group: reading all metadata takes long, and few packages do."""
    others = [finder for finder in sys.meta_path if finder is not PathFinder]
    return any(hasattr(it, "find_distributions") for it in others) or any(map(_may_give, sys.path))


def _may_give(folder: str) -> bool:
    """Whether a package installed in this folder may name the group; an archive on the path may hold anything."""
    try:
        entries = list(Path(folder).iterdir())
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(it.suffix.lower() == ".egg" or _names_group(it) for it in entries if it.suffix.lower() in _METADATA)


def _names_group(metadata: Path) -> bool:
    try:
        return f"[{PROJECT}]".encode() in (metadata / "entry_points.txt").read_bytes()
    except OSError:
        return False
