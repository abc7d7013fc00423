"""The rule undeclared-dependency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.dependencies import Dependencies
from pytest_agentaudit.facts.foreign import Standing, Undeclared, orphaned, standing
from pytest_agentaudit.facts.kinds.shortcuts import FOREIGN_IMPORT, OPTIONAL, TYPING
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.model import Family, Finding, Level, Location, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart


class _Use(Struct, frozen=True):
    """A new import of one foreign package, where it stands first."""

    file: FileDelta
    first: Occurrence
    places: tuple[Location, ...]
    tests: bool


class UndeclaredDependency(Rule):
    """Code imports a package that the project does not declare.

    Counted as declared is what pyproject.toml (project, extras, dependency groups, Poetry, PDM, Hatch, uv, pixi),
    setup.cfg, setup.py, requirements files, Pipfile, environment files and tox.ini name, for the folder of the code
    or one above it. Module names that differ from what is installed (`yaml` and PyYAML) are known as far as they are
    well known. Silent: the standard library, the repository's own modules, what the base imports already, imports
    that may fail (`try ... except ImportError`), and those for type checkers alone.

    Level: warning for product code; note in tests, for a package that comes along with a declared one, where the
    change declares something new that may be it, and for one that is declared for development and gives the importing
    module its name (an optional integration).

    Why: the import works where the package happens to be installed, and fails for whoever installs the project.
    A name that nobody declared was checked by nobody either: assistants invent packages, and others register them.
    Fix: declare the package, with a lower bound, after looking at what the index holds under that name.
    Not a fix: catching the ImportError, or an import inside a function.
    """

    name = "undeclared-dependency"
    family = Family.STEPS
    level = Level.WARNING
    examples = kept_apart("undeclared_dependency")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each package."""
        dependencies = audit.delta.dependencies
        uses = tuple(_uses(audit))
        roots = frozenset(use.first.details["root"] for use in uses)
        for use in uses:
            said = standing(dependencies, use.file.path, use.first.details["module"], roots, tests=use.tests)
            if said.standing is Standing.UNKNOWN and not use.tests:
                yield NotJudged(f"`{said.root}` is imported, and nothing declares dependencies", use.file.path)
            elif said.standing in _SAID:
                yield self._found(use, said)
        yield from self._orphans(dependencies)

    def _found(self, use: _Use, said: Undeclared) -> Finding:
        aside = said.standing is Standing.DEVELOPMENT and _is_named_for(use)
        level = self.level if said.standing in _GRAVE and not aside else Level.NOTE
        because = _SAID[said.standing].format(said.by)
        return self.finding(
            use.places[0],
            f"`{said.root}` is imported; {because}.",
            level=Level.NOTE if use.tests else level,
            fix=f"declare the package that provides `{said.root}`, or do without it",
            not_a_fix="catching the ImportError; an import inside a function",
            related=use.places[1:],
        )

    def _orphans(self, dependencies: Dependencies) -> Iterator[Finding]:
        for old, path, line in orphaned(dependencies):
            yield self.finding(
                Location(old.path, old.line),
                f"`{old.name}` is no longer declared, and {path} still imports it.",
                evidence={"base": old.text, "head": f"{path}:{line}"},
                fix=f"declare `{old.name}` again, or remove the import",
                not_a_fix="catching the ImportError",
                related=(Location(path, line),),
            )


def _is_named_for(use: _Use) -> bool:
    """Whether the module that imports has its name from what it imports."""
    stem = use.file.path.rpartition("/")[2].removesuffix(".py").strip("_")
    return use.first.details["root"] in use.file.path or stem in use.first.details["module"].split(".")


_GRAVE = frozenset({Standing.NOWHERE, Standing.DEVELOPMENT})
_SAID = {
    Standing.NOWHERE: "no file of the project declares it",
    Standing.DEVELOPMENT: "the project declares it for development alone ({})",
    Standing.COMPANION: "it is there only because `{}` needs it",
    Standing.LOCKED: "no file declares it, and {} holds it for another package",
    Standing.PERHAPS: "no file declares it, unless `{}`, which is new, provides it",
}


def _uses(audit: Audit) -> Iterator[_Use]:
    """The foreign packages that the change began to import, product code first."""
    found: dict[tuple[bool, str], list[tuple[FileDelta, Occurrence]]] = defaultdict(list)
    for file in audit.files(FileRole.PRODUCT, FileRole.TEST, FileRole.CONFTEST):
        for it in file.new_ones(FOREIGN_IMPORT):
            if it.details["guard"] not in {OPTIONAL, TYPING}:
                found[file.role is not FileRole.PRODUCT, it.details["root"]].append((file, it))
    in_product = {root for tests, root in found if not tests}
    for (tests, root), group in sorted(found.items()):
        if not (tests and root in in_product):
            file, first = group[0]
            places = tuple(Location(other.path, it.line, 0, it.details["symbol"]) for other, it in group)
            yield _Use(file, first, places, tests)
