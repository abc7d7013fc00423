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
from pytest_agentaudit.rules.base import Audit, Example, Rule

SHOWN = 3
"""Escapes that a message names."""
OFTEN = 3
"""New casts to a precise type in one file from which on they are a pattern rather than an exception."""

_SHOP = "from typing import Any, cast\n\n\ndef load(user: User, path: str = '') -> Token:\n    return make(user)\n"
_CLASS = "from typing import Any\n\n\nclass Order:\n    buyer: User\n    total: int = 0\n"


def _example(title: str, before: str, after: str, *expect: str, path: str = "shop/a.py") -> Example:
    return Example(title, {"shop/__init__.py": "", path: before}, {"shop/__init__.py": "", path: after}, expect)


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
    examples = (
        _example(
            "a parameter and the result became Any",
            _SHOP,
            _SHOP.replace("User,", "Any,").replace("Token", "Any"),
            "shop/a.py:4 note",
        ),
        _example(
            "annotations are gone", _SHOP, _SHOP.replace(": User", "").replace(" -> Token", ""), "shop/a.py:4 note"
        ),
        _example(
            "a generic type lost its arguments",
            "def names() -> dict[str, int]: ...\n",
            "def names() -> dict: ...\n",
            "shop/a.py:1 note",
        ),
        _example("a field", _CLASS, _CLASS.replace("buyer: User", "buyer: Any"), "shop/a.py:5 note"),
        _example("a cast", _SHOP, _SHOP.replace("make(user)", "cast(Any, make(user))"), "shop/a.py:5 note"),
        _example(
            "the checker skips the function",
            _SHOP,
            _SHOP.replace("import Any, cast", "import no_type_check").replace("def load", "@no_type_check\ndef load"),
            "shop/a.py:4 warning",
        ),
        _example(
            "only the checker sees Any",
            "from shop.net import Client\n",
            "from typing import TYPE_CHECKING, Any\n\nif TYPE_CHECKING:\n    Client = Any\nelse:\n"
            "    from shop.net import Client\n",
            "shop/a.py:4 note",
        ),
        _example(
            "new parameters take Any",
            _SHOP,
            _SHOP + "\n\ndef pay(sum: Any, **more: Any) -> Any:\n    return charge(sum)\n",
            "shop/a.py:8 note",
        ),
        _example(
            "a module that has every name",
            _SHOP,
            _SHOP + "\n\ndef __getattr__(name):\n    return lookup(name)\n",
            "shop/a.py:8 note",
        ),
        _example("more precise than before", _SHOP.replace("User,", "Any,"), _SHOP),
        _example("another type", _SHOP, _SHOP.replace("Token", "Token | None")),
        _example(
            "a new function that takes anything",
            _SHOP,
            _SHOP + "\n\ndef show(value: object) -> None:\n    print(value)\n",
        ),
        _example("one cast", _SHOP, _SHOP.replace("make(user)", "cast(Token, make(user))")),
        _example("vague before", "def names() -> dict: ...\n", "def names() -> dict[str, Any]: ...\n"),
        _example(
            "an equality takes any object",
            "class A:\n    def __eq__(self, other: 'A') -> bool:\n        return True\n",
            "class A:\n    def __eq__(self, other: object) -> bool:\n        return True\n",
        ),
    )

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
