"""The rule local-plugin."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.facts.harness.plugins import ENTRY_POINT, LocalPlugin, local_plugins
from pytest_agentaudit.facts.kinds.harness import POWERFUL, REPORTS, RUNNERS
from pytest_agentaudit.model import (
    Evidence,
    Family,
    Finding,
    Harness,
    Level,
    Location,
    Needs,
    NotJudged,
    RepositoryPlugin,
)
from pytest_agentaudit.rules.base import Audit, Example, Rule
from pytest_agentaudit.rules.bent_run import seen, shown

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


class LocalPluginRule(Rule):
    """A module of the repository is newly loaded as a plugin of pytest, and it can bend the run.

    By `pytest_plugins`, by `-p` in the settings, or by an entry point of the repository's own metadata; the module
    implements hooks that report, run or choose tests.

    Level: warning where it has hooks that report or run tests (of an entry point, that report: a project may offer a
    plugin to its users); note for hooks that choose tests or end the run. Modules
    of fixtures, installed plugins, and projects that were plugins before are silent. What such a hook does is judged by
    rules of its own.

    Why: a plugin is loaded before conftests, and readers look for hooks in conftests.
    Fix: put hooks into the conftest beside the tests that need them; keep fixtures in the plugin.
    Not a fix: loading it by another name.
    """

    name = "local-plugin"
    family = Family.HARNESS
    level = Level.WARNING
    needs = frozenset({Needs.STATIC, Needs.OUTCOMES})
    examples = (
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
                "pyproject.toml": "[project]\nname = 'shop'\n\n[project.entry-points.pytest11]\n"
                "shop = 'shop.testing'\n",
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
                "pyproject.toml": "[project]\nname = 'shop'\n\n[project.entry-points.pytest11]\n"
                "shop = 'shop.testing'\n",
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

    def check(self, audit: Audit) -> Iterator[Finding | NotJudged]:
        """One finding for each module."""
        run = seen(audit)
        shown_by_run = {it.path: it.hooks for it in run.plugins} if run else {}
        for it in local_plugins(audit.change, audit.delta):
            hooks = sorted({*it.hooks, *(hook for hook in shown_by_run.get(it.file, ()) if hook in POWERFUL)})
            if hooks:
                yield self._found(it, hooks)

    def _found(self, it: LocalPlugin, hooks: list[str]) -> Finding:
        grave = REPORTS if it.by == ENTRY_POINT else REPORTS | RUNNERS
        strong = not grave.isdisjoint(hooks)
        return self.finding(
            Location(it.path, it.line),
            f"pytest now loads `{it.file}` of the repository as a plugin, by {it.by}; it implements {shown(hooks)}.",
            level=Level.WARNING if strong else Level.NOTE,
            evidence={"plugin": it.file, "hooks": ", ".join(hooks)},
            fix="put hooks into the conftest beside the tests that need them",
            not_a_fix="loading it by another name",
            related=(Location(it.file),),
        )
