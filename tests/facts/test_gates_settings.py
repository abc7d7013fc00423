"""Bars, checkers, baselines and guards: what counts as less, and what does not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.change import from_trees
from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.change.roles import RoleMap
from pytest_agentaudit.facts.gates import baselines, guards
from pytest_agentaudit.facts.gates.codes import Codes, lost, per_file
from pytest_agentaudit.facts.gates.lookup import Gates
from pytest_agentaudit.facts.gates.paths import is_baseline
from pytest_agentaudit.facts.gates.reach import expressions, fragments, globs, modules
from pytest_agentaudit.policy.model import Policy

Files = Mapping[str, str]
CODE = {"pyproject.toml": '[project]\nname = "shop"\n', "shop/__init__.py": "", "shop/a.py": "A = 1\n"}


def gates(before: Files, after: Files) -> Gates:
    old, new = MemoryTree({**CODE, **before}), MemoryTree({**CODE, **after})
    return Gates(from_trees(old, new), RoleMap.derive(old, Policy()).role)


RUFF = ("E4", "E7", "E9", "F")

SELECTORS = {
    "nothing changed": (RUFF, (), RUFF, (), ()),
    "a code is ignored": (("F",), (), ("F",), ("F401",), ("F401",)),
    "one that was off is ignored": (("F",), (), ("F",), ("S101",), ()),
    "a family is gone": (("E", "F"), (), ("F",), (), ("E",)),
    "a family instead of parts": (("E4", "E7"), (), ("E",), (), ()),
    "everything instead of some": (("E", "F"), (), ("ALL",), (), ()),
    "some instead of everything": (("ALL",), (), ("E", "F"), (), ("ALL",)),
    "everything, and one less": (("ALL",), (), ("ALL",), ("D",), ("D",)),
    "an exception within what is ignored": (("E",), ("E5",), ("E",), ("E5", "E501"), ()),
    "E is not ERA": (("ERA",), (), ("E",), (), ("ERA",)),
    "a longer selector wins": (("F",), ("F4",), ("F", "F401"), ("F4",), ()),
    "a new family with an exception": (("E",), (), ("E", "PL"), ("PLR0913",), ()),
    "a renamed family": (("TCH",), (), ("TC",), (), ()),
}


@pytest.mark.parametrize("title", SELECTORS)
def test_codes_that_are_off(title: str) -> None:
    selected, ignored, now_selected, now_ignored, expected = SELECTORS[title]
    assert lost(Codes(selected, ignored), Codes(now_selected, now_ignored)) == expected


def test_flake8_names_codes_by_pattern() -> None:
    assert per_file("\n  a.py: E501, F401\n  b/*:W6") == {"a.py": ("E501", "F401"), "b/*": ("W6",)}


PATTERNS = [
    (globs(["tests/*"]), "tests/a/b.py", True),
    (globs(["__init__.py"]), "shop/__init__.py", True),
    (globs(["!src/**"]), "tests/a.py", True),
    (globs(["!src/**"]), "src/a.py", False),
    (globs([".", ""]), "a.py", True),
    (globs(["shop/"]), "shop/a.py", True),
    (expressions(["^shop/", "("]), "shop/a.py", True),
    (expressions(["^shop/"]), "other/shop/a.py", False),
    (modules(["shop.*"]), "shop/a.py", True),
    (modules(["shop.a"]), "src/shop/a.py", True),
    (modules(["shop.*"]), "shopping/a.py", False),
    (modules(["shop"]), "shop/__init__.py", True),
    (fragments(["./tests"]), "tests/a.py", True),
]


def test_patterns_mean_files_as_their_tools_read_them() -> None:
    assert [matches(path) for matches, path, _expected in PATTERNS] == [expected for *_rest, expected in PATTERNS]


MYPY = {
    "strict": ("strict = true\n", "", ["strict"]),
    "one flag": ("disallow_untyped_defs = true\n", "", ["disallow_untyped_defs"]),
    "one flag of strict": ("strict = true\n", "strict = true\nwarn_return_any = false\n", ["warn_return_any"]),
    "errors are ignored": ("strict = true\n", "strict = true\nignore_errors = true\n", ["ignore_errors"]),
    "a code is disabled": (
        "strict = true\n",
        "strict = true\ndisable_error_code = misc\n",
        ["disable_error_code = misc"],
    ),
    "stricter": ("check_untyped_defs = true\n", "strict = true\n", []),
    "its opposite": ("no_implicit_optional = true\n", "implicit_optional = false\n", []),
    "a module": ("strict = true\n", "strict = true\n[mypy-shop.a]\nignore_errors = true\n", ["ignore_errors"]),
    "somebody else's": ("strict = true\n", "strict = true\n[mypy-yaml]\nignore_errors = true\n", []),
    "what was off for all": (
        "ignore_errors = true\n",
        "ignore_errors = true\n[mypy-shop.*]\nignore_errors = true\n",
        [],
    ),
}


@pytest.mark.parametrize("title", MYPY)
def test_how_strict_mypy_is(title: str) -> None:
    before, after, expected = MYPY[title]
    found = gates({"mypy.ini": f"[mypy]\n{before}"}, {"mypy.ini": f"[mypy]\n{after}"}).narrowed
    assert [flag for it in found for flag in it.items] == expected


def test_a_setting_is_read_where_it_counts() -> None:
    """The nested project's own settings, once; the root's are not its."""
    before = {"packages/a/pyproject.toml": "[tool.coverage.report]\nfail_under = 80\n"}
    after = {"packages/a/pyproject.toml": "[tool.coverage.report]\nfail_under = 70\n"}
    assert [(it.old.value, it.new and it.new.value) for it in gates(before, after).bars] == [(80, 70)]


def test_nothing_is_read_where_no_such_file_changed() -> None:
    found = gates(
        {"mypy.ini": "[mypy]\nstrict = true\n"}, {"mypy.ini": "[mypy]\nstrict = true\n", "shop/a.py": "A = 2\n"}
    )
    seen = (found.narrowed, found.bars, found.lost_checks, found.selection, found.lost_hooks, found.grown)
    assert (*seen, found.less_often, found.edited_guards) == ((),) * 8
    assert found.settings == {}


POLICIES = {
    "a level": ('[tool.agentaudit.rules]\nx = "error"\n', '[tool.agentaudit.rules]\nx = "off"\n', ["x"]),
    "an override": ("[tool.agentaudit]\n", '[[tool.agentaudit.overrides]]\npaths = ["a"]\nrules = { x = "off" }\n', []),
    "a step": ('[[tool.agentaudit.steps]]\nname = "s"\nrequire = ["a"]\n', "[tool.agentaudit]\nbase = 'm'\n", ["s"]),
    "files": ('[tool.agentaudit]\nsource = ["a", "b"]\n', '[tool.agentaudit]\nsource = ["a"]\n', ["source"]),
    "the whole": ('[tool.agentaudit]\nbase = "m"\n', "[tool.x]\n", ["[tool.agentaudit]"]),
    "no TOML": ('[tool.agentaudit]\nbase = "m"\n', "[", []),
    "new": ("", '[tool.agentaudit.rules]\nx = "off"\n', ["x"]),
}


@pytest.mark.parametrize("title", POLICIES)
def test_edits_of_the_policy(title: str) -> None:
    before, after, expected = POLICIES[title]
    found = [it.name for it in guards.policy_edits("pyproject.toml", before, after)]
    assert found == expected or (title == "an override" and found == ["x in a"])


def test_baselines_are_known_by_name() -> None:
    lists = ("mypy-baseline.txt", ".basedpyright/baseline.json", "tests/known_failures.txt", ".gitleaksignore")
    others = (
        "shop/known_failures.py",
        "baseline.py",
        "docs/xfail.md",
        "requirements.txt",
        "tests/test_known_errors.py",
    )
    assert [is_baseline(it) for it in (*lists, *others)] == [True] * len(lists) + [False] * len(others)


def test_a_baseline_that_is_no_json_grew_by_nothing() -> None:
    assert baselines.grown(".secrets.baseline", "{", "{[", frozenset()) is None


def test_a_bigger_bar_elsewhere_is_named() -> None:
    before = {"tox.ini": "[testenv]\ncommands = pytest --cov-fail-under=90\n"}
    after = {"tox.ini": "[testenv]\ncommands = pytest\n[testenv:c]\ncommands = coverage report --fail-under=95\n"}
    assert gates(before, after).bars == ()
