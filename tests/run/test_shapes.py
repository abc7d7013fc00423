"""Proofs on every shape of project and test: a test that shows the change, one that does not, one that asks nothing.

Each shape changes three functions in the same way. What comes with the first notices the change; with the second,
passes without it; with the third, calls it and looks at nothing.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

import pytest

from tests.support.audited import Project, Run

NAMES = ("shown", "idle", "bare")
MUTANTS = ("--agent-audit-prove=mutants", "--agent-audit-budget=600s")
"""The budget is more than any machine takes."""
FUNCTION = "def {name}(items):\n    return {result}\n"
OLD, NEW = "sum(items)", "sum(it for it in items if it > 0)"
REFUND = {"shown": -3, "idle": 0, "bare": -3}
LAYOUT = '[tool.pytest.ini_options]\npythonpath = ["src"]\ntestpaths = ["tests"]\n'
LOOPS = 'asyncio_default_fixture_loop_scope = "function"'
KEPT = "def test_kept():\n    assert True is not False\n"


def product(result: str) -> str:
    return "\n\n".join(FUNCTION.format(name=name, result=result) for name in NAMES)


def call(name: str) -> str:
    return f"{name}([4, {REFUND[name]}])"


def plain(name: str, asked: str = "") -> str:
    asked = asked or call(name)
    return asked if name == "bare" else f"assert {asked} == 4"


def method(name: str, asked: str = "") -> str:
    asked = asked or call(name)
    return asked if name == "bare" else f"self.assertEqual({asked}, 4)"


@dataclass(frozen=True)
class Shape:
    """`head` is what the test module begins with, `each` what it holds for a function of the product; `within` indents
    that (a class). `files` stand on both sides. `module` is where tests import from, `source` where that lies.
    """

    head: str = ""
    each: Callable[[str], str] = lambda name: f"def test_{name}():\n    {plain(name)}\n"
    within: str = ""
    files: Mapping[str, str] = field(default_factory=lambda: {"pyproject.toml": LAYOUT})
    module: str = "shop"
    source: str = "src/shop.py"
    test: str = "tests/test_shop.py"
    arguments: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()

    def tests(self) -> str:
        """The module that comes with the change."""
        bodies = "\n\n".join(self.each(name) for name in NAMES)
        held = f"{self.within}\n{indent(bodies, '    ')}" if self.within else bodies
        return f"from {self.module} import {', '.join(NAMES)}\n{self.head}\n\n{held}"


def asynchronous(mark: str = "") -> Callable[[str], str]:
    def each(name: str) -> str:
        return f"{mark}async def test_{name}():\n    await sleep(0)\n    {plain(name)}\n"

    return each


def settings(*lines: str) -> dict[str, str]:
    return {"pyproject.toml": "\n".join((LAYOUT.rstrip(), *lines, ""))}


def _given(name: str) -> str:
    return f"@given(strategies.just({REFUND[name]}))\ndef test_{name}(n):\n    {plain(name, f'{name}([4, n])')}\n"


def _sub_test(name: str) -> str:
    return (
        f"def test_{name}(self):\n    for n in (0, {REFUND[name]}):\n        with self.subTest(n=n):\n"
        f"            {method(name, f'{name}([4, n])')}\n"
    )


def _with_fixture(name: str) -> str:
    return f"def test_{name}(four):\n    {plain(name, f'{name}([four, {REFUND[name]}])')}\n"


def _fixture(scope: str) -> str:
    return f"\nimport pytest\n\n\n@pytest.fixture(scope='{scope}')\ndef four():\n    return 4\n"


def _prepared(name: str) -> str:
    return f"def test_{name}(self):\n    {method(name, f'{name}([self.four, {REFUND[name]}])')}\n"


def _from_class_fixture(name: str) -> str:
    return f"def test_{name}(self, four):\n    {plain(name, f'{name}([four, {REFUND[name]}])')}\n"


_FLAT = {"pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n', "shop/__init__.py": ""}

KINDS = {
    "functions": Shape(),
    "a class": Shape(each=lambda name: f"def test_{name}(self):\n    {plain(name)}\n", within="class TestShop:"),
    "a fixture of a class": Shape(head=_fixture("class"), each=_from_class_fixture, within="class TestShop:"),
    "unittest": Shape(
        head="import unittest",
        each=_prepared,
        within="class ShopTest(unittest.TestCase):\n    def setUp(self):\n        self.four = 4\n",
    ),
    "unittest with sub-tests": Shape(
        head="import unittest", each=_sub_test, within="class ShopTest(unittest.TestCase):"
    ),
    "unittest with coroutines": Shape(
        head="import unittest\nfrom asyncio import sleep",
        each=lambda name: f"async def test_{name}(self):\n    await sleep(0)\n    {method(name)}\n",
        within="class ShopTest(unittest.IsolatedAsyncioTestCase):",
    ),
    "pytest-asyncio, strict": Shape(
        head="import pytest\nfrom asyncio import sleep",
        each=asynchronous("@pytest.mark.asyncio\n"),
    ),
    "anyio": Shape(
        head="import pytest\nfrom anyio import sleep\n\npytestmark = pytest.mark.anyio\n\n\n"
        "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n",
        each=asynchronous(),
    ),
    "hypothesis": Shape(head="from hypothesis import given, strategies", each=_given),
    "a fixture of the session": Shape(head=_fixture("session"), each=_with_fixture),
    "a fixture of the module": Shape(head=_fixture("module"), each=_with_fixture),
}
"""Shapes of tests, which can live side by side."""

SHAPES = {
    "pytest-asyncio, auto": Shape(
        head="from asyncio import sleep",
        each=asynchronous(),
        files=settings('asyncio_mode = "auto"', LOOPS),
        plugins=("asyncio",),
    ),
    "a conftest in a sub-folder": Shape(
        each=_with_fixture,
        files=settings() | {"tests/unit/conftest.py": _fixture("package").lstrip(), "tests/conftest.py": ""},
        test="tests/unit/test_shop.py",
    ),
    "a package in src": Shape(
        files=settings() | {"src/shop/__init__.py": "from .price import bare, idle, shown\n"},
        source="src/shop/price.py",
    ),
    "a flat package": Shape(files=_FLAT, module="shop.price", source="shop/price.py"),
    "a flat package with tests in it": Shape(
        files={"pyproject.toml": "[tool.pytest.ini_options]\n", "shop/__init__.py": "", "shop/tests/__init__.py": ""},
        module="shop.price",
        source="shop/price.py",
        test="shop/tests/test_price.py",
    ),
    "a namespace package": Shape(files=settings(), module="firm.shop.price", source="src/firm/shop/price.py"),
    "a namespace package, imported by path": Shape(
        files=settings('addopts = ["--import-mode=importlib"]'),
        module="firm.shop.price",
        source="src/firm/shop/price.py",
        test="tests/price/test_shop.py",
    ),
    "tests imported by path": Shape(files=settings('addopts = ["--import-mode=importlib"]')),
}
"""Shapes of projects."""


def changed(project: Project, shape: Shape, tests: str) -> None:
    """Leave the base committed, and the change in the work tree."""
    project.write(dict.fromkeys(("pyproject.toml", "src/shop.py", "tests/test_shop.py")))
    (project.path / "src").rmdir()
    project.commit({**shape.files, "tests/test_kept.py": KEPT, shape.source: product(OLD)})
    project.write({shape.source: product(NEW), shape.test: tests})


FOUND = {"test_idle": "warning", "test_bare": "error"}


def by_file(run: Run) -> dict[str, dict[str, str]]:
    """Level by test, of what unproven-test found, file by file."""
    assert run.report, run.text
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for it in run.report["findings"]:
        if it["rule"] == "unproven-test":
            found[it["path"]][it["symbol"].rpartition(".")[2]] = it["level"]
    return found


def unproven(run: Run) -> dict[str, str]:
    """The same of all files together."""
    return {name: level for found in by_file(run).values() for name, level in found.items()}


def numbered(text: str, number: int) -> str:
    """The text with names of the product, and of its module, that no other shape has."""
    text = re.sub(rf"\b({'|'.join(NAMES)})\b", rf"\1_{number}", text)
    return text.replace("from shop import", f"from shop_{number} import")


def test_shapes_of_tests(project: Project) -> None:
    project.write(dict.fromkeys(("pyproject.toml", "src/shop.py", "tests/test_shop.py")))
    each = list(enumerate(KINDS.values()))
    old, new = ({f"src/shop_{at}.py": numbered(product(side), at) for at, _ in each} for side in (OLD, NEW))
    project.commit({**settings('asyncio_mode = "strict"', LOOPS), "tests/test_kept.py": KEPT, **old})
    project.write(new | {f"tests/test_{at}.py": numbered(it.tests(), at) for at, it in each})
    run = project.pytest(*MUTANTS, plugins=("asyncio", "anyio"))
    found = by_file(run)
    assert {name: found[f"tests/test_{at}.py"] for at, name in enumerate(KINDS)} == dict.fromkeys(KINDS, FOUND), (
        run.text
    )
    assert run.reasons == "", run.text


@pytest.mark.parametrize("name", SHAPES)
def test_shape(project: Project, name: str) -> None:
    shape = SHAPES[name]
    changed(project, shape, shape.tests())
    run = project.pytest(*MUTANTS, *shape.arguments, plugins=shape.plugins)
    assert unproven(run) == FOUND, run.text
    assert run.reasons == "", run.text


DOCTEST = LAYOUT.replace('"tests"', '"."') + 'addopts = ["--doctest-modules", "--doctest-glob=*.rst"]\n'


def test_examples_of_a_text(project: Project) -> None:
    shape = Shape(files={"pyproject.toml": DOCTEST})
    texts = {f"docs/{name}.rst": f">>> from shop import {name}\n>>> {call(name)}\n4\n" for name in NAMES}
    changed(project, shape, KEPT)
    project.write(texts)
    run = project.pytest(*MUTANTS)
    assert by_file(run) == {"docs/idle.rst": {"rst": "warning"}}, run.text
    assert "The examples of `docs/idle.rst` also pass without the change of `idle`" in run.text
    assert run.reasons == "", run.text


def test_examples_in_docstrings_meet_the_base_s_functions(project: Project) -> None:
    shape = Shape(files={"pyproject.toml": DOCTEST})
    asked = {name: f'    """{name}.\n\n    >>> {call(name)}\n    4\n    """\n' for name in NAMES}
    head = "\n\n".join(f"def {name}(items):\n{asked[name]}    return {NEW}\n" for name in NAMES)
    new = '\n\ndef more(items):\n    """More.\n\n    >>> more([1])\n    2\n    """\n    return len(items) + 1\n'
    changed(project, shape, KEPT)
    project.write({shape.source: head + new})
    run = project.pytest(*MUTANTS)
    assert by_file(run) == {shape.source: {"idle": "warning"}}, run.text
    assert "The examples of `idle` also pass without the change of `idle`" in run.text
    assert run.reasons == "", run.text


def test_an_example_edited_with_its_function(project: Project) -> None:
    shape = Shape(files={"pyproject.toml": DOCTEST})
    text = 'def shown(items):\n    """Sum.\n\n    >>> shown([4, -3])\n    {}\n    """\n    return {}\n'
    project.commit({**shape.files, shape.test: KEPT, shape.source: text.format(1, OLD)})
    project.write({shape.source: text.format(4, NEW)})
    run = project.pytest(*MUTANTS)
    assert by_file(run) == {}, run.text
    assert run.reasons == "", run.text


EXTENSION = """\
#include <Python.h>

static PyObject *positive(PyObject *self, PyObject *n) { return PyBool_FromLong(PyLong_AsLong(n) > 0); }
static PyMethodDef methods[] = {{"positive", positive, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_speed", NULL, -1, methods};
PyMODINIT_FUNC PyInit__speed(void) { return PyModule_Create(&module); }
"""
COMPILER = shutil.which(sysconfig.get_config_var("CC").split()[0]) if sysconfig.get_config_var("CC") else None


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """The name and bytes of an extension module, as a compiler made it."""
    folder = tmp_path_factory.mktemp("extension")
    source, name = folder / "_speed.c", f"_speed{sysconfig.get_config_var('EXT_SUFFIX')}"
    source.write_text(EXTENSION)
    include = sysconfig.get_path("include")
    subprocess.run(
        [str(COMPILER), "-shared", "-fPIC", f"-I{include}", str(source), "-o", str(folder / name)], check=True
    )
    return name, (folder / name).read_bytes()


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
def test_a_compiled_extension_beside_changed_python(project: Project, compiled: tuple[str, bytes]) -> None:
    name, content = compiled
    shape = Shape(source="src/shop/__init__.py")
    changed(project, shape, shape.tests())
    fast = "from shop._speed import positive\n\n\n"
    old, new = (fast + product(result) for result in (OLD, NEW.replace("it > 0", "positive(it)")))
    project.git("stash", "--include-untracked")
    project.write({f"src/shop/{name}": content, "src/shop/_speed.c": EXTENSION, ".gitignore": "*.so\n*.pyd\n"})
    project.commit({shape.source: old})
    project.write({shape.source: new, shape.test: shape.tests()})
    run = project.pytest(*MUTANTS)
    assert unproven(run) == FOUND, run.text
    assert run.reasons == ""


@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
def test_a_change_of_compiled_code_is_not_judged(project: Project, compiled: tuple[str, bytes]) -> None:
    name, content = compiled
    shape = Shape(source="src/shop/__init__.py")
    changed(project, shape, shape.tests())
    project.git("stash", "--include-untracked")
    project.write({f"src/shop/{name}": content, ".gitignore": "*.so\n*.pyd\n"})
    project.commit({"src/shop/_speed.c": EXTENSION})
    project.write({shape.source: product(NEW), shape.test: shape.tests(), "src/shop/_speed.c": f"{EXTENSION}\n/* */\n"})
    run = project.pytest()
    assert unproven(run) == {}, run.text
    assert "src/shop/_speed.c changed too" in run.reasons


BUILD = {
    "hatch": '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n',
    "setuptools": '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n',
}
BACKEND = {"hatch": "hatchling.build", "setuptools": "setuptools.build_meta"}
NAMED = '\n[project]\nname = "shop"\nversion = "1"\n'


def editable(project: Project, backend: str, scratch: Path) -> str:
    """Have the backend make an editable wheel, unpack it as pip would, and return the import path that leads to it."""
    wheels, site, boot = (scratch / name for name in ("wheels", "site", "boot"))
    for folder in (wheels, site, boot):
        folder.mkdir()
    code = f"import {BACKEND[backend]} as it; it.build_editable({str(wheels)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=project.path, check=True, capture_output=True)
    for wheel in wheels.glob("*.whl"):
        zipfile.ZipFile(wheel).extractall(site)
    (boot / "sitecustomize.py").write_text(f"import site\nsite.addsitedir({str(site)!r})\n")
    return str(boot)


@pytest.mark.parametrize("layout", ["src", "flat"])
@pytest.mark.parametrize("backend", BUILD)
def test_an_editable_install(project: Project, tmp_path: Path, backend: str, layout: str) -> None:
    pytest.importorskip(BACKEND[backend], reason=f"{backend} is not available")
    source = "src/shop/__init__.py" if layout == "src" else "shop/__init__.py"
    text = f'{BUILD[backend]}{NAMED}\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n'
    shape = Shape(files={"pyproject.toml": text, ".gitignore": "*.egg-info/\nbuild/\n"}, source=source)
    changed(project, shape, shape.tests())
    boot = editable(project, backend, tmp_path)
    command = ("-c", "import sys, pytest; sys.path.remove(''); sys.exit(pytest.main(sys.argv[1:]))")
    run = project.pytest(*MUTANTS, command=command, environ={"PYTHONPATH": boot})
    assert unproven(run) == FOUND, run.text
    assert run.reasons == ""
