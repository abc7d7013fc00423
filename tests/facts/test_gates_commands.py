"""Commands of CI, tasks and hooks: which tool, where, and whether its failure counts."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.facts.gates.document import json, yaml
from pytest_agentaudit.facts.gates.hooks import hook_file
from pytest_agentaudit.facts.gates.model import Check
from pytest_agentaudit.facts.gates.runs import runs
from pytest_agentaudit.facts.gates.shell import commands
from pytest_agentaudit.facts.gates.tasks import tasks
from pytest_agentaudit.facts.gates.workflows import workflow

TOOLS = {
    "pytest -q": "pytest",
    "python -m pytest": "pytest",
    "python3.12 -W error -m pytest tests": "pytest",
    "${PREFIX}pytest": "pytest",
    "$(VENV)/bin/pytest": "pytest",
    "PYTHONPATH=src uv run --frozen pytest": "pytest",
    "timeout 600 bash -c 'poetry run pytest -x'": "pytest",
    "coverage run --branch -m pytest tests": "pytest",
    "docker compose run web pytest": "pytest",
    "uvx ruff check .": "ruff",
    "uv run --group test --with pyright mypy src": "mypy",
    "ruff format --check": "ruff format",
    "coverage report --fail-under=90": "coverage report",
    "tox -e lint": "tox",
    "make test": "make test",
    "just lint": "just lint",
    "./scripts/test": "scripts/test",
    "if ! mypy .; then exit 1; fi": "mypy",
    "{envpython} -m mypy src": "mypy",
    "pip install pytest mypy": "",
    "uv pip install pytest": "",
    "uv add ruff": "",
    "python -m pip install tox": "",
    'echo "pytest"': "",
    "- Updated mypy pins": "",
    "git commit -m pytest": "",
    "cat pytest.ini": "",
    "pytest --version": "",
    "pre-commit install": "",
    "./ci/upload_coverage.sh": "",
    "python scripts/release.py mypy": "",
    "# pytest": "",
    "coverage combine": "",
}

EXCUSES = {
    "pytest": "",
    "pytest || true": "|| true",
    'pytest || echo "Tests completed"': "|| echo Tests completed",
    "pytest || (echo see above; exit 1)": "",
    "pytest || exit 1": "",
    "pytest || test $? -eq 5": "",
    "pytest; true": "; true",
    "pytest && echo fine": "",
    "pytest | tee log": "| tee",
    "set -o pipefail\npytest | tee log": "",
    "-pytest": "-",
    "- pytest": "-",
    "@pytest": "",
    "set +e\npytest": "set +e",
    "set +e\npytest\ncode=$?\nexit $code": "",
    "flake8 --exit-zero": "--exit-zero",
    "pytest \\\n  -q || true": "|| true",
    "pytest 'unbalanced || true": "|| true",
    "pytest -k '${{ a || b }}'": "",
}


@pytest.mark.parametrize(("text", "tool"), TOOLS.items(), ids=TOOLS)
def test_the_tool_of_a_command(text: str, tool: str) -> None:
    assert [it.tool for it in commands(text)] == ([tool] if tool else [])


@pytest.mark.parametrize(("text", "excuse"), EXCUSES.items(), ids=EXCUSES)
def test_whether_its_failure_counts(text: str, excuse: str) -> None:
    assert [it.excuse for it in commands(text)] == [excuse]


def test_lines_count_from_the_first_one_and_continuations_belong_together() -> None:
    found = list(commands("echo\nruff check .\npytest \\\n -q\nmypy .", 10))
    assert [(it.tool, it.line) for it in found] == [("ruff", 11), ("pytest", 12), ("mypy", 14)]


WORKFLOWS = {
    ".github/workflows/a.yml": (
        (
            "on:\n  push:\n    branches: [main]\njobs:\n  test:\n    needs: lint\n    strategy:\n      matrix:\n"
            '        python: ["3.12"]\n        include:\n          - python: "3.13"\n    steps:\n      - run: |\n'
            "          echo\n          pytest\n      - uses: pre-commit/action@v3.0.1\n      - if: ${{ false }}\n"
            "        run: mypy .\n"
        ),
        [("test", "pytest", 15, ""), ("test", "pre-commit", 16, ""), ("test", "mypy", 18, "if: ${{ false }}")],
    ),
    ".gitlab-ci.yml": (
        "stages: [test]\n.base: &base\n  script: [pytest]\ntest:\n  <<: *base\n  allow_failure: true\n",
        [(".base", "pytest", 3, ""), ("test", "pytest", 3, "allow_failure: true")],
    ),
    ".circleci/config.yml": (
        (
            "jobs:\n  build:\n    steps:\n      - checkout\n      - run: tox\n"
            "      - run:\n          command: |\n            mypy .\n"
        ),
        [("build", "tox", 5, ""), ("build", "mypy", 8, "")],
    ),
    "azure-pipelines.yml": (
        (
            "stages:\n  - stage: s\n    jobs:\n      - job: j\n        steps:\n"
            "          - bash: pytest\n            enabled: false\n"
        ),
        [("j", "pytest", 6, "enabled: false")],
    ),
    ".travis.yml": (
        "jobs:\n  include:\n    - script: mypy .\nscript:\n  - pytest\n",
        [("", "mypy", 3, ""), ("", "pytest", 5, "")],
    ),
}


@pytest.mark.parametrize("path", WORKFLOWS)
def test_jobs_of_ci_services(path: str) -> None:
    text, expected = WORKFLOWS[path]
    found = [(it.place, it.command.tool, it.command.line, it.command.excuse) for it in runs(path, text)]
    assert found == expected


def test_a_workflow_has_triggers_a_matrix_and_needs() -> None:
    text, _ = WORKFLOWS[".github/workflows/a.yml"]
    read = workflow(".github/workflows/a.yml", text)
    assert [(it.event, dict(it.filters)) for it in read.triggers] == [("push", {"branches": ("main",)})]
    assert read.jobs[0].versions == {"python": ("3.12", "3.13")}
    assert read.jobs[0].needs == ("lint",)


def test_a_broken_workflow_runs_nothing_and_says_so() -> None:
    read = workflow(".github/workflows/a.yml", "jobs: [\n")
    assert not read.jobs
    assert not read.readable


TASKS = {
    "Makefile": (
        "test: lint\n\tpytest\n\nlint:\n\t-ruff check .\n",
        {"test": ["make lint", "pytest"], "lint": ["ruff"]},
    ),
    "justfile": ("test *args:\n  uv run pytest {{args}}\n", {"test": ["pytest"]}),
    "tox.ini": ("[testenv]\ncommands =\n  py: pytest {posargs}\n  - mypy src\n", {"testenv": ["pytest", "mypy"]}),
    "noxfile.py": (
        "@nox.session\ndef tests(session):\n    session.run('pytest', *session.posargs)\n",
        {"tests": ["pytest"]},
    ),
    "pyproject.toml": ('[tool.poe.tasks]\ntest = "pytest -q"\n', {"tool.poe.tasks.test": ["pytest"]}),
    "scripts/check.sh": ("#!/bin/sh\nmypy .\n", {"check.sh": ["mypy"]}),
}


@pytest.mark.parametrize("path", TASKS)
def test_tasks(path: str) -> None:
    text, expected = TASKS[path]
    assert {it.name: [command.tool for command in it.commands] for it in tasks(path, text)} == expected


def test_tox_and_nox_can_drop_a_failure() -> None:
    tox = tasks("tox.ini", "[testenv]\nignore_outcome = true\ncommands = pytest\n")
    nox = tasks("noxfile.py", "def tests(session):\n    session.run('pytest', success_codes=[0, 1])\n")
    assert [it.excuse for task in (*tox, *nox) for it in task.commands] == ["ignore_outcome = true", "success_codes"]


def test_hooks_know_their_tool_stage_and_line() -> None:
    text = (
        "default_stages: [pre-commit]\nci:\n  skip: [mypy]\nrepos:\n  - repo: local\n    hooks:\n      - id: types\n"
        "        entry: uv run mypy\n      - id: ruff-format\n        stages: [manual]\n"
        "      - id: trailing-whitespace\n"
    )
    read = hook_file(text)
    found = [(it.name, it.line, it.command.tool if it.command else "", it.is_manual) for it in read.hooks]
    assert found == [
        ("types", 7, "mypy", False),
        ("ruff-format", 9, "ruff format", True),
        ("trailing-whitespace", 11, "", False),
    ]
    assert [it.check for it in read.hooks] == [Check.TYPES, Check.FORMAT, None]
    assert read.ci_skip == ("mypy",)


def test_aliases_are_followed_and_bombs_are_not() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n" for n in range(9)
    )
    assert yaml("a: &x {k: v}\nb: *x\n").get("b", "k").text == "v"
    assert not yaml(bomb)
    assert not yaml("a: &a [*a]\n")


def test_json_may_hold_comments_and_tabs() -> None:
    root = json('{\n\t// why\n\t"a": "http://x", /* b */\n\t"c": [true]\n}\n')
    assert (root.get("a").text, root.get("c").texts(), root.get("c").place) == ("http://x", ("true",), 4)


READERS: tuple[Callable[[str], object], ...] = (
    lambda text: list(commands(text)),
    yaml,
    json,
    lambda text: workflow(".github/workflows/a.yml", text),
    lambda text: workflow(".gitlab-ci.yml", text),
    lambda text: workflow("azure-pipelines.yml", text),
    hook_file,
    lambda text: [tasks(path, text) for path in TASKS],
)


@given(st.text(alphabet="abpytest:-[]{}&*|>!'\"\\\n\t #=%$(@0.,<?") | st.text())
def test_no_text_breaks_a_reader(text: str) -> None:
    for read in READERS:
        read(text)
