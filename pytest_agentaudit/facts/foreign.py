"""How the modules of other people's packages stand to what a project declares."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from pytest_agentaudit.facts.declarations import ANY_LIST, Purpose, Requirement
from pytest_agentaudit.facts.dependencies import Dependencies
from pytest_agentaudit.facts.distributions import STANDARD, comes_with, provides, roots_of
from pytest_agentaudit.later import later

if TYPE_CHECKING:
    from pytest_agentaudit.facts.loosened import fresh, gone
else:
    fresh, gone = later("pytest_agentaudit.facts.loosened", "fresh", "gone")


class Standing(StrEnum):
    """What is known of an imported module's package."""

    FINE = "declared, own, or imported at base already"
    NOWHERE = "declared nowhere"
    DEVELOPMENT = "declared for development alone"
    COMPANION = "installed for another package"
    LOCKED = "in the lock file, for another package"
    PERHAPS = "perhaps under a name that does not tell"
    UNKNOWN = "nothing is declared for such code at all"


class Undeclared(Struct, frozen=True):
    """A module's root with its standing; `by` names the distribution or place that the standing speaks of."""

    root: str
    standing: Standing
    by: str = ""


FOR_TESTS = ("test", "conftest", "mock", "fixture", "plugin")
"""Words in the path of product code that is written for tests, and may need what tests need."""

_FOR_USERS = frozenset({Purpose.RUNTIME, Purpose.EXTRA})


def standing(dependencies: Dependencies, path: str, module: str, roots: frozenset[str], *, tests: bool) -> Undeclared:
    """How a module that the file at `path` begins to import stands. `roots` are all roots that the change adds."""
    root = module.partition(".")[0]
    if dependencies.old.is_imported_beside(root, path, tests=tests) or dependencies.is_own(root, path):
        return Undeclared(root, Standing.FINE)
    return _by_manifests(dependencies, path, module, roots, tests=tests)


def _by_manifests(
    dependencies: Dependencies, path: str, module: str, roots: frozenset[str], *, tests: bool
) -> Undeclared:
    root = module.partition(".")[0]
    declared = dependencies.new.declared(path)
    match = [it for it in declared if provides(it.name, module)]
    if _is_for(match, path, tests=tests):
        return Undeclared(root, Standing.FINE)
    if dependencies.old.importers(root, tests=tests):
        return Undeclared(root, Standing.FINE)
    if match:
        return Undeclared(root, Standing.DEVELOPMENT, f"{match[0].path}: {match[0].where}")
    if not (any(it.purpose is Purpose.DEVELOPMENT for it in declared) if tests else declared):
        return Undeclared(root, Standing.UNKNOWN)
    names = {it.name for it in declared if tests or it.purpose in _FOR_USERS}
    if by := comes_with(names, module):
        return Undeclared(root, Standing.COMPANION, by)
    return Undeclared(root, *_hidden(dependencies, path, module, roots))


def _hidden(dependencies: Dependencies, path: str, module: str, roots: frozenset[str]) -> tuple[Standing, str]:
    """Where a package may come from that nobody declares under a name that tells."""
    if by := dependencies.new.locked_for(module, path):
        return Standing.LOCKED, by
    unknown = sorted(name for name in fresh(dependencies) if not any(provides(name, it) for it in roots))
    return (Standing.PERHAPS, unknown[0]) if unknown else (Standing.NOWHERE, "")


def _is_for(match: list[Requirement], path: str, *, tests: bool) -> bool:
    """Whether one of these requirements is installed where the code at `path` runs."""
    aside = tests or any(word in path.lower() for word in FOR_TESTS)
    return any(aside or it.purpose in _FOR_USERS for it in match)


def orphaned(dependencies: Dependencies) -> Iterator[tuple[Requirement, str, int]]:
    """What is no longer declared although product code still imports it: the old requirement, a path and a line."""
    if not dependencies.manifests_changed:
        return
    seen: set[str] = set()
    for old in gone(dependencies):
        if old.purpose not in _FOR_USERS or old.locked or old.name in seen or _is_any_list(old):
            continue
        seen.add(old.name)
        for root in sorted(set(roots_of(old.name)) - STANDARD):
            places = () if root in dependencies.new.modules else dependencies.new.importers(root, tests=False, top=True)
            for path, line in places[:1]:
                if not any(provides(it.name, root) for it in dependencies.new.declared(path)):
                    yield old, path, line


def _is_any_list(it: Requirement) -> bool:
    """Whether a name stood in a list of code that may hold anything."""
    return it.where == ANY_LIST and not it.specifier
