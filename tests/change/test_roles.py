from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.change import FileRole, MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.policy.model import Policy

PROJECT = '[project]\nname = "shop"\n'
TEST = "def test_it():\n    assert True\n"
LAYOUTS: dict[str, dict[str, str]] = {
    "src": {"pyproject.toml": PROJECT, "src/shop/__init__.py": "", "tests/test_shop.py": TEST},
    "flat": {"pyproject.toml": PROJECT, "shop/__init__.py": "", "tests/test_shop.py": TEST},
    "setup.py": {"setup.py": "", "shop/__init__.py": "", "test/test_shop.py": TEST, "igor.py": ""},
    "setup.cfg": {"setup.cfg": "[metadata]\nname = shop\n[options]\npackages = find:\n", "shop/__init__.py": ""},
    "application": {"app/main.py": "", "app/views.py": "", "tests/test_app.py": TEST},
    "empty": {},
    "monorepo": {
        "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["lib/cart/tests"]\n',
        "lib/cart/pyproject.toml": '[project]\nname = "cart"\n',
        "lib/cart/src/cart/__init__.py": "",
        "lib/cart/tests/test_cart.py": TEST,
        "lib/tills/pyproject.toml": '[project]\nname = "my.tills"\n[build-system]\nrequires = []\n',
        "lib/tills/my/tills/core.py": "",
    },
    "pytest's own": {
        "pyproject.toml": f'{PROJECT}[tool.pytest.ini_options]\ntestpaths = ["testing"]\n'
        'python_files = ["test_*.py", "*_test.py", "testing/python/*.py"]\n',
        "src/shop/__init__.py": "",
        "testing/python/metafunc.py": TEST,
    },
    "doctests": {
        "pyproject.toml": PROJECT,
        "pytest.ini": "[pytest]\ntestpaths = shop spec\n",
        "shop/__init__.py": "",
        "spec/test_shop.py": TEST,
        "spec/helper.py": "",
    },
    "support": {
        "pyproject.toml": PROJECT,
        "shop/__init__.py": "",
        "shop/testing/__init__.py": "",
        "shop/testing/stores.py": "",
        "shop/testing/test_llm.py": "class TestLLM: ...\n",
        "shop/testing/tests/test_stores.py": TEST,
        "shop/core/__init__.py": "",
        "shop/core/test/test_core.py": TEST,
    },
    "listed": {
        "pyproject.toml": f'{PROJECT}[tool.hatch.build.targets.wheel]\npackages = ["tools"]\n',
        "tools/__init__.py": "",
        "support/__init__.py": "",
    },
}

CASES = [
    ("src", "src/shop/pricing.py", FileRole.PRODUCT),
    ("src", "src/shop/py.typed", FileRole.PRODUCT),
    ("src", "src/shop/data/rates.json", FileRole.PRODUCT),
    ("src", "src/shop/README.md", FileRole.DOCS),
    ("src", "src/shop/tests/test_pricing.py", FileRole.TEST),
    ("src", "src/shop/_tests/helpers.py", FileRole.TEST),
    ("src", "src/shop/test_pricing.py", FileRole.TEST),
    ("src", "tests/helpers.py", FileRole.TEST),
    ("src", "tests/data/rates.yaml", FileRole.TEST),
    ("src", "tests/data/pyproject.toml", FileRole.TEST),
    ("src", "tests/pytest.ini", FileRole.CONFIG),
    ("src", "tests/README.md", FileRole.TEST),
    ("src", "tests/__pycache__/test_x.cpython-311.pyc", FileRole.GENERATED),
    ("src", "tests/conftest.py", FileRole.CONFTEST),
    ("src", "src/shop/conftest.py", FileRole.CONFTEST),
    ("src", "conftest.py", FileRole.CONFTEST),
    ("src", "test_new.py", FileRole.TEST),
    ("src", "e2e-tests/run.py", FileRole.TEST),
    ("src", "__snapshots__/page.ambr", FileRole.TEST),
    ("src", "dummyserver/app.py", FileRole.SCRIPT),
    ("src", "src/shop/render-page.py", FileRole.PRODUCT),
    ("src", "hatch_build.py", FileRole.CONFIG),
    ("src", "mkdocs_hooks.py", FileRole.SCRIPT),
    ("src", "examples/quick.py", FileRole.SCRIPT),
    ("src", "examples/app/src/app/main.py", FileRole.SCRIPT),
    ("src", "scripts/release.py", FileRole.SCRIPT),
    ("src", "benchmarks/speed.py", FileRole.SCRIPT),
    ("src", "notebooks/demo.ipynb", FileRole.SCRIPT),
    ("src", "demo.ipynb", FileRole.SCRIPT),
    ("src", "docs/conf.py", FileRole.DOCS),
    ("src", "docs/guide.md", FileRole.DOCS),
    ("src", "CHANGELOG.md", FileRole.DOCS),
    ("src", "LICENSE", FileRole.DOCS),
    ("src", "logo.svg", FileRole.OTHER),
    ("src", ".github/workflows/test.yml", FileRole.CI),
    ("src", ".github/scripts/check.py", FileRole.CI),
    ("src", ".github/CONTRIBUTING.md", FileRole.DOCS),
    ("src", ".gitlab-ci.yml", FileRole.CI),
    ("src", "CODEOWNERS", FileRole.CI),
    ("src", ".ci/run", FileRole.CI),
    ("src", "pyproject.toml", FileRole.CONFIG),
    ("src", "src/pyproject.toml", FileRole.CONFIG),
    ("src", "pytest.ini", FileRole.CONFIG),
    ("src", ".pytest.toml", FileRole.CONFIG),
    ("src", "ruff.toml", FileRole.CONFIG),
    ("src", "setup.py", FileRole.CONFIG),
    ("src", "noxfile.py", FileRole.CONFIG),
    ("src", ".pre-commit-config.yaml", FileRole.CONFIG),
    ("src", "requirements-dev.txt", FileRole.CONFIG),
    ("src", "requirements/dev.pip", FileRole.CONFIG),
    ("src", ".gitattributes", FileRole.CONFIG),
    ("src", ".claude/settings.json", FileRole.CONFIG),
    ("src", "x.pth", FileRole.CONFIG),
    ("src", "uv.lock", FileRole.GENERATED),
    ("src", "src/shop/api_pb2.py", FileRole.GENERATED),
    ("src", "src/shop.egg-info/PKG-INFO", FileRole.GENERATED),
    ("flat", "shop/pricing.py", FileRole.PRODUCT),
    ("flat", "shop/tools/run.py", FileRole.PRODUCT),
    ("flat", "shop_extras/more.py", FileRole.PRODUCT),
    ("flat", "release.py", FileRole.SCRIPT),
    ("flat", "tools/run.py", FileRole.SCRIPT),
    ("flat", "shop/vendor/six.py", FileRole.PRODUCT),
    ("setup.py", "shop/pricing.py", FileRole.PRODUCT),
    ("setup.py", "igor.py", FileRole.SCRIPT),
    ("setup.py", "test/helpers.py", FileRole.TEST),
    ("setup.cfg", "shop/pricing.py", FileRole.PRODUCT),
    ("application", "app/main.py", FileRole.PRODUCT),
    ("application", "app/tests.py", FileRole.TEST),
    ("application", "main.py", FileRole.PRODUCT),
    ("application", "manage.py", FileRole.SCRIPT),
    ("application", "app/deploy.sh", FileRole.SCRIPT),
    ("application", "app/logo.svg", FileRole.OTHER),
    ("empty", "shop.py", FileRole.PRODUCT),
    ("empty", "test_shop.py", FileRole.TEST),
    ("empty", "shop/pricing.py", FileRole.PRODUCT),
    ("monorepo", "lib/cart/src/cart/sum.py", FileRole.PRODUCT),
    ("monorepo", "lib/cart/tests/helpers.py", FileRole.TEST),
    ("monorepo", "lib/cart/docs/conf.py", FileRole.DOCS),
    ("monorepo", "lib/cart/scripts/run.py", FileRole.SCRIPT),
    ("monorepo", "lib/cart/pyproject.toml", FileRole.CONFIG),
    ("monorepo", "lib/tills/my/tills/core.py", FileRole.PRODUCT),
    ("pytest's own", "testing/python/metafunc.py", FileRole.TEST),
    ("pytest's own", "testing/scripts/x.yaml", FileRole.TEST),
    ("pytest's own", "bench/unit_test.py", FileRole.SCRIPT),
    ("pytest's own", "src/shop/test_mode.py", FileRole.PRODUCT),
    ("doctests", "shop/pricing.py", FileRole.PRODUCT),
    ("doctests", "spec/helper.py", FileRole.TEST),
    ("doctests", "spec/test_more.py", FileRole.TEST),
    ("support", "shop/testing/stores.py", FileRole.PRODUCT),
    ("support", "shop/testing/test_llm.py", FileRole.PRODUCT),
    ("support", "shop/testing/tests/test_stores.py", FileRole.TEST),
    ("support", "shop/core/test/helpers.py", FileRole.TEST),
    ("listed", "tools/run.py", FileRole.PRODUCT),
    ("listed", "support/run.py", FileRole.SCRIPT),
]


def role(files: Mapping[str, str], path: str, policy: Policy | None = None, content: bytes | None = None) -> FileRole:
    return RoleMap.derive(MemoryTree(files), policy or Policy()).role(path, content)


@pytest.mark.parametrize(("layout", "path", "expected"), CASES, ids=[f"{layout}:{path}" for layout, path, _ in CASES])
def test_role(layout: str, path: str, expected: FileRole) -> None:
    content = LAYOUTS[layout].get(
        path, TEST if path.rpartition("/")[2].startswith("test_") and "mode" not in path else ""
    )
    assert role(LAYOUTS[layout], path, content=content.encode()) is expected


METADATA = [
    ("pyproject.toml", '[tool.setuptools]\npackages = ["lib.shop"]\n[project]\nname = "x"\n', "lib/shop"),
    ("pyproject.toml", '[tool.setuptools]\npackages = ["shop"]\npackage-dir = { "" = "lib" }\n[project]\n', "lib/shop"),
    ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["lib"]\n[project]\nname = "x"\n', "lib/shop"),
    ("pyproject.toml", '[tool.setuptools.packages.find]\ninclude = ["lib*"]\n[project]\nname = "x"\n', "lib/shop"),
    ("pyproject.toml", '[tool.poetry]\nname = "x"\npackages = [{ include = "shop", from = "lib" }]\n', "lib/shop"),
    ("pyproject.toml", '[tool.flit.module]\nname = "lib"\n[project]\nname = "x"\n', "lib/shop"),
    ("pyproject.toml", '[tool.uv.build-backend]\nmodule-root = "lib"\nmodule-name = "shop"\n[project]\n', "lib/shop"),
    ("pyproject.toml", '[tool.pdm.build]\nincludes = ["lib"]\n[project]\nname = "x"\n', "lib/shop"),
    ("pyproject.toml", '[tool.maturin]\npython-source = "lib"\n[project]\nname = "x"\n', "lib/shop"),
    ("setup.cfg", "[metadata]\nname = x\n[options]\npackages = shop\npackage_dir =\n    = lib\n", "lib/shop"),
    (
        "setup.cfg",
        "[metadata]\nname = x\n[options]\npackages = find:\n[options.packages.find]\nwhere = lib\n",
        "lib/shop",
    ),
]


@pytest.mark.parametrize(("name", "content", "package"), METADATA)
def test_packages_that_metadata_lists_are_all_there_is(name: str, content: str, package: str) -> None:
    files = {name: content, f"{package}/__init__.py": "", "other/__init__.py": ""}
    assert role(files, f"{package}/core.py") is FileRole.PRODUCT
    assert role(files, "other/core.py") is FileRole.SCRIPT


def test_modules_that_metadata_lists() -> None:
    files = {"pyproject.toml": '[project]\nname = "x"\n[tool.setuptools]\npy-modules = ["one"]\n', "one.py": ""}
    assert role(files, "one.py") is FileRole.PRODUCT
    assert role(files, "two.py") is FileRole.SCRIPT


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini"])
@pytest.mark.parametrize("content", ["[", "\x00", "[tool]\npytest = 3\n", "[pytest]\ntestpaths = 'a\n"])
def test_broken_settings_are_no_settings(name: str, content: str) -> None:
    assert role({name: content}, "shop.py") is FileRole.PRODUCT


def test_an_empty_pytest_ini_hides_the_settings_of_pyproject() -> None:
    files = {"pyproject.toml": '[tool.pytest.ini_options]\npython_files = ["check_*.py"]\n', "check_a.py": TEST}
    assert role(files, "check_a.py") is FileRole.TEST
    assert role({**files, "pytest.ini": ""}, "check_a.py") is FileRole.PRODUCT


def test_pytest_toml_comes_first() -> None:
    files = {"pytest.toml": '[pytest]\npython_files = ["check_*.py"]\n', "pytest.ini": "[pytest]\n"}
    assert role(files, "check_a.py") is FileRole.TEST


def test_a_pattern_that_takes_every_file_makes_no_tests() -> None:
    files = {"pytest.ini": "[pytest]\npython_files = *.py\n"}
    assert role(files, "shop/pricing.py") is FileRole.PRODUCT


def test_policys_source() -> None:
    policy = Policy(source=("tools/**",))
    files = {"pyproject.toml": PROJECT, "shop/__init__.py": ""}
    assert role(files, "tools/run.py", policy) is FileRole.PRODUCT
    assert role(files, "tools/tests/test_run.py", policy) is FileRole.TEST
    assert role(files, "shop/pricing.py", policy) is FileRole.SCRIPT
    assert role(files, "docs/conf.py", policy) is FileRole.DOCS


def test_policys_roles_win() -> None:
    policy = Policy(roles={"generated": ("shop/api/**",), "tool config": ("conftest.py",)})
    assert role({}, "shop/api/client.py", policy) is FileRole.GENERATED
    assert role({}, "conftest.py", policy) is FileRole.CONFIG
    assert role({}, "shop/core.py", policy) is FileRole.PRODUCT


MARK = b"# Code generated by a tool. DO NOT EDIT.\nA = 1\n"


def test_mark_of_generated_code_counts_in_files_of_the_base_only() -> None:
    assert role({"client.py": ""}, "client.py", content=MARK) is FileRole.GENERATED
    assert role({}, "client.py", content=MARK) is FileRole.PRODUCT


def test_mark_counts_at_the_head_only() -> None:
    assert role({"client.py": ""}, "client.py", content=b"A = 1\n" + MARK) is FileRole.PRODUCT
    assert role({"client.py": ""}, "client.py", content=b"TEXT = '@generated'\n") is FileRole.PRODUCT


def test_other_peoples_code_counts_where_the_base_has_it() -> None:
    assert role({"shop/_vendor/six.py": ""}, "shop/_vendor/more.py") is FileRole.GENERATED
    assert role({}, "shop/_vendor/more.py") is FileRole.PRODUCT


def test_script_without_suffix() -> None:
    assert role({}, "run", content=b"#!/usr/bin/env python\nprint()\n") is FileRole.SCRIPT
    assert role({}, "run", content=b"text") is FileRole.OTHER
