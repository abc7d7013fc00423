"""The occurrences that a change adds or takes away, for tests of their collectors."""

from __future__ import annotations

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.policy.model import Policy

PATH = "shop/box.py"


def delta(before: str, after: str, path: str = PATH) -> Delta:
    """The facts of a change of one file; an empty text means that there is none."""
    old, new = (MemoryTree({path: text} if text else {}) for text in (before, after))
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def added(after: str, *kinds: str, before: str = "", path: str = PATH) -> list[Occurrence]:
    """What a change adds of these kinds, in the order of the source."""
    return [it for file in delta(before, after, path).files for it in file.new_ones(*kinds)]


def lost(before: str, after: str, *kinds: str, path: str = PATH) -> list[Occurrence]:
    """What a change takes away of these kinds."""
    return [it for file in delta(before, after, path).files for it in file.lost_ones(*kinds)]
