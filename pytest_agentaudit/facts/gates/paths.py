"""Which files may hold bars, checks, hooks and guards, told by their paths."""

from __future__ import annotations

import posixpath

from pytest_agentaudit.change.model import FilePair
from pytest_agentaudit.change.names import CONFIG_FILES
from pytest_agentaudit.patterns import worded

WORKFLOW = worded(
    (".y",),
    r"(.*/)?\.(github|gitea|forgejo)/workflows/[^/]+\.ya?ml|(.*/)?\.(github|gitea)/actions/.+\.ya?ml"
    r"|(.*/)?\.gitlab-ci\.ya?ml|\.gitlab/.*\.ya?ml|\.circleci/.*\.ya?ml|(.*/)?\.?azure-pipelines[^/]*(/.*)?\.ya?ml"
    r"|\.travis\.ya?ml|\.?appveyor\.ya?ml|bitbucket-pipelines\.yml|\.cirrus\.yml|\.drone\.ya?ml|\.woodpecker(/.*)?\.ya?ml",
)
"""Paths of CI definitions."""
TASKS = worded(
    (
        "akefile",
        ".mk",
        "ustfile",
        "askfile",
        "tox.",
        "noxfile",
        "pyproject",
        "setup.cfg",
        "hatch.toml",
        "duties",
        "tasks.py",
        "script",
        "bin/",
        "ci/",
        "tools/",
        "dev/",
        "hack/",
        ".github/",
        ".sh",
        ".bash",
        ".husky/",
        ".githooks/",
        "Dockerfile",
    ),
    r"(.*/)?(GNUmakefile|[Mm]akefile|.*\.mk|\.?[Jj]ustfile|Taskfile\.ya?ml|tox\.(ini|toml)|noxfile\.py|pyproject\.toml"
    r"|setup\.cfg|hatch\.toml|duties\.py|tasks\.py)|(.*/)?(scripts?|bin|ci|\.ci|tools|dev|hack|\.github)/[^/.]+(\.(sh|bash|py))?"
    r"|(.*/)?(run[-_])?(tests?|checks?|lint|ci|verify|validate)([-_][\w-]+)?\.(sh|bash)"
    r"|[^/]+\.(sh|bash)|\.husky/[^/]+|(.*/)?\.githooks/[^/]+|Dockerfile.*",
)
"""Paths that may hold tasks."""
HOOKS = worded((".pre-commit-config",), r"(.*/)?\.pre-commit-config\.ya?ml")
"""Paths of pre-commit's settings."""
_JSON = worded(
    ("baseline",),
    r"(.*/)?(\.secrets\.baseline|\.?basedpyright/baseline\.json|\.?bandit[-_]?baseline\.json|\.bandit_baseline\.json"
    r"|\.semgrep[-_]?baseline\.json|\.?pyright[-_]?baseline\.json|pyrefly[-_]?baseline\.json|\.?ruff[-_]?baseline\.json"
    r"|[\w.-]*lint[-_]baseline\.json|\.?ty[-_]baseline\.json)",
)
_LINES = worded(
    ("baseline", "fail", "error", "skip", "deselect", "quarantine", "flaky"),
    r"(.*/)?(\.?mypy[-_]baseline\.txt|\.?flake8[-_]baseline(\.txt)?|\.?ruff[-_]baseline\.txt|\.?pylint[-_]baseline\.txt"
    r"|\.?baseline\.(mypy|flake8|ruff|pylint)|[\w.-]*(known|expected|allowed)[-_]?(fail(ure)?s?|failing|errors?)[\w.-]*"
    r"|[\w.-]*(xfails?|skip[-_]?list|deselect(ed)?|quarantined?|flaky[-_]?tests?)[\w.-]*\.(txt|lst|list|ya?ml|json|toml))",
)
_IGNORES = worded(
    ("ignore", ".snyk", ".safety-policy", ".nsprc"),
    r"(.*/)?(\.semgrepignore|\.trivyignore|\.gitleaksignore|\.snyk|\.safety-policy\.ya?ml|\.nsprc)",
)
_SUFFIXES = (".txt", ".lst", ".list", ".json", ".yml", ".yaml", ".toml", ".baseline", "")
OWNERS = worded(("CODEOWNERS",), r"(\.github/|\.gitlab/|docs/)?CODEOWNERS")
"""Paths of code owners."""
INSTRUCTIONS = worded(
    (".md", "rules", "goosehints", "instructions", "microagents"),
    r"(.*/)?(AGENTS?|CLAUDE|GEMINI|CONVENTIONS)(\.local)?\.md|(.*/)?\.(cursorrules|windsurfrules|clinerules|goosehints)"
    r"|(.*/)?\.cursor/rules/.*|\.github/copilot-instructions\.md|\.github/instructions/.*|\.openhands/microagents/.*"
    r"|(.*/)?\.clinerules/.*",
)
PERMISSIONS = worded(
    (".json",),
    r"(.*/)?\.(claude|gemini|codex|cursor)/(settings|hooks|permissions)(\.local)?\.json|\.github/hooks/[^/]+\.json",
)
BRANCH = worded(
    (".github/", "mergify"), r"\.github/(settings|branch-protection|rulesets?/.*)\.(ya?ml|json)|(.*/)?\.?mergify\.ya?ml"
)
_MORE = ("codecov.yml", ".codecov.yml", "codecov.yaml", ".codecov.yaml", "bandit.yaml", "bandit.yml", ".bandit.yml")
"""Settings files beside those that are known by name."""


def is_runs(path: str) -> bool:
    """Whether a file may hold commands."""
    return bool(WORKFLOW.fullmatch(path) or TASKS.fullmatch(path) or HOOKS.fullmatch(path))


def is_baseline(path: str) -> bool:
    """Whether a file's name says that it holds known failures."""
    name = path.rpartition("/")[2]
    suffix = f".{name.rsplit('.', 1)[-1]}" if "." in name.lstrip(".") else ""
    return bool(_JSON.fullmatch(path) or _IGNORES.fullmatch(path)) or bool(
        _LINES.fullmatch(path) and (suffix in _SUFFIXES or _is_list(name))
    )


def _is_list(name: str) -> bool:
    return name.startswith((".baseline", "baseline."))


def is_guard(path: str) -> bool:
    """Whether a file guards something."""
    return any(it.fullmatch(path) for it in (OWNERS, INSTRUCTIONS, PERMISSIONS, BRANCH))


def holds_keys(content: bytes) -> bool:
    """Whether a file may be a list of signers."""
    return any(kind in content for kind in (b"ssh-", b"ecdsa-sha2-"))


def is_settings(path: str) -> bool:
    """Whether a file may hold settings of a checker or of pytest."""
    name = posixpath.basename(path)
    return CONFIG_FILES.fullmatch(name) is not None or name in _MORE


def may_matter(pair: FilePair) -> bool:
    """Whether a changed file may be any of these."""
    sides = [side for side in (pair.old, pair.new) if side]
    return any(
        is_settings(it.path) or is_runs(it.path) or is_baseline(it.path) or is_guard(it.path) for it in sides
    ) or bool(pair.new and holds_keys(pair.new.content))
