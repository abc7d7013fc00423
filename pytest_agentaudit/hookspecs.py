"""Hooks of the auditor's own plugin manager: how installed packages add rules.

A package names a module under the entry-point group "agentaudit"; the module implements the hooks below with
`hookimpl`. They are called in the auditor process, never in the run.
"""

from __future__ import annotations

from collections.abc import Iterable

import pluggy

from pytest_agentaudit.rules import Rule

PROJECT = "agentaudit"
"""Name of the pluggy project and of the entry-point group."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def agentaudit_rules() -> Iterable[type[Rule]]:  # type: ignore[empty-body]  # a specification has no body
    """Return rule classes to add to the built-in ones. Their names must be new."""
