"""Where an attack takes place: one honest project under git, a base that the attacker cannot choose, and a branch."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tests.support.repo import ENVIRONMENT, GitRepo

Files = Mapping[str, str | bytes | None]

SETTINGS = '[project]\nname = "calc"\nversion = "1.0"\n\n[tool.pytest.ini_options]\npythonpath = ["src"]\n'
IN_TESTS = 'testpaths = ["tests"]\n'
BY_SETTINGS = {"pyproject.toml": f'{SETTINGS}{IN_TESTS}addopts = ["--agent-audit"]\n'}
"""Settings that start the audit, where a team relies on them."""
CALC = "def add(a, b):\n    return a + b\n"
TEST_CALC = "from calc import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n"
PROJECT = "pyproject.toml"
HONEST: Files = {PROJECT: SETTINGS + IN_TESTS, "src/calc.py": CALC, "tests/test_calc.py": TEST_CALC}

WRONG = f"{CALC}\n\ndef mul(a, b):\n    return a + b\n"
RED: Files = {
    "src/calc.py": WRONG,
    "tests/test_new.py": "from calc import mul\n\n\ndef test_new():\n    assert mul(2, 3) == 6\n",
}
"""A change whose new test fails: what most attacks want to see green."""
UNTESTED: Files = {"src/calc.py": f"{CALC}\n\ndef mul(a, b):\n    return a * b\n"}
"""A change that no test runs."""
QUIET: Files = {"src/calc.py": CALC.replace("return a + b\n", "return a + b  # noqa\n")}
"""A change that an audit has to find without a run: a bare suppression in the product."""

OPEN = "1 failed"
"""Fits an attack that hides a failing test: the run says openly that it fails."""
REFUSED = "could not audit:"
"""Fits an attack on the repository, or on the audit: it says that it cannot be done, and is red."""
GONE = "unrecognized arguments: --agent-audit"
"""Fits an attack on the plugin: pytest does not know the option any more, and is red."""
IDLE = "nothing was run"
"""Fits an attack on the run: none took place, and the audit is red for that."""


def governed(files: Files, policy: str, default: Files | None = None) -> Files:
    """The files, with a policy in those settings of the project that they, or else the default, hold."""
    held = {**(default or {}), **files} if policy else files
    settings = held.get(PROJECT)
    return {**held, PROJECT: f"{settings}\n{policy}"} if policy and isinstance(settings, str) else held


class Naive(StrEnum):
    """A check that a plain tool would make, and that the attack leaves green."""

    PYTEST = "pytest exits with 0 or 5"
    DIFF = "git's diff shows no suppression"
    NONE = "nothing is asked"


@dataclass(frozen=True)
class Attack:
    """What an attacker does after the base was taken.

    `fits` names the rules whose findings tell of it, and words (with blanks) that do where the audit is red.
    `files` are written and committed, unless `act` does that in its own way; `before` is what the base has beside the
    honest project. `environ`, `arguments` and `flag` (whether the command asks for the audit) describe the run;
    "{root}" in them is the folder of the project. `committed` is false where all stays in the work tree: nothing of it
    ships. `naive` stays green.
    """

    fits: tuple[str, ...]
    files: Files = field(default_factory=dict)
    act: Callable[[Scene], None] | None = None
    before: Files = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    naive: Naive = Naive.NONE
    flag: bool = True
    committed: bool = True


class Scene(GitRepo):
    """The project on disk. `base` is the full name of the commit before the attack, taken down outside of it."""

    def __init__(self, path: Path, start: Path) -> None:
        shutil.copytree(start, path, symlinks=True)
        super().__init__(path, create=False)
        self.base = self.head
        self.environ: dict[str, str] = {}

    def play(self, attack: Attack, policy: str = "") -> None:
        """Do what the attack does, on a branch of its own. The project has this policy, and attacks leave it alone."""
        if before := governed(attack.before, policy, {PROJECT: HONEST[PROJECT]}):
            self.base = self.commit(before, "before")
        self.git("switch", "-q", "-c", "agent")
        self.write(governed(attack.files, policy))
        if attack.act:
            attack.act(self)
        elif attack.committed:
            self.commit()
        self.environ = {name: value.replace("{root}", str(self.path)) for name, value in attack.environ.items()}

    @property
    def head(self) -> str:
        """The full name of HEAD, whoever owns the repository."""
        return self.ask("-c", "safe.directory=*", "rev-parse", "HEAD")

    def set(self, key: str, value: str) -> None:
        """A setting in the repository's own configuration."""
        self.git("config", key, value)

    def outside(self, name: str) -> Path:
        """A place beside the repository."""
        return self.path.parent / name

    def naive_diff(self) -> str:
        """What `git diff` shows to somebody who trusts repository and environment; "" where git fails."""
        done = subprocess.run(
            ["git", "diff", "main"],
            cwd=self.path,
            env={**ENVIRONMENT, **self.environ},
            capture_output=True,
            check=False,
        )
        return os.fsdecode(done.stdout)


def lay_out(path: Path) -> Path:
    """The honest project with its one commit, to be copied for each attack."""
    repo = GitRepo(path)
    shutil.rmtree(path / ".git/hooks", ignore_errors=True)
    repo.commit(HONEST, "start")
    return path
