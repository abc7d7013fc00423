"""Hooks of pre-commit and its kin: what runs on every commit, on which files, at which stage."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.gates.document import Item, yaml
from pytest_agentaudit.facts.gates.model import Check, Command
from pytest_agentaudit.facts.gates.shell import TOOLS

IDS = {
    "ruff-check": "ruff",
    "ruff-format": "ruff format",
    "mirrors-mypy": "mypy",
    "black-jupyter": "black",
    "pyright-pretty": "pyright",
    "zizmor": "zizmor",
    "detect-secrets": "detect-secrets",
    "python-bandit": "bandit",
    "local-mypy": "mypy",
    "run-mypy": "mypy",
}
"""Ids of hooks that are no tool's name."""

CHECKS = {
    **dict.fromkeys(("detect-private-key", "detect-aws-credentials", "check-added-large-files"), Check.SECURITY),
    **dict.fromkeys(("no-commit-to-branch", "forbid-new-submodules"), Check.SECURITY),
    **dict.fromkeys(("debug-statements", "name-tests-test", "check-ast", "check-builtin-literals"), Check.LINT),
    **dict.fromkeys(("check-merge-conflict", "check-yaml", "check-toml", "check-json", "check-xml"), Check.LINT),
    **dict.fromkeys(("check-case-conflict", "check-docstring-first", "check-symlinks"), Check.LINT),
    **dict.fromkeys(("python-no-eval", "python-check-blanket-noqa", "python-use-type-annotations"), Check.LINT),
    **dict.fromkeys(("python-check-blanket-type-ignore", "python-check-mock-methods"), Check.LINT),
}
"""Hooks that are no tool's, by what they check."""

NORMAL_STAGES = frozenset(
    {"commit", "pre-commit", "push", "pre-push", "commit-msg", "merge-commit", "pre-merge-commit"}
)


class Hook(Struct, frozen=True):
    """A hook. `name` is its id; `check` what it checks (None: it only tidies); `stages` where it runs."""

    name: str
    repo: str
    line: int
    command: Command | None
    check: Check | None
    args: tuple[str, ...]
    exclude: str
    exclude_line: int
    files: str
    stages: tuple[str, ...]
    stages_line: int
    types: tuple[str, ...] = ()

    @property
    def is_manual(self) -> bool:
        """Whether nothing starts it but a person."""
        return bool(self.stages) and not NORMAL_STAGES.intersection(self.stages)


class HookFile(Struct, frozen=True):
    """A file of hooks with what holds for all of them."""

    hooks: tuple[Hook, ...]
    exclude: str = ""
    exclude_line: int = 1
    files: str = ""
    ci_skip: tuple[str, ...] = ()
    ci_skip_line: int = 1
    readable: bool = True


def hook_file(text: str) -> HookFile:
    """pre-commit's settings in a text."""
    root = yaml(text)
    if not root.entries:
        return HookFile((), readable=not text.strip())
    default = root.get("default_stages").texts()
    skip = root.get("ci", "skip")
    return HookFile(
        tuple(_hooks(root, default)),
        root.get("exclude").text,
        root.get("exclude").place or 1,
        root.get("files").text,
        skip.texts(),
        skip.place or 1,
    )


def is_check(hook: Hook) -> bool:
    """Whether a hook finds what may be wrong: neither one that tidies nor one that minds the form of a file."""
    return hook.check not in (None, Check.FORMAT) and (hook.command is not None or hook.check is Check.SECURITY)


def hooks(text: str) -> tuple[Hook, ...]:
    """The hooks in a text."""
    return hook_file(text).hooks


def _hooks(root: Item, default: tuple[str, ...]) -> Iterator[Hook]:
    for repo in root.get("repos").items:
        for hook in repo.get("hooks").items:
            yield _hook(hook, repo.get("repo").text, default)


def _hook(hook: Item, repo: str, default: tuple[str, ...]) -> Hook:
    name = hook.get("id").text
    args = tuple(it.text for it in hook.get("args").scalars())
    stages = hook.get("stages")
    tool = _tool(name, hook.get("entry").text, args)
    kind = TOOLS.get(tool.split(" ")[0]) if tool else CHECKS.get(name)
    check = Check.FORMAT if tool == "ruff format" else kind
    line = hook.get("id").place or hook.line
    text = " ".join((hook.get("entry").text or name, *args))
    its_stages = stages.texts() or default
    manual = bool(its_stages) and not NORMAL_STAGES.intersection(its_stages)
    excuse = "stages: manual" if manual else ""
    return Hook(
        name=name,
        repo=repo,
        line=line,
        command=Command(tool, check, args, text, line, excuse) if tool and check else None,
        check=check,
        args=args,
        exclude=hook.get("exclude").text,
        exclude_line=hook.get("exclude").place or line,
        files=hook.get("files").text,
        stages=its_stages,
        stages_line=stages.place or line,
        types=hook.get("types").texts(),
    )


def _tool(name: str, entry: str, args: tuple[str, ...]) -> str:
    """The tool that a hook runs: by its id, else by its entry's words."""
    known = IDS.get(name, name)
    if known.split(" ")[0] in TOOLS:
        return known
    words = _words(f"{entry} {' '.join(args)}")
    named = (it.rpartition("/")[2] for it in words)
    found = next((it for it in named if it in TOOLS), "")
    return found or next((it for it in re.split(r"[-_ ]", name) if it in TOOLS), "")


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()
