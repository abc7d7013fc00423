"""The examples of removed-hook."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_agentaudit.rules.base import Example

_PATH = ".pre-commit-config.yaml"
_HOOKS = (
    "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.9.0\n    hooks:\n      - id: ruff\n"
    "  - repo: https://github.com/pre-commit/mirrors-mypy\n    rev: v1.14.0\n    hooks:\n      - id: mypy\n"
)
_FLAKE8 = (
    "repos:\n  - repo: https://github.com/pycqa/flake8\n    rev: 7.0.0\n    hooks:\n      - id: flake8\n"
    "  - repo: https://github.com/pycqa/isort\n    rev: 5.13.0\n    hooks:\n      - id: isort\n"
)
_RUFF = (
    "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.9.0\n    hooks:\n      - id: ruff\n"
)
_MYPY = "  - repo: https://github.com/pre-commit/mirrors-mypy\n    rev: v1.14.0\n    hooks:\n      - id: mypy\n"
_CODE = {"shop/total.py": "def total(items):\n    return sum(items)\n", "pyproject.toml": '[project]\nname = "shop"\n'}
_EDITED = {"shop/total.py": "def total(items):\n    return sum(items, 0)\n"}
_SCRIPT = "git add .\ngit commit -m release\n"


def _example(
    title: str, before: str, after: str, *expect: str, path: str = _PATH, more: Mapping[str, str] | None = None
) -> Example:
    return Example(title, {**_CODE, path: before}, {**_CODE, path: after, **(more or {})}, expect)


EXAMPLES = (
    _example("a type checker is gone", _HOOKS, _HOOKS.replace(_MYPY, ""), f"{_PATH}:5 warning"),
    _example(
        "it moved to the manual stage",
        _HOOKS,
        _HOOKS + "        stages: [manual]\n",
        f"{_PATH}:10 warning",
    ),
    _example(
        "the changed file is excluded",
        _HOOKS,
        _HOOKS + "        exclude: ^shop/total\n",
        f"{_PATH}:10 error",
        more=_EDITED,
    ),
    _example(
        "a file that the change adds is excluded",
        _HOOKS,
        _HOOKS + "        exclude: ^shop/sum\n",
        f"{_PATH}:10 warning",
        more={"shop/sums.py": _EDITED["shop/total.py"]},
    ),
    _example(
        "a new package is left to a run of its own",
        _HOOKS,
        _HOOKS + "        files: ^shop/\n",
        more={
            "desk/sums.py": _EDITED["shop/total.py"],
            ".github/workflows/ci.yml": "on: push\njobs:\n  types:\n    steps:\n      - run: mypy desk\n",
        },
    ),
    _example("commented out", _HOOKS, _HOOKS.replace("      - id: mypy", "      # - id: mypy"), f"{_PATH}:9 warning"),
    _example(
        "a script goes around the hooks",
        _SCRIPT,
        _SCRIPT.replace("commit -m", "commit --no-verify -m"),
        "scripts/release.sh:2 warning",
        path="scripts/release.sh",
    ),
    _example(
        "CI skips what guards a local branch",
        "jobs:\n  hooks:\n    steps:\n      - run: pre-commit run -a\n",
        "jobs:\n  hooks:\n    env:\n      SKIP: no-commit-to-branch\n    steps:\n      - run: pre-commit run -a\n",
        path=".github/workflows/ci.yml",
    ),
    _example("ruff takes the place of flake8 and isort", _FLAKE8, _RUFF),
    _example("the hooks have another order", _HOOKS, _RUFF.replace("repos:\n", "repos:\n" + _MYPY)),
    _example("newer versions", _HOOKS, _HOOKS.replace("v0.9.0", "v0.11.0")),
    _example("a folder of other people's code is excluded", _HOOKS, _HOOKS + "        exclude: ^vendor/\n"),
    _example(
        "CI runs it",
        _HOOKS,
        _RUFF,
        more={".github/workflows/ci.yml": "on: push\njobs:\n  types:\n    steps:\n      - run: mypy .\n"},
    ),
    _example(
        "a hook that only tidies",
        _HOOKS
        + "  - repo: https://github.com/pre-commit/pre-commit-hooks\n    hooks:\n      - id: end-of-file-fixer\n",
        _HOOKS,
    ),
    _example("pre-commit.ci skips what CI runs", _HOOKS, "ci:\n  skip: [mypy]\n" + _HOOKS),
)
