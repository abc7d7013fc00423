"""What a change says about the revision that later audits compare with."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.change.model import Change, Tree
from pytest_agentaudit.facts.command_lines import AUDIT_BASE, FETCH_DEPTH
from pytest_agentaudit.facts.config_files import ConfigFiles
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.patterns import regex

POLICY = "pyproject.toml"
OPTION = "pytest.addopts.--agent-audit-base"
_OF_ITSELF = regex(
    r"(?:HEAD|@)(?:[~^]\d*)*|\$\{?\{?\s*(?:github\.sha|GITHUB_SHA|CI_COMMIT_SHA)\s*\}?\}?|[0-9a-f]{7,64}"
)
"""Revisions that move with the change, or that only the change's author knows."""
ENOUGH = 2
"""Commits that CI has to fetch so that a merge commit's first parent is there."""


class BaseEdit(Struct, frozen=True):
    """A place that names the audit's base otherwise than before; "" where it names none. `of_itself` is true where head
    itself, or a commit by its number, takes the place of a branch.
    """

    path: str
    line: int
    where: str
    old: str
    new: str

    @property
    def of_itself(self) -> bool:
        """Whether the new base moves with the change, or is a commit by its number."""
        return _OF_ITSELF.fullmatch(self.new) is not None


def base_edits(change: Change, delta: Delta) -> Iterator[BaseEdit]:
    """Every place at which the change names another base."""
    if any(pair.path == POLICY for pair in change.pairs):
        yield from _policy(change)
    old, new = delta.old_settings.get(OPTION), delta.new_settings.get(OPTION)
    before, after = str(old.value) if old else "", str(new.value) if new else ""
    place = new or old
    if before != after and place:
        yield BaseEdit(place.path, place.line, "pytest's options", before, after)
    for file in delta.files:
        if not place or file.path != place.path:
            yield from _commands(file)


def _policy(change: Change) -> Iterator[BaseEdit]:
    (before, _), (after, line) = _policy_base(change.old), _policy_base(change.new)
    if before != after:
        yield BaseEdit(POLICY, line, "the policy", before, after)


def _policy_base(tree: Tree) -> tuple[str, int]:
    """The policy's `base` with its line; "" where there is none, or nobody can read it."""
    document = ConfigFiles(tree).toml(POLICY)
    table: object = document.values if document else {}
    for key in ("tool", "agentaudit"):
        table = table.get(key) if isinstance(table, dict) else None
    value = table.get("base") if isinstance(table, dict) else None
    content = tree.read(POLICY) or b""
    section = re.search(rb"(?m)^\[tool\.agentaudit\]", content)
    found = re.search(rb"(?m)^base\s*=", content[section.start() :]) if section else None
    at = section.start() + found.start() if section and found else section.start() if section else 0
    return (value if isinstance(value, str) else ""), content.count(b"\n", 0, at) + 1


def _commands(file: FileDelta) -> Iterator[BaseEdit]:
    gone = [it.details["rev"] for it in file.lost_ones(AUDIT_BASE)]
    for index, it in enumerate(file.new_ones(AUDIT_BASE)):
        yield BaseEdit(file.path, it.line, "a command", gone[index] if index < len(gone) else "", it.details["rev"])
    came = sum(1 for _ in file.new_ones(AUDIT_BASE))
    for it in [*file.lost_ones(AUDIT_BASE)][came:]:
        yield BaseEdit(file.path, 1, "a command", it.details["rev"], "")


def shallower_fetches(file: FileDelta) -> Iterator[tuple[int, str, str]]:
    """Jobs of CI files that audit and fetch less history than before: the line, the depth before and now ("1" where
    it is not set).
    """
    old, new = list(file.lost_ones(FETCH_DEPTH)), list(file.new_ones(FETCH_DEPTH))
    for index, it in enumerate(old):
        now = new[index].details["depth"] if index < len(new) else "1"
        line = new[index].line if index < len(new) else min(file.pair.added, default=1)
        if int(now) and (not int(it.details["depth"]) or int(now) < int(it.details["depth"])) and int(now) < ENOUGH:
            yield line, it.details["depth"], now
