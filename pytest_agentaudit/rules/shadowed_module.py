"""The rule shadowed-module."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.harness.shadowing import Shadow, Shadowing, shadowing
from pytest_agentaudit.model import Family, Finding, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Rule, kept_apart
from pytest_agentaudit.rules.bent_run import seen

_SAYS = {
    Shadow.TOOL: "is imported in the place of the installed `{name}`, which runs, measures or audits the tests",
    Shadow.STANDARD: "is imported in the place of the standard library's `{name}`",
    Shadow.STARTER: "is run by every interpreter that starts with this folder on its path",
    Shadow.PATH_FILE: "holds code that an interpreter runs when it starts",
    Shadow.METADATA: "makes `{name}` look like an installed distribution, whose entry points pytest loads",
    Shadow.PRODUCT: "is imported by the tests in the place of the product's `{name}`",
}


class ShadowedModule(Rule):
    """A new file is imported in the place of a module of Python, a test tool or the product.

    A module or package of such a name at a folder that imports start from, `sitecustomize` and `usercustomize`, a
    `.pth` file with code, metadata of a distribution (`*.dist-info`), a module beside the tests that has the name of
    one of the product's.

    Level: error for test tools, start-up files, `.pth` files with code, metadata with entry points and the product's
    own modules, and where the run imported the file in the place of the standard library's module; warning for another
    module of the standard library, and for start-up files in other folders. A module inside a package, and a start-up
    file that only begins coverage in child processes, are silent.

    Why: `python -m pytest` runs this file instead of the tool, before anything can look.
    Fix: give the module another name, or move it into a package.
    Not a fix: importing the real one from inside it.
    """

    name = "shadowed-module"
    family = Family.HARNESS
    level = Level.ERROR
    of_files = True
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = kept_apart("shadowed_module")

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each module or folder."""
        run = seen(audit)
        imported = {path: name for name, path in run.shadowed} if run else {}
        for it in shadowing(audit.change, audit.delta.new_settings):
            taken = it.path in imported
            yield self.finding(
                Location(it.path),
                f"`{it.path}` {_SAYS[it.kind].format(name=it.name)}.",
                level=Level.ERROR if taken else _level(it),
                evidence={"proof": f"in this run `{it.name}` was imported from {it.path}"} if taken else {},
                fix="give the module another name, or move it into a package",
                not_a_fix="importing the real module from inside it",
            )


def _level(it: Shadowing) -> Level:
    if (
        it.aside
        or it.kind is Shadow.STANDARD
        or (it.kind is Shadow.METADATA and not it.path.endswith("entry_points.txt"))
    ):
        return Level.WARNING
    return Level.ERROR
