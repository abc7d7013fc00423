"""The examples of local-plugin."""

from __future__ import annotations

from pytest_agentaudit.model import Evidence, Harness, RepositoryPlugin
from pytest_agentaudit.rules.base import Example

_REPORTS = "def pytest_runtest_logreport(report):\n    print(report.outcome)\n"
_FIXTURES = "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return object()\n"
_SHOP = {"conftest.py": "LIMIT = 3\n", "tests/test_a.py": "def test_a():\n    assert 1\n"}
_NAMED = "LIMIT = 3\npytest_plugins = ['tests.support']\n"


def _example(
    title: str,
    after: dict[str, str],
    *expect: str,
    before: dict[str, str] | None = None,
    evidence: Evidence | None = None,
) -> Example:
    return Example(
        title, before={**_SHOP, **(before or {})}, after={**_SHOP, **after}, expect=expect, evidence=evidence
    )


EXAMPLES = (
    _example(
        "by pytest_plugins",
        {"conftest.py": _NAMED, "tests/support.py": _REPORTS},
        "conftest.py:2 warning",
    ),
    _example(
        "by -p",
        {"pytest.ini": "[pytest]\naddopts = -p quiet\n", "quiet.py": _REPORTS},
        "pytest.ini:2 warning",
    ),
    _example(
        "by an entry point",
        {
            "pyproject.toml": "[project]\nname = 'shop'\n\n[project.entry-points.pytest11]\nshop = 'shop.testing'\n",
            "shop/testing.py": _REPORTS,
        },
        "pyproject.toml:5 warning",
        before={"pyproject.toml": "[project]\nname = 'shop'\n"},
    ),
    _example(
        "the run shows its hooks",
        {"conftest.py": _NAMED, "tests/support.py": "from tests.hooks import *\n"},
        "conftest.py:2 warning",
        evidence=Evidence(
            harness=Harness(plugins=(RepositoryPlugin("tests/support.py", ("pytest_runtest_makereport",)),))
        ),
    ),
    _example("fixtures", {"conftest.py": _NAMED, "tests/support.py": _FIXTURES}),
    _example(
        "a plugin for the project's users",
        {
            "pyproject.toml": "[project]\nname = 'shop'\n\n[project.entry-points.pytest11]\nshop = 'shop.testing'\n",
            "shop/testing.py": "import pytest\n\n\n@pytest.hookimpl(wrapper=True)\n"
            "def pytest_runtest_call(item):\n    return (yield)\n",
        },
        before={"pyproject.toml": "[project]\nname = 'shop'\n"},
    ),
    _example("an installed plugin", {"conftest.py": "LIMIT = 3\npytest_plugins = ['pytester']\n"}),
    _example(
        "a plugin project",
        {
            "pyproject.toml": "[project]\nname = 'p'\n\n[project.entry-points.pytest11]\np = 'p.plugin'\n"
            "q = 'p.more'\n",
            "p/plugin.py": _REPORTS,
            "p/more.py": _REPORTS,
        },
        before={
            "pyproject.toml": "[project]\nname = 'p'\n\n[project.entry-points.pytest11]\np = 'p.plugin'\n",
            "p/plugin.py": _REPORTS,
        },
    ),
    _example(
        "hooks that only add options",
        {
            "conftest.py": _NAMED,
            "tests/support.py": "def pytest_addoption(parser):\n    parser.addoption('--slow')\n",
        },
    ),
    _example("a plugin is switched off", {"pytest.ini": "[pytest]\naddopts = -p no:doctest\n"}),
)
