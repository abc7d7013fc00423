"""The rule removed-hook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pytest_agentaudit.facts.gates.model import Lost, LostHook
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""How many paths a text lists."""


class RemovedHook(Rule):
    """A hook that checked every commit no longer does, or a command goes around the hooks.

    Read are pre-commit's settings (hooks that are gone, moved to the manual stage, kept from files that they saw,
    skipped by pre-commit.ci) and, in CI, tasks and scripts, new commands with `--no-verify` or `SKIP=`. A hook that
    moved, was renamed or is replaced by one of its kind is silent.

    Level: error where a check is kept from product files that the change itself edits; warning where it only adds
    them, where a check is removed, moved aside or commented out, or hooks are bypassed; note where CI or a task still
    runs the tool, where pre-commit.ci skips it, for hooks that only tidy, and for files that are no product code.

    Why: a hook is the cheapest place to stop a defect, and its absence shows nowhere.
    Fix: put the hook back, and mend what it finds.
    Not a fix: `--no-verify`, `SKIP=`, or an `exclude` for the file.
    """

    name = "removed-hook"
    family = Family.GATES
    level = Level.WARNING
    examples = kept_apart("removed_hook")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each way in which a file's hooks run less."""
        by_cause: dict[object, list[tuple[LostHook, Sequence[str]]]] = defaultdict(list)
        for it in audit.delta.gates.lost_hooks:
            if not it.instead or it.comment:
                elsewhere = _elsewhere(audit, it)
                what = it.text if it.how in {Lost.EXCLUDED, Lost.BYPASSED} else ""
                by_cause[it.path, it.how, what, bool(it.comment), _level(it, elsewhere)].append((it, elsewhere))
        for members in by_cause.values():
            yield self._found(members)

    def _found(self, members: Sequence[tuple[LostHook, Sequence[str]]]) -> Finding:
        it, elsewhere = members[0]
        evidence = {"head": it.text}
        if elsewhere:
            evidence["elsewhere"] = ", ".join(elsewhere[:SHOWN])
        if it.reached.product:
            evidence["files"] = ", ".join((it.reached.edited or it.reached.product)[:SHOWN])
        names = [hook.name for hook, _elsewhere in members]
        return self.finding(
            Location(it.path, it.line, symbol=it.name),
            _message(it, names),
            level=_level(it, elsewhere),
            evidence=evidence,
            fix="keep the hook as it was, and mend what it finds",
            not_a_fix="`--no-verify`, `SKIP=`, or another `exclude`",
            related=tuple(Location(hook.path, hook.line, symbol=hook.name) for hook, _elsewhere in members[1:]),
        )


def _elsewhere(audit: Audit, it: LostHook) -> list[str]:
    """Where head runs the hook's tool, outside the file of hooks."""
    found = audit.delta.gates.enforced.of(it.tool or it.name)
    return [f"{run.path}:{run.command.line}" for run in found if run.path != it.path]


def _message(it: LostHook, names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    hooks = f"hook {shown}" if len(names) == 1 else f"hooks {shown}"
    hooks += f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    verb = "is" if len(names) == 1 else "are"
    if it.how is Lost.BYPASSED:
        return f"A command goes around the hooks: `{it.name}`."
    if it.how is Lost.EXCLUDED:
        old = [path for path in it.reached.edited if path not in it.reached.added]
        if it.reached.added and not old:
            return (
                f"The {hooks} does not see {', '.join(it.reached.added[:SHOWN])}, which this change adds: `{it.text}`."
            )
        edited = f" {', '.join(old[:SHOWN])}, which this change edits," if old else ""
        return f"The {hooks} no longer sees{edited or ' all files that it saw'} by `{it.text}`."
    if it.how is Lost.REMOVED:
        return f"The {hooks} {verb} {'commented out' if it.comment else 'gone'}."
    return f"The {hooks} {verb} {it.how.value}: `{it.text}`."


def _level(it: LostHook, elsewhere: Sequence[str]) -> Level:
    if not it.checks or it.how is Lost.SKIPPED or (elsewhere and it.how is not Lost.EXCLUDED):
        return Level.NOTE
    if it.how is Lost.EXCLUDED:
        if not it.reached.product:
            return Level.NOTE
        if len(it.reached.edited) > len(it.reached.added):
            return Level.ERROR
        return Level.NOTE if elsewhere and it.reached.added else Level.WARNING
    return Level.WARNING
