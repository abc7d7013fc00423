"""What guards a project, edited in its root and in a part of it: each edit is told, in real repositories.

tests/redteam plays the attacks on the root's guards; here stand those on parts, and on what counts before a guard.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentaudit.audit import Request, check
from tests.support.repo import GitRepo

Files = Mapping[str, str | bytes | None]
PART = "services/a/"
PROJECT = """\
[project]
name = "calc"
version = "1"

[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]
"""
SIGNERS = f'{PROJECT}[tool.agentaudit]\nallowed-signers = "keys"\n'
HONEST: Files = {
    "pyproject.toml": PROJECT,
    "src/calc.py": "def add(a, b):\n    return a + b\n",
    "tests/test_calc.py": "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
}
HOOKS = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "agentaudit hook claude"}]}]}}\n'
FIXTURE = "import pytest\n\n\n@pytest.fixture\ndef shop():\n    return 1\n"
DROPS = "def pytest_collection_modifyitems(items):\n    items[:] = []\n"
SUITE = "test:\n  script:\n    - pytest\n"
RUNS = "jobs:\n  t:\n    steps:\n      - run: pytest\n"
ACTION = "runs:\n  using: composite\n  steps:\n    - run: pytest\n"
PROGRAM = b"\x7fELF\2\1\1\0"
SAID = {"warning", "error"}

PARTS: Mapping[str, tuple[str, Files, Files]] = {
    "settings: deselect": ("narrowed-run", {}, {"pytest.ini": "[pytest]\naddopts = --deselect tests/test_calc.py\n"}),
    "settings: an empty file": ("narrowed-run", {}, {"pytest.ini": ""}),
    "settings: a hidden one": ("narrowed-run", {}, {".pytest.toml": ""}),
    "settings: in the tests": ("narrowed-run", {}, {"tests/pytest.ini": "[pytest]\naddopts = -k nothing\n"}),
    "settings: of a checker": (
        "narrowed-checker",
        {"pyproject.toml": f'{PROJECT}[tool.ruff.lint]\nselect = ["ALL"]\n'},
        {"ruff.toml": '[lint]\nselect = ["E4"]\n'},
    ),
    "settings: deeper down": (
        "narrowed-checker",
        {"pyproject.toml": f'{PROJECT}[tool.ruff.lint]\nselect = ["ALL"]\n'},
        {"src/ruff.toml": '[lint]\nselect = ["E4"]\n'},
    ),
    "CI: GitLab's": ("softened-ci", {".gitlab-ci.yml": SUITE}, {".gitlab-ci.yml": f"{SUITE[:-1]} || true\n"}),
    "CI: an action": (
        "softened-ci",
        {".github/actions/t/action.yml": ACTION},
        {".github/actions/t/action.yml": f"{ACTION[:-1]} || true\n"},
    ),
    "CI: a script": ("softened-ci", {"ci.sh": "set -e\npytest\n"}, {"ci.sh": "pytest || true\n"}),
    "conftest: drops tests": ("dropped-tests", {}, {"conftest.py": DROPS}),
    "attributes": ("hidden-change", {}, {".gitattributes": "*.py -diff\n"}),
    "attributes: deeper down": ("hidden-change", {}, {"src/.gitattributes": "*.py filter=x\n"}),
    "ignored and imported": (
        "hidden-change",
        {"src/calc/__init__.py": "", "src/calc.py": None},
        {".gitignore": "local.py\n", "src/calc/api.py": "from calc.local import rate\n\n\nprint(rate)\n"},
    ),
    "dist-info": ("shadowed-module", {}, {"x.dist-info/entry_points.txt": "[pytest11]\nx = x\n"}),
    "egg-info on the path": ("shadowed-module", {}, {"src/x.egg-info/entry_points.txt": "[pytest11]\nx = x\n"}),
    "pth": ("shadowed-module", {}, {"src/x.pth": "import os\n"}),
    "start-up file": ("shadowed-module", {}, {"sitecustomize.py": "A = 1\n"}),
    "a tool's name": ("shadowed-module", {}, {"pytest.py": "A = 1\n"}),
    "a tool's name on the path": ("shadowed-module", {}, {"src/coverage/__init__.py": "A = 1\n"}),
    "the library's name": ("shadowed-module", {}, {"src/subprocess.py": "A = 1\n"}),
    "the product's name": ("shadowed-module", {}, {"tests/calc.py": "def add(a, b):\n    return 3\n"}),
    "compiled code": ("hidden-change", {}, {"src/fast.so": PROGRAM}),
    "compiled code by another name": ("hidden-change", {}, {"src/data.bin": PROGRAM}),
    "bytecode": ("hidden-change", {}, {"src/fast.pyc": b"\x6f\0\0\0"}),
    "agents' hooks": ("edited-guard", {".claude/settings.json": HOOKS}, {".claude/settings.json": "{}\n"}),
    "agents' hooks off": (
        "edited-guard",
        {".claude/settings.json": HOOKS},
        {".claude/settings.local.json": '{"disableAllHooks": true}\n'},
    ),
    "agents' hooks for nothing": (
        "edited-guard",
        {".claude/settings.json": HOOKS},
        {".claude/settings.json": HOOKS.replace("hook claude", "hook claude || true")},
    ),
    "policy": (
        "edited-guard",
        {"pyproject.toml": f"{PROJECT}[tool.agentaudit]\nwaiver-days = 9\n"},
        {"pyproject.toml": f"{PROJECT}[tool.agentaudit]\nwaiver-days = 99\n"},
    ),
}


def placed(files: Files, folder: str) -> dict[str, str | bytes | None]:
    return {f"{folder}{path}": content for path, content in files.items()}


def told(path: Path, before: Files, after: Files) -> dict[tuple[str, str], str]:
    """The level of what is said, by rule and path."""
    repo = GitRepo(path / "repo")
    repo.commit({name: it for name, it in before.items() if it is not None})
    repo.git("tag", "base")
    repo.write(after)
    repo.git("add", "-A", "-f")
    repo.git("commit", "-q", "-m", "change")
    verdict = check(Request(str(repo.path), base="base", head="HEAD"))
    return {(it.rule, it.location.path): it.level.value for it in verdict.findings}


@pytest.mark.parametrize("name", PARTS)
def test_a_guard_of_a_part(name: str, tmp_path: Path) -> None:
    rule, before, after = PARTS[name]
    found = told(tmp_path, {**HONEST, **placed({**HONEST, **before}, PART)}, placed(after, PART))
    assert any(by == rule and path.startswith(PART) and level in SAID for (by, path), level in found.items()), found


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ({"CODEOWNERS": "* @a\n/src/ @b\n"}, {".github/CODEOWNERS": "* @agent\n"}, ".github/CODEOWNERS"),
        ({"docs/CODEOWNERS": "* @a\n"}, {"CODEOWNERS": "* @agent\n"}, "CODEOWNERS"),
        ({"CODEOWNERS": "/src/ @b\n"}, {"CODEOWNERS": "/src/ @b\n* @agent\n"}, "CODEOWNERS"),
        ({"CODEOWNERS": "[A]\n* @b\n"}, {"CODEOWNERS": "[A]\n* @b\n!/src/\n"}, "CODEOWNERS"),
        (
            {
                f"{PART}pyproject.toml": SIGNERS,
                "keys": "a ssh-rsa A\n",
            },
            {"keys": "a ssh-rsa A\nb ssh-rsa B\n"},
            "keys",
        ),
        ({}, {"tests/pytest.ini": "[pytest]\naddopts = -k nothing\n"}, "tests/pytest.ini"),
        ({}, {"bin/tool": PROGRAM}, "bin/tool"),
    ],
    ids=[
        "a place before it",
        "another place",
        "a later line",
        "an exception",
        "a part's signers",
        "tests",
        "a program",
    ],
)
def test_what_counts_before_a_guard(before: Files, after: Files, path: str, tmp_path: Path) -> None:
    found = told(tmp_path, {**HONEST, **before}, after)
    assert any(place == path and level in SAID for (_, place), level in found.items()), found


@pytest.mark.parametrize("folder", ["", PART], ids=["root", "part"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"conftest.py": FIXTURE}),
        ({"conftest.py": FIXTURE}, {"conftest.py": FIXTURE.replace("1", "2")}),
        ({}, {".gitattributes": "*.py text eol=lf\n*.png binary\n", ".gitignore": "__pycache__/\ndist/\n"}),
        ({}, {"src/calc_data.bin": b"\0\1\2", "docs/a.png": b"\x89PNG\r\n"}),
        ({"CODEOWNERS": "* @a\n"}, {"CODEOWNERS": "* @b\n/docs/ @writers\n"}),
        ({".claude/settings.json": HOOKS}, {".claude/settings.json": HOOKS.replace("claude", "claude --budget 5s")}),
    ],
    ids=["fixture", "edited fixture", "git's files", "data", "owners", "hook"],
)
def test_what_is_no_more_than_a_note(before: Files, after: Files, folder: str, tmp_path: Path) -> None:
    base = {**HONEST, **placed({**HONEST, **before}, folder)}
    assert not SAID & set(told(tmp_path, base, placed(after, folder)).values())
