"""What became of gates: everything is read when first asked for, and only from files that matter."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec.structs import replace

from pytest_agentaudit.change.model import Change, FilePair, FileRole, Side
from pytest_agentaudit.facts.gates import baselines, granting, guards
from pytest_agentaudit.facts.gates.bars import bars, lowered
from pytest_agentaudit.facts.gates.hooks import hook_file
from pytest_agentaudit.facts.gates.lost import less_often, lost_checks
from pytest_agentaudit.facts.gates.lost_hooks import bypasses, lost_hooks
from pytest_agentaudit.facts.gates.model import (
    Edited,
    Grown,
    Guard,
    LessOften,
    LostCheck,
    LostHook,
    Lowered,
    Narrowed,
    Narrowing,
    Run,
)
from pytest_agentaudit.facts.gates.more_settings import gate_settings
from pytest_agentaudit.facts.gates.narrowed import narrowings
from pytest_agentaudit.facts.gates.narrowed_commands import narrowed_commands
from pytest_agentaudit.facts.gates.paths import (
    HOOKS,
    OWNERS,
    WORKFLOW,
    holds_keys,
    is_baseline,
    is_guard,
    is_runs,
    is_settings,
)
from pytest_agentaudit.facts.gates.places import Places, text_of
from pytest_agentaudit.facts.gates.reach import Reach
from pytest_agentaudit.facts.gates.runs import LARGEST, Enforced, Pair, paired, runs
from pytest_agentaudit.facts.gates.selected import OWN_FILES, Selections
from pytest_agentaudit.facts.gates.strictness import is_mostly_strict
from pytest_agentaudit.facts.gates.workflows import Workflow, workflow
from pytest_agentaudit.facts.model import Settings
from pytest_agentaudit.facts.tree_texts import RoleOf
from pytest_agentaudit.waiver import POLICY

MOST_FOLDERS = 12
"""In how many folders with changed settings a tool is asked what it would start with."""


class Found:
    """What a change does to the bars, checks, hooks and guards of its project."""

    def __init__(self, change: Change, role_of: RoleOf) -> None:
        self._change, self._role_of = change, role_of

    @cached_property
    def places(self) -> Places:
        """Where the base's lines stand at head."""
        return Places(self._change)

    @cached_property
    def enforced(self) -> Enforced:
        """Which checks head runs, and where."""
        return Enforced(self._change.new)

    @cached_property
    def reach(self) -> Reach:
        """The head's files, asked by pattern."""
        return Reach(self._change, self._role_of)

    @cached_property
    def settings(self) -> Mapping[str, tuple[Settings, Settings]]:
        """Both sides' settings by the folder of each changed settings file, the root first where any changed."""
        folders = dict.fromkeys(self._folders())
        read = list(folders)[:MOST_FOLDERS]
        return {it: (gate_settings(self._change.old, it), gate_settings(self._change.new, it)) for it in read}

    def _folders(self) -> Iterator[str]:
        """Folders whose settings may have changed. A nested project's own are not the root's, in a new folder nothing
        was checked more strictly before, and in one whose code is gone nothing is left to check.
        """
        changed = [side.path for pair in self._change.pairs for side in (pair.old, pair.new) if side]
        found = sorted({posixpath.dirname(it) for it in changed if is_settings(it)}, key=lambda it: (it.count("/"), it))
        of_pytest = {posixpath.dirname(it) for it in changed if posixpath.basename(it) in OWN_FILES}
        of_pytest = {it for it in of_pytest if self._role_of(posixpath.join(it, OWN_FILES[0]), b"") is FileRole.CONFIG}
        for it in found:
            of_inputs = self._role_of(f"{it}/x.py" if it else "x.py", b"") in _INPUT
            if self._is_on_both_sides(it) and (not of_inputs or it in of_pytest):
                yield it

    def _is_on_both_sides(self, folder: str) -> bool:
        """Whether base has files below a folder, and head still has code there where base has."""
        old, new = (
            [path for path in side.entries() if path.startswith(f"{folder}/")]
            for side in (self._change.old, self._change.new)
        )
        had_code = any(path.endswith(".py") for path in old)
        return not folder or (bool(old) and (not had_code or any(path.endswith(".py") for path in new)))

    @cached_property
    def narrowed(self) -> tuple[Narrowing, ...]:
        """What checkers overlook since the change."""
        found: dict[object, Narrowing] = {}
        for folder, (old, new) in self.settings.items():
            reach = Reach(self._change, self._role_of, folder)
            for it in narrowings(old, new, reach, self._is_gone):
                place = it.new or it.old
                found.setdefault((place.path, place.line, place.key, it.items) if place else it, it)
        pairs = (it for it in self.run_pairs if not it[1].command.excuse)
        strict = any(is_mostly_strict(new) for _old, new in self.settings.values())
        told = (it for it in narrowed_commands(pairs, self.reach) if not (strict and it.items == ("--strict",)))
        return (*found.values(), *told)

    def _is_gone(self, tool: str) -> bool:
        """Whether the base ran a tool and head does not."""
        return not self.enforced.of(tool) and bool(Enforced(self._change.old).of(tool))

    @cached_property
    def bars(self) -> tuple[Lowered, ...]:
        """The bars that the change lowers."""
        found: dict[object, Lowered] = {}
        for old, new in self.settings.values() or (({}, {}),):
            was, now = list(bars(old, self._runs[0])), list(bars(new, self._runs[1]))
            tools = {key.partition(".")[0] for key in new} | {it.command.tool.split()[0] for it in self._runs[1]}
            for it in lowered(was, now, tools):
                elsewhere = [bar for bar in bars({}, self.enforced.naming(b"fail-under")) if bar.group == it.old.group]
                again = list(lowered([it.old], [*now, *elsewhere], tools)) if it.new is None else [it]
                for one in again:
                    found.setdefault((one.old.path, one.old.line, one.old.key), one)
        return tuple(found.values())

    @cached_property
    def _selections(self) -> Selections:
        return Selections(self._change, self._role_of, self.enforced, self.places)

    def is_named_to_pytest(self, path: str) -> bool:
        """Whether a command of head's CI or tasks hands this file, or a folder around it, to pytest by name."""
        return bool(self._selections.runs_path((path,), None))

    @cached_property
    def lost_checks(self) -> tuple[LostCheck, ...]:
        """The checks of CI and tasks that no longer count."""
        texts = {pair.path: text_of(pair.new) for pair in self._run_pairs}
        old = [it for it in self._runs[0] if not HOOKS.fullmatch(it.path)]
        return tuple(lost_checks(old, self._runs[1], texts, self.places, self.enforced)) if old else ()

    @cached_property
    def less_often(self) -> tuple[LessOften, ...]:
        """Workflows and jobs that ask less."""
        both = (pair for pair in self._run_pairs if pair.old and pair.new)
        found = ((self._workflows.get(it.old), self._workflows.get(it.new)) for it in both)
        return tuple(
            replace(it, elsewhere=self._runs_in_others(old))
            for old, new in found
            if old and new
            for it in less_often(old, new, self.places)
        )

    def _runs_in_others(self, workflow: Workflow) -> bool:
        """Whether other files of head's CI run all tools of a workflow."""
        tools = {it.tool for job in workflow.jobs for it in job.commands}
        return all(any(run.in_ci and run.path != workflow.path for run in self.enforced.of(tool)) for tool in tools)

    @cached_property
    def run_pairs(self) -> tuple[Pair, ...]:
        """The checks that both sides run, paired."""
        return tuple(paired(*self._runs)[0])

    @cached_property
    def selection(self) -> tuple[Narrowed, ...]:
        """What pytest leaves out since the change."""
        return tuple(self._selections.all(self.settings, *self._runs))

    @cached_property
    def lost_hooks(self) -> tuple[LostHook, ...]:
        """Hooks that run less, and commands that go around them."""
        return tuple(self._lost_hooks())

    @cached_property
    def grown(self) -> tuple[Grown, ...]:
        """Lists of known failures that grew."""
        edited = self.reach.edited
        read = [it for it in self._change.pairs if it.new and is_baseline(it.path)]
        found = [baselines.grown(it.path, text_of(it.old), text_of(it.new), edited) for it in read]
        found += [baselines.disabled(old, new) for old, new in self.settings.values()]
        return tuple(dict.fromkeys(it for it in found if it))

    @cached_property
    def edited_guards(self) -> tuple[Edited, ...]:
        """Guards and policy that demand less."""
        found: list[Edited] = []
        for pair in self._change.pairs:
            path = pair.old.path if pair.old else pair.path
            if is_guard(path) and (pair.old or pair.new):
                said = guards.edited(path, text_of(pair.old), text_of(pair.new) if pair.new else None)
                told = [it for it in said if it.guard is not Guard.OWNERS or self._is_there(it.name)]
                found += told or self._outvoted(pair)
            if _is_policy(pair) and b"agentaudit" in _bytes(pair.old) + _bytes(pair.new):
                found += self._of_policy(pair, path)
                found += granting.grants(path, text_of(pair.old), text_of(pair.new)) if pair.new else ()
        found += self._grantors()
        return tuple(found)

    def _of_policy(self, pair: FilePair, path: str) -> Iterator[Edited]:
        """What a policy demands less; a part's first one takes the place of the one above it."""
        old, new = text_of(pair.old), text_of(pair.new)
        if pair.old and ("/" not in path or b"agentaudit" in pair.old.content):
            yield from guards.policy_edits(path, old, new)
        elif "/" in path:
            yield from guards.part_edits(path, self._above(posixpath.dirname(path)), new)

    def _above(self, folder: str) -> str:
        """The text of the base's policy that governs a folder without one of its own, or ""."""
        while folder:
            folder = posixpath.dirname(folder)
            text = (self._change.old.read(posixpath.join(folder, POLICY)) or b"").decode(errors="replace")
            if "agentaudit" in text and (found := guards.held(text)) and found[0]:
                return text
        return ""

    def _outvoted(self, pair: FilePair) -> Iterator[Edited]:
        if pair.new and OWNERS.fullmatch(pair.new.path):
            yield from granting.outvoted(self._change.old, self._change.new, pair.new.path)

    def _grantors(self) -> Iterator[Edited]:
        """Allowed signers that the change adds to a list of the base's, and code owners where they may approve."""
        for pair in self._change.pairs:
            if pair.new and holds_keys(pair.new.content):
                if any(granting.signers_file(it) == pair.new.path for it in self._policies):
                    yield from granting.more_signers(pair.new.path, text_of(pair.old), text_of(pair.new))
            elif pair.new and OWNERS.fullmatch(pair.new.path) and any(map(granting.asks_owners, self._policies)):
                yield from granting.more_owners(pair.new.path, text_of(pair.old), text_of(pair.new))

    @cached_property
    def _policies(self) -> tuple[str, ...]:
        """The texts of the base's policies, the parts' too."""
        paths = [it for it in self._change.old.entries() if posixpath.basename(it) == POLICY]
        texts = ((self._change.old.read(it) or b"").decode(errors="replace") for it in paths)
        return tuple(it for it in texts if "agentaudit" in it)

    def _is_there(self, pattern: str) -> bool:
        """Whether head has anything that a pattern of code owners means."""
        plain = pattern.strip("/").partition("*")[0].strip("/")
        return not plain or any(f"/{plain}" in f"/{path}" for path in self._change.new.entries())

    @cached_property
    def audits(self) -> tuple[LostCheck, ...]:
        """Commands that ran this tool and no longer do, or whose failure passes."""
        return tuple(it for it in self.lost_checks if it.old.command.tool == "agentaudit")

    def _lost_hooks(self) -> Iterator[LostHook]:
        for pair in self._change.pairs:
            if pair.old and HOOKS.fullmatch(pair.old.path):
                paths = pair.old.path, pair.path
                old, new = hook_file(text_of(pair.old)), hook_file(text_of(pair.new))
                yield from lost_hooks(old, new, paths, text_of(pair.new), self.places, self.reach)
            if pair.new and is_runs(pair.path) and not HOOKS.fullmatch(pair.path):
                yield from bypasses(text_of(pair.old), text_of(pair.new), pair.path, pair.added)

    @cached_property
    def _run_pairs(self) -> tuple[FilePair, ...]:
        sides = ((pair, (pair.old, pair.new)) for pair in self._change.pairs)
        return tuple(
            pair for pair, both in sides if any(it and is_runs(it.path) and len(it.content) <= LARGEST for it in both)
        )

    @cached_property
    def _workflows(self) -> Mapping[object, Workflow]:
        sides = (side for pair in self._run_pairs for side in (pair.old, pair.new) if side)
        return {it: workflow(it.path, text_of(it)) for it in sides if WORKFLOW.fullmatch(it.path)}

    @cached_property
    def _runs(self) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
        """The checks in the changed files, of both sides."""
        old = (it.old for it in self._run_pairs if it.old and is_runs(it.old.path))
        new = (it.new for it in self._run_pairs if it.new and is_runs(it.new.path))
        return (
            tuple(run for it in old for run in runs(it.path, text_of(it), self._workflows.get(it))),
            tuple(run for it in new for run in runs(it.path, text_of(it), self._workflows.get(it))),
        )


_INPUT = frozenset({FileRole.TEST, FileRole.DOCS, FileRole.GENERATED})
"""Roles of folders whose settings files are somebody's input."""


def _bytes(side: Side | None) -> bytes:
    return side.content if side else b""


def _is_policy(pair: FilePair) -> bool:
    """Whether a file may hold a policy: what the base's policy says to be no settings is some test's input."""
    return posixpath.basename(pair.side.path) == POLICY and pair.role is FileRole.CONFIG
