"""Imports of other people's packages, and how they stand to what is declared."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.collect import collect
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.foreign import Standing, orphaned, standing
from pytest_agentaudit.facts.kinds.shortcuts import FOREIGN_IMPORT, OPTIONAL, TYPING
from pytest_agentaudit.facts.loosened import Ease, loosened
from pytest_agentaudit.policy.model import Policy

PROJECT = '[project]\nname = "shop"\ndependencies = ["requests"]\n'


def delta(before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    old, new = MemoryTree(before), MemoryTree(after)
    return collect(from_trees(old, new), RoleMap.derive(old, Policy()).role)


def imported(code: str, before: str = "") -> list[tuple[str, str, str]]:
    files = delta({"shop/a.py": before} if before else {}, {"shop/a.py": code}).files
    found = [it.details for file in files for it in file.new_ones(FOREIGN_IMPORT)]
    return [(it["module"], it["guard"], it["symbol"]) for it in found]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import orjson\n", [("orjson", "", "")]),
        ("import json, orjson as o\n", [("orjson", "", "")]),
        ("from google.cloud import storage\n", [("google.cloud", "", "")]),
        ("from google import genai\n", [("google.genai", "", "")]),
        ("from orjson import *\n", [("orjson", "", "")]),
        ("def f():\n    import orjson\n", [("orjson", "", "f")]),
        (
            "try:\n    import orjson\nexcept ImportError:\n    import ujson\n",
            [("orjson", OPTIONAL, ""), ("ujson", OPTIONAL, "")],
        ),
        ("try:\n    import a\nexcept (KeyError, ModuleNotFoundError):\n    a = None\n", [("a", OPTIONAL, "")]),
        ("try:\n    import orjson\nexcept KeyError:\n    pass\n", [("orjson", "", "")]),
        ("from contextlib import suppress\nwith suppress(ImportError):\n    import a\n", [("a", OPTIONAL, "")]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import orjson\n", [("orjson", TYPING, "")]),
        ("import typing as t\nif t.TYPE_CHECKING:\n    import orjson\n", [("orjson", TYPING, "")]),
        ("from importlib.util import find_spec\nif find_spec('a'):\n    import a\n", [("a", OPTIONAL, "")]),
        ("if known.ajson.imported():\n    import ajson\n", [("ajson", OPTIONAL, "")]),
        ("if is_ajson_available():\n    from ajson.fast import dump\n", [("ajson.fast", OPTIONAL, "")]),
        ("if is_bjson_available():\n    import ajson\n", [("ajson", "", "")]),
        ("if isinstance(it, ajson.Text):\n    import ajson\n", [("ajson", "", "")]),
        ("import os.path\nfrom . import b\nfrom .c import d\nfrom __future__ import annotations\n", []),
        ("import distutils\nimport tomllib\nimport imp\n", []),
        ("NOTE = 'import orjson'\n# import orjson\n", []),
    ],
)
def test_imports(code: str, expected: list[tuple[str, str, str]]) -> None:
    assert imported(code) == expected


def test_an_import_in_a_function_does_not_become_of_another_one() -> None:
    before = "def f():\n    import requests\n    return requests\n"
    assert imported(before.replace("requests", "orjson"), before) == [("orjson", "", "f")]


def stands(module: str, files: Mapping[str, str], *, path: str = "shop/a.py", tests: bool = False) -> Standing:
    """How a module stands that a file begins to import, beside these unchanged files."""
    tree = {"shop/__init__.py": "", **files}
    found = delta(tree, tree).dependencies
    return standing(found, path, module, frozenset({module}), tests=tests).standing


def test_how_a_module_stands() -> None:
    project = {"pyproject.toml": PROJECT}
    lock = {"uv.lock": '[[package]]\nname = "orjson"\n'}
    assert stands("requests", project) is Standing.FINE
    assert stands("orjson", project) is Standing.NOWHERE
    assert stands("orjson", {}) is Standing.UNKNOWN
    assert stands("urllib3", project) is Standing.COMPANION
    assert stands("orjson", project | lock) is Standing.LOCKED
    assert stands("shop", project) is Standing.FINE
    assert stands("orjson", project | {"shop/b.py": "import orjson\n"}) is Standing.FINE


def test_a_new_requirement_may_be_it() -> None:
    old, new = {"pyproject.toml": PROJECT}, {"pyproject.toml": PROJECT.replace('"requests"', '"requests", "odd-name"')}
    found = delta(old, new).dependencies
    assert standing(found, "shop/a.py", "orjson", frozenset({"orjson"}), tests=False).by == "odd-name"


def test_development_is_not_for_users() -> None:
    group = {"pyproject.toml": PROJECT + '[dependency-groups]\ndev = ["orjson"]\n'}
    assert stands("orjson", group) is Standing.DEVELOPMENT
    assert stands("orjson", group, tests=True, path="tests/test_a.py") is Standing.FINE
    assert stands("orjson", group, path="shop/testing.py") is Standing.FINE


def test_a_package_of_the_same_name_below_another_is_not_what_is_imported() -> None:
    project = {"pyproject.toml": PROJECT}
    assert stands("redis", project | {"shop/redis/__init__.py": ""}) is Standing.NOWHERE
    assert stands("redis", project | {"src/redis/__init__.py": ""}) is Standing.FINE
    assert stands("redis", project | {"tools/redis.py": ""}) is Standing.FINE


def test_a_monorepo_declares_by_folder() -> None:
    files = {
        "libs/a/pyproject.toml": PROJECT,
        "libs/a/a/__init__.py": "",
        "libs/b/pyproject.toml": '[project]\nname = "b"\ndependencies = ["attrs"]\n',
        "libs/b/b/__init__.py": "",
    }
    assert stands("requests", files, path="libs/a/a/x.py") is Standing.FINE
    assert stands("requests", files, path="libs/b/b/x.py") is Standing.NOWHERE


def test_what_is_declared_no_more_and_imported_still() -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "import requests\n", "shop/b.py": "import yaml\n"}
    before = {**files, "pyproject.toml": PROJECT.replace('"requests"', '"requests", "PyYAML", "attrs"')}
    after = {**files, "pyproject.toml": PROJECT.replace('"requests"', "")}
    found = orphaned(delta(before, after).dependencies)
    assert [(it.name, path, line) for it, path, line in found] == [
        ("requests", "shop/a.py", 1),
        ("pyyaml", "shop/b.py", 1),
    ]


def test_any_list_of_names_declares_nothing_that_could_be_missed() -> None:
    files = {"shop/__init__.py": "", "shop/a.py": "import json\nimport requests\n"}
    before = {
        **files,
        "build/setup.py": "INCLUDED = ['json', 'requests']\n",
        "setup.py": "A = ['json>=1', 'requests']\n",
    }
    assert list(orphaned(delta(before, files).dependencies)) == []


def ease(old: str, new: str) -> list[Ease]:
    found = delta({"requirements.txt": f"{old}\n"}, {"requirements.txt": f"{new}\n"}).dependencies
    return [it.ease for it in loosened(found)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a>=2", "a<2", [Ease.DOWNGRADED]),
        ("a==2", "a==1", [Ease.DOWNGRADED]),
        ("a>=2", "a>=1", [Ease.FLOOR]),
        ("a~=2.4", "a~=2.3", [Ease.FLOOR]),
        ("a>=2", "a", [Ease.FLOOR]),
        ("a==2", "a", [Ease.UNPINNED]),
        ("a==2 --hash=sha256:aa", "a==2", [Ease.UNHASHED]),
        ("a", "a @ git+https://x.invalid/a", [Ease.SOURCE]),
        ("a", "--trusted-host x.invalid\na", [Ease.INDEX]),
        ("a==2", "a>=2", []),
        ("a>=2", "a>=2,<3", []),
        ("a>=2,<3", "a>=2", []),
        ("a>=2,<=3", "a>=3", []),
        ("a>=1", "a==2", []),
        ("a", "", []),
        ("a>=2; python_version < '3.9'\na>=3", "a>=2; python_version < '3.9'\na>=3.1", []),
        ("a>=2", "a >= 2  # same", []),
    ],
)
def test_what_a_new_wording_asks_less(old: str, new: str, expected: list[Ease]) -> None:
    assert ease(old, new) == expected
