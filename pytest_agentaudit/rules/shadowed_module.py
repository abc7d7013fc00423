"""The rule shadowed-module."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.harness.shadowing import Shadow, Shadowing, shadowing
from pytest_agentaudit.model import Evidence, Family, Finding, Harness, Level, Location, Needs, NotJudged
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.bent_run import seen

_SHOP = {"shop/__init__.py": "", "shop/cart.py": "A = 1\n", "tests/test_cart.py": "def test_a():\n    assert 1\n"}
_SAYS = {
    Shadow.TOOL: "is imported in the place of the installed `{name}`, which runs, measures or audits the tests",
    Shadow.STANDARD: "is imported in the place of the standard library's `{name}`",
    Shadow.STARTER: "is run by every interpreter that starts with this folder on its path",
    Shadow.PATH_FILE: "holds code that an interpreter runs when it starts",
    Shadow.METADATA: "makes `{name}` look like an installed distribution, whose entry points pytest loads",
    Shadow.PRODUCT: "is imported by the tests in the place of the product's `{name}`",
}


def _example(
    title: str, path: str, *expect: str, text: str = "VALUE = 1\n", evidence: Evidence | None = None
) -> Example:
    return Example(title, before=_SHOP, after={**_SHOP, path: text}, expect=expect, evidence=evidence)


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
    examples = (
        _example("pytest itself", "pytest.py", "pytest.py:1 error", text="print('2 passed')\n"),
        _example("a package of a tool's name", "src/coverage/__init__.py", "src/coverage/__init__.py:1 error"),
        _example("a start-up file", "sitecustomize.py", "sitecustomize.py:1 error", text="import os\n"),
        _example(
            "a start-up file for PYTHONPATH",
            "tools/sitecustomize.py",
            "tools/sitecustomize.py:1 warning",
            text="import os\n",
        ),
        Example(
            "a copy of the product beside the tests",
            before={**_SHOP, "src/cart.py": "A = 1\n", "tests/test_cart.py": "from cart import A\n"},
            after={
                **_SHOP,
                "src/cart.py": "A = 1\n",
                "tests/test_cart.py": "from cart import A\n",
                "tests/cart.py": "A = 2\n",
            },
            expect=("tests/cart.py:1 error",),
        ),
        Example(
            "a name of the product in a package of tests",
            before={**_SHOP, "src/cart.py": "A = 1\n", "tests/__init__.py": "", "tests/test_cart.py": "A = 1\n"},
            after={
                **_SHOP,
                "src/cart.py": "A = 1\n",
                "tests/__init__.py": "",
                "tests/test_cart.py": "A = 1\n",
                "tests/cart.py": "A = 2\n",
            },
        ),
        _example("a path file with code", "evil.pth", "evil.pth:1 error", text="import os; os.environ\n"),
        _example(
            "metadata of a distribution",
            "quiet.dist-info/entry_points.txt",
            "quiet.dist-info/entry_points.txt:1 error",
            text="[pytest11]\nquiet = quiet\n",
        ),
        _example("a module of the standard library", "json.py", "json.py:1 warning"),
        _example("in a folder of tests that is no package", "tests/random.py", "tests/random.py:1 warning"),
        _example(
            "the run imported it",
            "json.py",
            "json.py:1 error",
            evidence=Evidence(harness=Harness(shadowed=(("json", "json.py"),))),
        ),
        _example("inside a package", "shop/json.py"),
        _example("in a package of tests", "tests/unit/types.py"),
        _example(
            "coverage in child processes",
            "sitecustomize.py",
            text="import coverage\n\ncoverage.process_startup()\n",
        ),
        Example(
            "test files of one name in two folders",
            before={**_SHOP, "src/test_cart.py": "def test_a():\n    assert 1\n"},
            after={
                **_SHOP,
                "src/test_cart.py": "def test_a():\n    assert 1\n",
                "tests/test_cart.py": "def test_b():\n    assert 1\n",
            },
        ),
        Example(
            "in a package with a module that is called setup",
            before={**_SHOP, "shop/cmd/__init__.py": "", "shop/cmd/setup.py": "def setup():\n    return 1\n"},
            after={
                **_SHOP,
                "shop/cmd/__init__.py": "",
                "shop/cmd/setup.py": "def setup():\n    return 1\n",
                "shop/cmd/code.py": "A = 1\n",
            },
        ),
        _example("weights of a model", "model.pth", text="\0\0PK\3\4import"),
        _example("metadata that tests read", "tests/data/pkg-1.0.dist-info/METADATA", text="Name: pkg\n"),
        Example(
            "one that was there before",
            before={**_SHOP, "json.py": "A = 1\n"},
            after={**_SHOP, "json.py": "A = 2\n"},
        ),
    )

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
