"""The effective settings of a tree's tools, under dotted keys, each with the place where it stands."""

from __future__ import annotations

from pytest_agentaudit.change.model import Tree
from pytest_agentaudit.facts.checker_settings import checker_settings
from pytest_agentaudit.facts.config_files import ConfigFiles
from pytest_agentaudit.facts.coverage_settings import coverage_settings
from pytest_agentaudit.facts.model import Problem, Setting
from pytest_agentaudit.facts.pytest_settings import installed_pytest, pytest_settings


def settings(tree: Tree, folder: str = "") -> dict[str, Setting]:
    """What pytest, coverage.py, ruff, mypy and flake8 would start with in `folder`: "pytest.addopts",
    "pytest.addopts.-k", "coverage.run.omit", "ruff.lint.select", ...

    Values are texts, booleans, numbers, or tuples of texts where the tool reads a list. What is not set has no key. A
    broken file has none either: `problems` names it.
    """
    return _read(tree, folder)[0]


def problems(tree: Tree, folder: str = "") -> dict[str, Problem]:
    """The settings files that their tools could not read, or refuse, with the first cause; by path."""
    return _read(tree, folder)[1]


def _read(tree: Tree, folder: str) -> tuple[dict[str, Setting], dict[str, Problem]]:
    files = ConfigFiles(tree, folder)
    found = {setting.key: setting for setting in pytest_settings(files, installed_pytest())}
    found |= {setting.key: setting for setting in coverage_settings(files, found)}
    found |= {setting.key: setting for setting in checker_settings(files)}
    return found, files.problems
