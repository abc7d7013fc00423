"""Rules: one file each, found by listing this folder."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from pytest_agentaudit.rules.base import Audit, Example, Rule

__all__ = ["Audit", "Example", "Rule", "builtin_rules", "by_name"]


@cache
def builtin_rules() -> tuple[type[Rule], ...]:
    """Every rule class of this folder, by name."""
    found: set[type[Rule]] = set()
    for module in iter_modules(__path__):
        if module.name != "base":
            names = vars(import_module(f"{__name__}.{module.name}")).values()
            found |= {
                value for value in names if isinstance(value, type) and issubclass(value, Rule) and value is not Rule
            }
    return tuple(sorted(found, key=lambda rule: rule.name))


def by_name(rules: Iterable[type[Rule]]) -> dict[str, type[Rule]]:
    """The rules under their names; ValueError where two claim the same."""
    named: dict[str, type[Rule]] = {}
    for rule in rules:
        if named.setdefault(rule.name, rule) is not rule:
            raise ValueError(f"two rules are named {rule.name!r}: {named[rule.name].__module__} and {rule.__module__}")
    return named
