"""Whether tests may run a changed function, as far as names tell."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.callers import registers
from pytest_agentaudit.facts.changed import ChangedFunction
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.imports import module_name, names_of
from pytest_agentaudit.facts.model import Definition


def expect(delta: Delta, functions: Iterable[ChangedFunction]) -> None:
    """Say beforehand of which functions `is_known` is going to be asked."""
    delta.reaching.expect(name for it in functions if not _is_registered(it) for name in _names(it))


def is_known(delta: Delta, function: ChangedFunction) -> bool:
    """Whether a test or a framework may call the function, as far as names tell."""
    return _is_registered(function) or _is_named(delta, function)


def _is_registered(function: ChangedFunction) -> bool:
    """Whether a decorator may hand the function to a framework that calls it."""
    return any(registers(text.partition("(")[0]) for text in function.definition.decorators)


def _is_named(delta: Delta, function: ChangedFunction) -> bool:
    """Whether a test names the function, its class, or what calls them."""
    names = _names(function)
    module = module_name(function.path).rpartition(".")[2]
    return not names or delta.reaching(names, module)


def _names(function: ChangedFunction) -> list[str]:
    return [it.bare_name for it in (*function.owners, function.definition) if not _is_special(it)]


def _is_special(definition: Definition) -> bool:
    """Whether Python itself calls it (`__init__`, a module's `__getattr__`): a test would use its class, or nothing."""
    return definition.bare_name.startswith("__") and definition.bare_name.endswith("__")


def imported_by_new_tests(delta: Delta) -> frozenset[str]:
    """What the test files to which the change adds lines import: dotted names, and all that these begin with."""
    tests = (it for it in delta.files if it.role is FileRole.TEST and it.new and it.pair.added)
    origins = {origin for it in tests if it.new for origin in it.new.imports.values()}
    return frozenset(start for origin in origins for start in accumulate(origin.split("."), "{}.{}".format))


def is_imported(path: str, imported: frozenset[str]) -> bool:
    """Whether the module at `path` is among these imports, or something in it is."""
    return not imported.isdisjoint(names_of(path))
