"""The look-up that rules ask about gates."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from pytest_agentaudit.change.model import Change, FileRole, MemoryTree
from pytest_agentaudit.facts.gates.model import (
    Edited,
    Grown,
    LessOften,
    LostCheck,
    LostHook,
    Lowered,
    Narrowed,
    Narrowing,
)
from pytest_agentaudit.facts.gates.paths import may_matter
from pytest_agentaudit.facts.model import Settings
from pytest_agentaudit.facts.tree_texts import RoleOf

if TYPE_CHECKING:
    from pytest_agentaudit.facts.gates.found import Found
    from pytest_agentaudit.facts.gates.places import Places
    from pytest_agentaudit.facts.gates.reach import Reach
    from pytest_agentaudit.facts.gates.runs import Enforced


class Gates:
    """What a change does to the bars, checks, hooks and guards of its project. What reads them is loaded where the
    change touched a file that may hold one.
    """

    def __init__(self, change: Change, role_of: RoleOf) -> None:
        self._change, self._role_of = change, role_of

    @classmethod
    def none(cls) -> Gates:
        """Those of no change."""
        return cls(Change("", "", (), MemoryTree({}), MemoryTree({})), lambda _path, _content: FileRole.OTHER)

    @cached_property
    def _found(self) -> Found:
        found: Found = import_module("pytest_agentaudit.facts.gates.found").Found(self._change, self._role_of)
        return found

    @cached_property
    def _is_touched(self) -> bool:
        return any(map(may_matter, self._change.pairs))

    @property
    def places(self) -> Places:
        """Where the base's lines stand at head."""
        return self._found.places

    @property
    def enforced(self) -> Enforced:
        """Which checks head runs, and where."""
        return self._found.enforced

    @property
    def reach(self) -> Reach:
        """The head's files, asked by pattern."""
        return self._found.reach

    @property
    def settings(self) -> Mapping[str, tuple[Settings, Settings]]:
        """Both sides' settings by the folder of each changed settings file, the root first where any changed."""
        return self._found.settings if self._is_touched else {}

    @property
    def narrowed(self) -> tuple[Narrowing, ...]:
        """What checkers overlook since the change."""
        return self._found.narrowed if self._is_touched else ()

    @property
    def bars(self) -> tuple[Lowered, ...]:
        """The bars that the change lowers."""
        return self._found.bars if self._is_touched else ()

    @property
    def selection(self) -> tuple[Narrowed, ...]:
        """What pytest leaves out since the change."""
        return self._found.selection if self._is_touched else ()

    @property
    def lost_checks(self) -> tuple[LostCheck, ...]:
        """The checks of CI and tasks that no longer count."""
        return self._found.lost_checks if self._is_touched else ()

    @property
    def less_often(self) -> tuple[LessOften, ...]:
        """Workflows and jobs that ask less."""
        return self._found.less_often if self._is_touched else ()

    @property
    def lost_hooks(self) -> tuple[LostHook, ...]:
        """Hooks that run less, and commands that go around them."""
        return self._found.lost_hooks if self._is_touched else ()

    @property
    def grown(self) -> tuple[Grown, ...]:
        """Lists of known failures that grew."""
        return self._found.grown if self._is_touched else ()

    @property
    def edited_guards(self) -> tuple[Edited, ...]:
        """Guards and policy that demand less."""
        return self._found.edited_guards if self._is_touched else ()

    @property
    def audits(self) -> tuple[LostCheck, ...]:
        """Commands that ran this tool and no longer do, or whose failure passes."""
        return self._found.audits if self._is_touched else ()

    def is_named_to_pytest(self, path: str) -> bool:
        """Whether a command of head's CI or tasks hands this file, or a folder around it, to pytest by name."""
        return self._found.is_named_to_pytest(path)
