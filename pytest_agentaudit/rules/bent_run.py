"""What the rules on the harness share: what the run itself showed, and whose doing it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Harness, Level, Location, Replacement
from pytest_agentaudit.rules.base import Audit

SHOWN = 3
"""How many tests a proof names."""

CODE = (FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST, FileRole.SCRIPT)


def seen(audit: Audit) -> Harness | None:
    """What the run showed of its machinery; None where nothing was run."""
    return audit.evidence.harness if audit.evidence else None


def new_ones(audit: Audit, *kinds: str) -> Iterator[tuple[FileDelta, Occurrence]]:
    """What the change added of these kinds, file by file."""
    for file in audit.files(*CODE):
        yield from ((file, it) for it in file.new_ones(*kinds))


def place(file: FileDelta, it: Occurrence) -> Location:
    """Where an occurrence stands."""
    return Location(file.path, it.line, it.end_line, it.symbol)


def culprits(audit: Audit, hooks: Iterable[str]) -> list[str]:
    """The changed files that pytest had loaded as plugins and whose implementations of these hooks the change touched.

    A hook that is equal on both sides is an old one; one that no definition explains counts as touched.
    """
    run = seen(audit)
    changed = {file.path for file in audit.delta.files if file.pair.new}
    wanted = frozenset(hooks)
    old = {(it.new_path, it.new.bare_name) for it in audit.delta.definitions if it.equal and it.new}
    return [
        it.path
        for it in (run.plugins if run else ())
        if it.path in changed and any((it.path, hook) not in old for hook in it.hooks if hook in wanted)
    ]


def replaced_here(audit: Audit) -> list[Replacement]:
    """The functions that the run ended with in the place of others, where the change wrote or touched the new one."""
    run = seen(audit)
    if not run or not run.replaced:
        return []
    added = {file.path: file.pair.added for file in audit.delta.files if file.pair.new}
    touched = {
        (it.new_path, line)
        for it in audit.delta.definitions
        if it.new and it.new.touched and not it.equal
        for line in range(it.new.start_line, it.new.end_line + 1)
    }
    return [it for it in run.replaced if it.line in added.get(it.path, ()) or (it.path, it.line) in touched]


def shown(names: Iterable[str]) -> str:
    """Some names, and how many more."""
    known = list(dict.fromkeys(names))
    rest = len(known) - SHOWN
    return ", ".join(f"`{it}`" for it in known[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def capped(file: FileDelta, level: Level) -> Level:
    """The level, at most a warning in a product file that looks like a plugin of pytest: such a one has hooks."""
    is_plugin = file.role is FileRole.PRODUCT and any(word in file.path for word in ("pytest", "plugin", "testing"))
    return Level.WARNING if is_plugin and level is Level.ERROR else level


def merged(pairs: Iterable[tuple[FileDelta, Occurrence]]) -> Iterator[tuple[FileDelta, list[Occurrence]]]:
    """The occurrences by file and definition: what one edit brought about is one finding."""
    groups: dict[tuple[str, str], tuple[FileDelta, list[Occurrence]]] = {}
    for file, it in pairs:
        groups.setdefault((file.path, it.symbol), (file, []))[1].append(it)
    yield from groups.values()


def copies(groups: Iterable[tuple[FileDelta, list[Occurrence]]]) -> Iterator[list[tuple[FileDelta, list[Occurrence]]]]:
    """What `merged` yields, with those together that say the same in definitions of one name: copies of one hook."""
    same: dict[tuple[str, ...], list[tuple[FileDelta, list[Occurrence]]]] = {}
    for file, group in groups:
        bare = group[0].symbol.rpartition(".")[2]
        same.setdefault((bare, *sorted(f"{it.kind} {it.text}" for it in group)), []).append((file, group))
    yield from same.values()
