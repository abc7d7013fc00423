"""Which of the files that a build writes may take part in a verified run: the policy names them, the trees decide."""

from __future__ import annotations

import posixpath
from collections.abc import Collection

from pytest_agentaudit.change.model import Change, FileRole, Tree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.policy.model import Policy

TRACKED = "the base tracks it: what the change takes out of git is no file that a build writes"
ASIDE = "it is no module of the product: tests, settings and what pytest loads by itself come from the commit alone"
ALONE = "no package of the commit holds it: a module of the top could stand for another one"
MODULES = frozenset({FileRole.PRODUCT, FileRole.GENERATED})


def built(change: Change, policy: Policy, ruling: Tree) -> dict[str, str]:
    """The policy's built files that head does not track, each with why it may take no part ("" where it may).

    `ruling` is the tree that the policy stands in. Names are compared as a file system does that knows no case.
    """
    roles = RoleMap.derive(change.old, policy)
    head, base = change.new.entries(), (*change.old.entries(), *ruling.entries())
    tracked, before = _folded(head), _folded(base)
    return {path: _fault(path, before, head, roles) for path in policy.built_files if path.casefold() not in tracked}


def _fault(path: str, before: Collection[str], head: Collection[str], roles: RoleMap) -> str:
    if path.casefold() in before:
        return TRACKED
    if roles.role(path) not in MODULES or posixpath.basename(path) == "conftest.py":
        return ASIDE
    return "" if posixpath.join(posixpath.dirname(path), "__init__.py") in head else ALONE


def _folded(paths: Collection[str]) -> frozenset[str]:
    """Paths, and the folders around them, without case."""
    found = {path.casefold() for path in paths}
    for path in [*found]:
        while (path := posixpath.dirname(path)) and path not in found:
            found.add(path)
    return frozenset(found)
