"""Who made a commit, as its trailers and addresses say: shown, and trusted for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.patterns import regex, worded


class AuthorKind(StrEnum):
    """Whose work a commit says it is."""

    AGENT = "agent"
    BOT = "bot"  # a program that only bumps versions, formats or releases
    PERSON = "person"


class Author(Struct, frozen=True):
    """The kind, and of an agent or bot its name ("" for a person: who people are is nobody's business here)."""

    kind: AuthorKind
    name: str = ""


_BY = r"^(?:co-authored|assisted|generated)-by: *"

AGENTS: Mapping[str, str] = {
    "Claude Code": r"noreply@anthropic\.com|generated with \[?claude|^claude-session:|claude\[bot\]"
    r"|^(?:assisted|generated)-by: *claude\b",
    "GitHub Copilot": rf"copilot@users\.noreply|copilot-swe-agent|{_BY}(github )?copilot\b",
    "Cursor": rf"cursoragent|@cursor\.com|^made-with: cursor|{_BY}cursor\b",
    "Codex": rf"codex@openai\.com|noreply@openai\.com|chatgpt-codex-connector|{_BY}(openai )?codex\b",
    "Devin": rf"devin-ai-integration|@devin\.ai|{_BY}devin\b",
    "OpenHands": rf"openhands@all-hands\.dev|openhands-agent|{_BY}openhands\b",
    "Aider": rf"\(aider\)|@aider\.chat|{_BY}aider\b",
    "Gemini": rf"gemini-cli|gemini-code-assist|{_BY}gemini\b",
    "Jules": r"google-labs-jules|jules\.google",
    "Amp": rf"@ampcode\.com|^amp-thread|{_BY}amp\b",
    "opencode": rf"@opencode\.ai|{_BY}opencode\b",
    "Windsurf": rf"@windsurf\.com|@codeium\.com|{_BY}windsurf\b",
    "Factory": r"factory-droid|@factory\.ai",
    "Augment": rf"@augmentcode\.com|{_BY}augment\b",
    "Junie": rf"junie-agent|{_BY}junie\b",
    "Sweep": r"sweep-ai|@sweep\.dev",
}
"""Coding agents and what tells them in an author, a trailer or a line of the message."""

BOTS: Mapping[str, str] = {
    "Dependabot": r"dependabot",
    "Renovate": r"renovate(-bot)?\b",
    "pre-commit.ci": r"pre-commit-ci",
    "GitHub Actions": r"github-actions|actions@github\.com",
    "another bot": r"\[bot\]",
}
"""Programs that commit by themselves, told by the author alone."""

_LINE = regex(r"^(?:[\w-]+: .*|.*\bgenerated with .*)$", re.IGNORECASE | re.MULTILINE)
_TELLING: Mapping[str, tuple[str, ...]] = {
    "Claude Code": ("claude", "anthropic"),
    "GitHub Copilot": ("copilot",),
    "Codex": ("codex", "openai"),
    "OpenHands": ("openhands", "all-hands"),
    "Amp": ("amp",),
    "Windsurf": ("windsurf", "codeium"),
    "Factory": ("factory-droid", "factory.ai"),
    "pre-commit.ci": ("pre-commit-ci",),
    "GitHub Actions": ("actions",),
    "another bot": ("[bot]",),
}
"""The words that stand in whatever tells of one; of the others it is their own name."""


def _pattern(name: str, pattern: str, flags: int) -> re.Pattern[str]:
    return worded(_TELLING.get(name, (name.lower(),)), pattern, flags | re.IGNORECASE)


_AGENTS = {name: _pattern(name, pattern, re.MULTILINE) for name, pattern in AGENTS.items()}
_BOTS = {name: _pattern(name, pattern, 0) for name, pattern in BOTS.items()}


def author_of(author: str, message: str) -> Author:
    """Who made a commit of this author ("Name <address>") and message."""
    signs = "\n".join([author, *_LINE.findall(message)])
    for name, pattern in _AGENTS.items():
        if pattern.search(signs):
            return Author(AuthorKind.AGENT, name)
    for name, pattern in _BOTS.items():
        if pattern.search(author):
            return Author(AuthorKind.BOT, name)
    return Author(AuthorKind.PERSON)


LONGEST = 60
"""Letters of a name that is shown; more are no name."""


def agent_named(word: str) -> str:
    """The agent that a tool's own short name means ("claude", "github-copilot-cli"), or that name where it is
    another's.
    """
    said = word.lower().replace("-", " ").replace("_", " ")
    return next((name for name in AGENTS if _is(said, name.lower())), word[:LONGEST])


def _is(said: str, name: str) -> bool:
    return said in {name, *name.split()} or said.startswith(f"{name} ")
