"""The settings by which coding agents call `agentaudit hook` before they stop."""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct

from pytest_agentaudit.cli.setup.edits import Edit, Folder
from pytest_agentaudit.cli.setup.json_text import added
from pytest_agentaudit.errors import AuditError

SECONDS = 120
"""How long an agent waits for the answer; what takes longer holds nobody back."""


class Settings(Struct, frozen=True):
    """Where an agent keeps its hooks: the file, the list in it, what to add to it, and what a new file begins with.

    `traces` are files and folders by which a repository shows that the agent is used there.
    """

    path: str
    keys: tuple[str, ...]
    entry: Mapping[str, object]
    fresh: str = "{}\n"
    traces: tuple[str, ...] = ()


def _command(agent: str) -> str:
    return f"agentaudit hook {agent}"


def _nested(agent: str, timeout: int, **more: object) -> dict[str, object]:
    """An entry of the form that Claude Code, Codex and Gemini CLI share."""
    return {**more, "hooks": [{"type": "command", "command": _command(agent), "timeout": timeout}]}


SETTINGS: Mapping[str, Settings] = {
    "claude": Settings(
        ".claude/settings.json",
        ("hooks", "Stop"),
        _nested("claude", SECONDS),
        traces=(".claude", "CLAUDE.md"),
    ),
    "codex": Settings(
        ".codex/hooks.json",
        ("hooks", "Stop"),
        _nested("codex", SECONDS),
        traces=(".codex",),
    ),
    "gemini": Settings(
        ".gemini/settings.json",
        ("hooks", "AfterAgent"),
        _nested("gemini", SECONDS * 1000, matcher="*"),
        traces=(".gemini", "GEMINI.md"),
    ),
    "cursor": Settings(
        ".cursor/hooks.json",
        ("hooks", "stop"),
        {"command": _command("cursor")},
        '{\n  "version": 1\n}\n',
        (".cursor", ".cursorrules"),
    ),
    "copilot": Settings(
        ".github/hooks/agentaudit.json",
        ("hooks", "agentStop"),
        {"type": "command", "bash": _command("copilot"), "timeoutSec": SECONDS},
        '{\n  "version": 1\n}\n',
        (".github/hooks", ".github/copilot-instructions.md"),
    ),
}
"""Every agent's settings file in a repository, by the agent's name."""


def in_use(folder: Folder) -> tuple[str, ...]:
    """The agents that a repository has settings or instructions for."""
    return tuple(name for name, settings in SETTINGS.items() if folder.has(*settings.traces))


def hook(folder: Folder, agent: str) -> Edit:
    """The agent's settings with the hook; AuditError where they are not the JSON that is needed."""
    settings = SETTINGS[agent]
    before = folder.read(settings.path)
    if before and _command(agent) in before:
        return Edit(agent, settings.path, before, before, "has the hook")
    start = before if before and before.strip() else settings.fresh
    try:
        after = added(start, settings.keys, settings.entry)
        json.loads(after)
    except json.JSONDecodeError as error:
        cause = f"{settings.path}:{error.lineno}: is not JSON: {error.msg}"
        raise AuditError(cause, f"mend it, or add by hand to {_shown(settings)}") from None
    except (ValueError, RecursionError) as error:
        raise AuditError(f"{settings.path}: {error}", f"mend it, or add by hand to {_shown(settings)}") from None
    return Edit(agent, settings.path, before, after)


def _shown(settings: Settings) -> str:
    return f"{'.'.join(settings.keys)}: {json.dumps(settings.entry)}"
