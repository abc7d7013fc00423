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
from pytest_agentaudit.rules.base import Audit, Example, Rule

_PYPROJECT = '[project]\nname = "shop"\ndependencies = [\n  "requests>=2",\n]\n'
_PLAIN = "import json\n\n\ndef dump(order):\n    return json.dumps(order)\n"
_FAST = "import orjson\n\n\ndef dump(order):\n    return orjson.dumps(order)\n"
_LAZY = "import json\n\n\ndef dump(order):\n    import orjson\n\n    return orjson.dumps(order)\n"
_OPTIONAL = """\
try:
    import orjson as json
except ImportError:
    import json


def dump(order):
    return json.dumps(order)
"""


def _example(
    title: str,
    after: str,
    *expect: str,
    path: str = "shop/dump.py",
    manifests: tuple[str, str] = (_PYPROJECT, _PYPROJECT),
    more: dict[str, str] | None = None,
) -> Example:
    """An example with pyproject.toml on both sides and one file that imported nothing foreign."""
    both = more or {}
    return Example(
        title,
        before={"pyproject.toml": manifests[0], path: _PLAIN, "shop/__init__.py": "", **both},
        after={"pyproject.toml": manifests[1], path: after, "shop/__init__.py": "", **both},
        expect=expect,
    )


def _with(*lines: str) -> str:
    """The project's metadata with more lines."""
    return "\n".join([_PYPROJECT.rstrip("\n"), *lines, ""])


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
    examples = (
        _example("at the top of a module", _FAST, "shop/dump.py:1 warning"),
        _example("inside a function", _LAZY, "shop/dump.py:5 warning"),
        Example(
            "a module beside it, in a package that puts its folder on the path",
            before={"pyproject.toml": _with(), "hooks/shared/__init__.py": ""},
            after={
                "pyproject.toml": _with(),
                "hooks/shared/__init__.py": "",
                "hooks/shared/engine.py": "LIMIT = 3\n",
                "hooks/shared/learn.py": "from engine import LIMIT\n\nTWICE = 2 * LIMIT\n",
            },
        ),
        _example(
            "declared for development alone",
            _FAST,
            "shop/dump.py:1 warning",
            manifests=(_with("[dependency-groups]", 'dev = ["orjson"]'),) * 2,
        ),
        _example(
            "an integration with what is declared for development",
            _FAST,
            "shop/_orjson_schema.py:1 note",
            path="shop/_orjson_schema.py",
            manifests=(_with("[dependency-groups]", 'dev = ["orjson"]'),) * 2,
        ),
        _example(
            "an integration with a part of what is declared for development",
            _FAST.replace("import orjson", "from traced.tools.orjson import orjson"),
            "shop/tools/orjson.py:1 note",
            path="shop/tools/orjson.py",
            manifests=(_with("[dependency-groups]", 'dev = ["traced-tools-orjson"]'),) * 2,
        ),
        _example(
            "no longer declared, still imported",
            _PLAIN,
            "pyproject.toml:4 warning",
            manifests=(_PYPROJECT, _PYPROJECT.replace('  "requests>=2",\n', "")),
            more={"shop/client.py": "import requests\n"},
        ),
        _example(
            "in a test",
            _FAST,
            "tests/test_dump.py:1 note",
            path="tests/test_dump.py",
            manifests=(_with("[dependency-groups]", 'dev = ["pytest"]'),) * 2,
        ),
        _example(
            "it comes along with another package",
            _PLAIN.replace("import json\n", "import json\nimport urllib3\n"),
            "shop/dump.py:2 note",
        ),
        _example(
            "declared in the same change",
            _FAST,
            manifests=(_PYPROJECT, _with('license = "x"').replace('"requests>=2",', '"requests>=2", "orjson>=3",')),
        ),
        _example("it may fail", _OPTIONAL),
        _example(
            "in a branch that asks whether it is there",
            "import json\n\n\ndef dump(order):\n    if Packages.orjson.imported():\n        import orjson\n\n"
            "        return orjson.dumps(order)\n    return json.dumps(order)\n",
        ),
        _example(
            "in a branch that asks for something else",
            "import json\n\n\ndef dump(order):\n    if order.is_fast():\n        import orjson\n\n"
            "        return orjson.dumps(order)\n    return json.dumps(order)\n",
            "shop/dump.py:6 warning",
        ),
        _example(
            "for type checkers alone",
            "import json\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from orjson import Fragment\n"
            + _PLAIN,
        ),
        _example(
            "under another name",
            _PLAIN.replace("import json\n", "import json\nimport yaml\nfrom google.cloud import storage\n"),
            manifests=(_with("[project.optional-dependencies]", 'all = ["PyYAML", "google-cloud-storage"]'),) * 2,
        ),
        _example(
            "the repository's own",
            _PLAIN.replace("import json", "import json\nimport helpers"),
            more={
                "src/helpers/__init__.py": "",
            },
        ),
        _example("imported at base already", _FAST, more={"shop/other.py": "import orjson\n"}),
        _example(
            "in a requirements file", _FAST, manifests=("", ""), more={"requirements/base.txt": "orjson==3.10.7\n"}
        ),
        _example("in a test of a project that declares nothing for tests", _FAST, path="tests/test_dump.py"),
        Example(
            "it only moved",
            before={"pyproject.toml": _PYPROJECT, "shop/__init__.py": "", "shop/dump.py": _FAST},
            after={
                "pyproject.toml": _PYPROJECT,
                "shop/__init__.py": "",
                "shop/fast/dump.py": _FAST,
                "shop/dump.py": "",
            },
        ),
    )

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
