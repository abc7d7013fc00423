"""Rules: one file each, found by listing this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType

from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.siblings import modules_of

__all__ = ["Audit", "Example", "Rule", "builtin_rules", "by_name"]


@cache
def builtin_rules() -> tuple[type[Rule], ...]:
    """Every rule class of this folder, by name."""
    modules = (import_module(f"{__name__}.{name}") for name in sorted(modules_of(__path__) - {"base"}))
    return tuple(sorted((rule for it in modules for rule in _defined(it)), key=lambda rule: rule.name))


def _defined(module: ModuleType) -> Iterator[type[Rule]]:
    """The rules that a module defines itself. Its other classes are not asked for a subclass' sake: an abstract class
    goes through all of its subclasses for the answer.
    """
    for value in vars(module).values():
        if isinstance(value, type) and value.__module__ == module.__name__ and Rule in value.__mro__:
            yield value


def by_name(rules: Iterable[type[Rule]]) -> dict[str, type[Rule]]:
    """The rules under their names; ValueError where two claim the same."""
    named: dict[str, type[Rule]] = {}
    for rule in rules:
        if named.setdefault(rule.name, rule) is not rule:
            raise ValueError(f"two rules are named {rule.name!r}: {named[rule.name].__module__} and {rule.__module__}")
    return named
