"""The rule escaped-type."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.annotations import RETURN, Loosened, loosened, new_any
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.kinds.shortcuts import CAST, HIDDEN_FROM_TYPES, PRECISE_NAME, UNCHECKED, VAGUE_NAME
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

SHOWN = 3
"""Escapes that a message names."""
OFTEN = 3
"""New casts to a precise type in one file from which on they are a pattern rather than an exception."""


class _Escape(Struct, frozen=True):
    """One place, and what happened there."""

    location: Location
    said: str


class EscapedType(Rule):
    """A type says less than before, so the checker finds less.

    Compared are the annotations of the same parameter, result, variable or field on both sides: one that became `Any`,
    `object` or a generic type without arguments, or is gone. Named too are new parameters and results of plain `Any`,
    casts to `Any` (or several to other types), names that only a type checker sees as `Any`, a module that claims to
    have any name, and functions that the checker was told to skip.

    Level: note; a definition that the type checker skips (`no_type_check`) is a warning.

    Why: every caller of a function that takes or returns `Any` is unchecked too.
    Fix: name the type; where several are possible, a union, a protocol or a type variable.
    Not a fix: `object` in place of `Any`; a cast to the type that was asked for.
    """

    name = "escaped-type"
    family = Family.SUPPRESSIONS
    level = Level.NOTE
    examples = kept_apart("escaped_type")

    def check(self, audit: Audit) -> Iterator[Finding]:
        """One finding for all that escaped in a file, and one for each function that is skipped."""
        slots: dict[str, list[Loosened]] = {}
        for it in (*loosened(audit.delta), *new_any(audit.delta)):
            slots.setdefault(it.path, []).append(it)
        for file in audit.files(FileRole.PRODUCT):
            yield from self._skipped(file)
            escapes = [*_slots(slots.get(file.path, [])), *_names(file), *_others(file)]
            if escapes:
                yield self._escaped(sorted(escapes, key=lambda it: it.location.line))

    def _skipped(self, file: FileDelta) -> Iterator[Finding]:
        for it in file.new_ones(UNCHECKED):
            yield self.finding(
                Location(file.path, it.line, it.end_line, it.symbol),
                f"`{it.text}`: type checkers skip all of `{it.symbol}`.",
                level=Level.WARNING,
                fix="annotate the function, and silence the one line where the checker is wrong, with its code",
                not_a_fix="`Any` for every parameter",
            )

    def _escaped(self, escapes: list[_Escape]) -> Finding:
        told = "; ".join(it.said for it in escapes[:SHOWN])
        rest = f"; and {len(escapes) - SHOWN} more" if len(escapes) > SHOWN else ""
        return self.finding(
            escapes[0].location,
            f"The type checker sees less here: {told}{rest}.",
            fix="name the type; where several are possible, a union, a protocol or a type variable",
            not_a_fix="`object` in place of `Any`, or a cast",
            related=tuple(it.location for it in escapes[1:]),
        )


def _slots(found: list[Loosened]) -> Iterator[_Escape]:
    for it in found:
        whose = f"the result of `{it.symbol}`" if it.slot == RETURN else f"`{it.slot}` of `{it.symbol}`"
        became = f"`{it.old}` became `{it.new}`" if it.new else f"`{it.old}` is gone"
        became = became if it.old else "`Any` from the start"
        yield _Escape(Location(it.path, it.line, it.line, it.symbol), f"{whose}: {became}")


def _names(file: FileDelta) -> Iterator[_Escape]:
    """Variables and fields whose precise annotation became a vague one."""
    before = {it.symbol: it.details["annotation"] for it in file.lost_ones(PRECISE_NAME)}
    for it in file.new_ones(VAGUE_NAME):
        if it.symbol in before:
            became = f"`{before[it.symbol]}` became `{it.details['annotation']}`"
            yield _Escape(Location(file.path, it.line, it.end_line, it.symbol), f"`{it.symbol}`: {became}")


def _others(file: FileDelta) -> Iterator[_Escape]:
    often = sum(1 for _ in file.new_ones(CAST)) >= OFTEN
    for it in file.new_ones(CAST, HIDDEN_FROM_TYPES):
        if it.kind == CAST and not (often or it.details["any"]):
            continue
        yield _Escape(Location(file.path, it.line, it.end_line, it.symbol), _said(it))


def _said(it: Occurrence) -> str:
    return f"a cast to `{it.details['to']}`" if it.kind == CAST else f"`{it.text}`: {it.details['how']}"
