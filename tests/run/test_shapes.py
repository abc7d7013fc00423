"""Proofs on every shape of project and test: a test that shows the change, one that does not, one that asks nothing.

Each shape changes three functions in the same way. What comes with the first notices the change; with the second,
passes without it; with the third, calls it and looks at nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent

import pytest

from tests.support.audited import Project, Run

NAMES = ("shown", "idle", "bare")
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

SHAPES = {
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
    "pytest-asyncio, auto": Shape(
        head="from asyncio import sleep",
        each=asynchronous(),
        files=settings('asyncio_mode = "auto"', LOOPS),
        plugins=("asyncio",),
    ),
    "pytest-asyncio, strict": Shape(
        head="import pytest\nfrom asyncio import sleep",
        each=asynchronous("@pytest.mark.asyncio\n"),
        files=settings('asyncio_mode = "strict"', LOOPS),
        plugins=("asyncio",),
    ),
    "anyio": Shape(
        head="import pytest\nfrom anyio import sleep\n\npytestmark = pytest.mark.anyio\n\n\n"
        "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n",
        each=asynchronous(),
        plugins=("anyio",),
    ),
    "hypothesis": Shape(head="from hypothesis import given, strategies", each=_given),
    "a fixture of the session": Shape(head=_fixture("session"), each=_with_fixture),
    "a fixture of the module": Shape(head=_fixture("module"), each=_with_fixture),
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
    "examples in a text": Shape(
        files=settings('addopts = ["--doctest-glob=*.rst"]') | {"tests/test_kept.py": KEPT}, test="tests/shop.rst"
    ),
}


def changed(project: Project, shape: Shape, tests: str) -> None:
    """Leave the base committed, and the change in the work tree."""
    project.write(dict.fromkeys(("pyproject.toml", "src/shop.py", "tests/test_shop.py")))
    project.commit({**shape.files, "tests/test_kept.py": KEPT, shape.source: product(OLD)})
    project.write({shape.source: product(NEW), shape.test: tests})


def unproven(run: Run) -> dict[str, str]:
    """Level by test, of what unproven-test found."""
    assert run.report, run.text
    found = [it for it in run.report["findings"] if it["rule"] == "unproven-test"]
    return {it["symbol"].rpartition(".")[2]: it["level"] for it in found}


@pytest.mark.parametrize("name", [name for name in SHAPES if "text" not in name])
def test_shape(project: Project, name: str) -> None:
    shape = SHAPES[name]
    changed(project, shape, shape.tests())
    run = project.pytest("--agent-audit-prove=mutants", *shape.arguments, plugins=shape.plugins)
    assert unproven(run) == {"test_idle": "warning", "test_bare": "error"}, run.text
    assert run.reasons == "", run.text
