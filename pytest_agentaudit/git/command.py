"""How git is run: by full path, from a fixed environment, with everything switched off that could run a program, hide
a difference or wait for a person.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from pytest_agentaudit.children import clean_environment, which
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.hardened import ENVIRONMENT, SETTINGS
from pytest_agentaudit.patterns import regex
from pytest_agentaudit.process import Completed, run

TIMEOUT = 120.0
"""Seconds that one git command may take."""

OWN_SETTINGS = frozenset({"core.autocrlf", "core.filemode", "core.excludesfile"})
"""Settings of the user that say what a file of the work tree is."""
REPOSITORY = frozenset({"local", "worktree"})
"""The scopes of settings that hold under `ENVIRONMENT` too."""
FILTER = regex(r"filter\.", re.IGNORECASE)
OWN = ("HOME", "XDG_CONFIG_HOME", "SUDO_UID")


class Git(Struct, frozen=True):
    """Git for one repository. `git_dir` and `work_tree` are absolute; a bare repository has no work tree.

    Naming both on each command line keeps `core.worktree`, discovery and the caller's GIT_* variables out of it.
    `settings` are overrides beyond the fixed ones ("key=value"), `own` the user's OWN_SETTINGS, of whatever file.
    `index` is another index than the work tree's own.
    """

    program: str
    git_dir: str
    work_tree: str
    settings: tuple[str, ...] = field(default=())
    own: Mapping[str, str] = field(default_factory=dict)
    index: str = ""

    @property
    def root(self) -> str:
        """Where commands run: the top of the work tree, or the bare repository."""
        return self.work_tree or self.git_dir

    def argv(self, *arguments: str) -> list[str]:
        """The whole command line."""
        overrides = [part for setting in (*SETTINGS, *self.settings) for part in ("-c", setting)]
        place = [f"--git-dir={self.git_dir}", *([f"--work-tree={self.work_tree}"] if self.work_tree else [])]
        return [self.program, "--no-pager", "--no-replace-objects", *place, *overrides, *arguments]

    def environment(self) -> dict[str, str]:
        """The environment of every command but discovery."""
        return {**clean_environment(), **ENVIRONMENT, **({"GIT_INDEX_FILE": self.index} if self.index else {})}

    def attempt(self, *arguments: str, stdin: bytes = b"") -> Completed:
        """Run a command; its exit status is the caller's to check."""
        environment = self.environment()
        done = run(self.argv(*arguments), cwd=self.root, env=environment, stdin=stdin, timeout=TIMEOUT)
        if done.timed_out:
            raise AuditError(
                f"`git {arguments[0]}` did not end within {TIMEOUT:.0f} s",
                "look for pipes or devices named .gitignore or .gitattributes, and for a stuck file system",
            )
        return done

    def output(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run a command that has to succeed, and return what it printed."""
        done = self.attempt(*arguments, stdin=stdin)
        if done.status:
            raise AuditError(f"`git {arguments[0]}` failed: {done.complaint}", f"try it by hand in {self.root}")
        return done.stdout


def find_program() -> str:
    """The git on PATH, relative folders left out. AuditError where there is none."""
    program = which("git", clean_environment()["PATH"])
    if not program:
        raise AuditError("there is no git on PATH", "install git, or put its folder on PATH")
    return program


def own_environment() -> dict[str, str]:
    """The environment in which git finds the user's own configuration, so that it trusts what the user trusts."""
    names = [name for name in os.environ if name.startswith("GIT_CONFIG")]
    return {**clean_environment((*OWN, *names)), "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def settled(git: Git) -> Git:
    """The same git with the user's own settings known, and every content filter of the repository switched off: git
    would run them to compare a file's content. Reading settings runs nothing.
    """
    argv = [git.program, f"--git-dir={git.git_dir}", "config", "--list", "--show-scope", "-z"]
    done = run(argv, cwd=git.root, env=own_environment(), timeout=TIMEOUT)
    if done.status:
        raise AuditError(f"git cannot read its settings: {done.complaint}", f"mend {git.git_dir}/config")
    words = done.stdout.decode("utf-8", "surrogateescape").split("\0")
    settings = [(scope, *item.partition("\n")[::2]) for scope, item in zip(words[::2], words[1::2], strict=False)]
    own = {key: value for _, key, value in settings if key in OWN_SETTINGS}
    filters = {key.rpartition(".")[0] for scope, key, _ in settings if scope in REPOSITORY and FILTER.match(key)}
    return replace(git, own=own, settings=_switched_off(filters))


def _switched_off(drivers: set[str]) -> tuple[str, ...]:
    odd = sorted(driver for driver in drivers if "=" in driver or "\n" in driver)
    if odd:
        raise AuditError(f"the repository's configuration names a filter that cannot be switched off: {odd[0]!r}")
    return tuple(
        f"{driver}.{key}" for driver in sorted(drivers) for key in ("clean=", "smudge=", "process=", "required=false")
    )
