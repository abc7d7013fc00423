"""Which dodging forms took the place of plain ones, and which suppressions went with them.

The plain forms are looked for on both sides when a rule asks, and only in files that hold a dodging form.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct, field

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.kinds.dodges import DODGE
from pytest_agentaudit.facts.model import FileFacts, Occurrence
from pytest_agentaudit.facts.nodes import last
from pytest_agentaudit.facts.silencing import Suppression

if TYPE_CHECKING:
    from pytest_agentaudit.facts.plain_forms import Forms


class Dodged(Struct, frozen=True):
    """A dodging form that the change added. `replaced` is true where the plain form left the same definition;
    `unsilenced` holds the suppressions that left it.
    """

    occurrence: Occurrence
    replaced: bool
    unsilenced: tuple[Suppression, ...] = ()


class _Dodges(Struct):
    """What is known of one change's definitions."""

    delta: Delta
    names: Mapping[tuple[str, str], str]
    forms: dict[tuple[str, bool], Forms] = field(default_factory=dict)

    def of(self, file: FileDelta) -> Iterator[Dodged]:
        for it in file.new_ones(DODGE):
            was = self.names.get((file.path, it.symbol), it.symbol)
            wanted = (it.details["form"], it.details["name"])
            before, after = self._forms(file, old=True), self._forms(file, old=False)
            gone = before.get(was, Counter())[wanted] > after.get(it.symbol, Counter())[wanted]
            yield Dodged(it, gone, _unsilenced(file, was, it.symbol))

    def _forms(self, file: FileDelta, *, old: bool) -> Forms:
        key = (file.path, old)
        if key not in self.forms:
            side = file.pair.old if old else file.pair.new
            wanted = frozenset(last(it.details["name"]) for it in file.new_ones(DODGE))
            room = import_module("pytest_agentaudit.facts.plain_forms")  # few changes hold a dodging form
            self.forms[key] = room.plain_forms(side, wanted) if side else {}
        return self.forms[key]


def dodged(delta: Delta, *roles: FileRole) -> Iterator[tuple[FileDelta, Dodged]]:
    """Every dodging form that the change added in files of these roles."""
    names = {
        (pair.new_path, pair.new.qualified_name): pair.old.qualified_name
        for pair in delta.definitions
        if pair.old and pair.new
    }
    dodges = _Dodges(delta, names)
    for file in delta.files:
        if file.role in roles:
            for found in dodges.of(file):
                yield file, found


def _unsilenced(file: FileDelta, was: str, now: str) -> tuple[Suppression, ...]:
    """The suppressions that stood in a definition of the base and are not in it any more."""
    before, after = _in(file.old, was), _in(file.new, now)
    left = Counter((it.directive, it.codes) for it in after)
    gone: list[Suppression] = []
    for it in before:
        if left[it.directive, it.codes]:
            left[it.directive, it.codes] -= 1
        else:
            gone.append(it)
    return tuple(gone)


def _in(facts: FileFacts | None, symbol: str) -> list[Suppression]:
    """The suppressions of a definition; at module level, of the lines outside of all definitions."""
    if facts is None:
        return []
    spans = [(it.start_line, it.end_line) for it in facts.definitions if it.qualified_name == symbol or not symbol]
    inside = [it for it in facts.suppressions if any(start <= it.line <= end for start, end in spans)]
    return inside if symbol else [it for it in facts.suppressions if it not in inside]
