"""The rule always-equal."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.kinds.shortcuts import CONSTANT_METHOD
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart

_DOES = {
    "__eq__": "is equal to whatever it is compared with",
    "__ne__": "never differs from what it is compared with",
    "__contains__": "contains whatever is looked for",
    "__instancecheck__": "calls every object an instance",
}


class AlwaysEqual(Rule):
    """Product code has an object that is equal to everything.

    Level: error where its class extends a built-in value (`int`, `str`, `list`) or a function of the product returns
    it; note where its class says that it is a wildcard and no function returns it, and for an order or a membership
    that always holds; warning otherwise.

    Why: an assertion that compares with such an object passes whatever the code computed.
    Fix: compare what the objects hold, or return the plain value.
    Not a fix: a comparison that looks at the other object and ignores what it saw.
    """

    name = "always-equal"
    family = Family.SHORTCUTS
    level = Level.WARNING
    examples = kept_apart("always_equal")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each class, at its gravest method."""
        for file in audit.files(FileRole.PRODUCT):
            by_class: dict[str, list[Occurrence]] = {}
            for it in file.new_ones(CONSTANT_METHOD):
                by_class.setdefault(_owner(it), []).append(it)
            for group in by_class.values():
                first, *rest = sorted(group, key=lambda it: (_level(it).rank, it.line))
                owner, method = _owner(first), first.details["method"]
                yield self.finding(
                    Location(file.path, first.line, first.end_line, first.symbol),
                    f"`{owner or file.path}` {_DOES.get(method, f'answers `{method}` the same whatever it is given')}.",
                    level=_level(first),
                    evidence={"head": first.text},
                    fix="compare what the objects hold, or return the plain value",
                    not_a_fix="a comparison that ignores what it saw",
                    related=tuple(Location(file.path, it.line, it.end_line, it.symbol) for it in rest),
                )


def _owner(it: Occurrence) -> str:
    """The class around a method."""
    return it.symbol.rpartition(".")[0] if it.symbol.endswith(f".{it.details['method']}") else it.symbol


def _level(it: Occurrence) -> Level:
    if it.details["method"] not in {"__eq__", "__ne__"}:
        return Level.WARNING if it.details["base"] else Level.NOTE
    if it.details["returned_by"] or it.details["base"]:
        return Level.ERROR
    return Level.NOTE if it.details["matcher"] else Level.WARNING
