"""Who made a commit, as its trailers and addresses say: shown, and trusted for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class AuthorKind(StrEnum):
    """Whose work a commit says it is."""

    AGENT = "agent"
    BOT = "bot"  # a program that only bumps versions, formats or releases
    PERSON = "person"


class Author(Struct, frozen=True):
    """The kind, and of an agent or bot its name ("" for a person: who people are is nobody's business here)."""

    kind: AuthorKind
    name: str = ""


AGENTS: Mapping[str, str] = {
    "Claude Code": r"noreply@anthropic\.com|generated with \[?claude|^claude-session:|claude\[bot\]",
    "GitHub Copilot": r"copilot@users\.noreply|copilot-swe-agent|^co-authored-by: *(github )?copilot\b",
    "Cursor": r"cursoragent|@cursor\.com|^made-with: cursor|^co-authored-by: *cursor\b",
    "Codex": r"codex@openai\.com|noreply@openai\.com|chatgpt-codex-connector|^co-authored-by: *(openai )?codex\b",
    "Devin": r"devin-ai-integration|@devin\.ai|^co-authored-by: *devin\b",
    "OpenHands": r"openhands@all-hands\.dev|openhands-agent|^co-authored-by: *openhands\b",
    "Aider": r"\(aider\)|@aider\.chat|^co-authored-by: *aider\b",
    "Gemini": r"gemini-cli|gemini-code-assist|^co-authored-by: *gemini\b",
    "Jules": r"google-labs-jules|jules\.google",
    "Amp": r"@ampcode\.com|^amp-thread|^co-authored-by: *amp\b",
    "opencode": r"@opencode\.ai|^co-authored-by: *opencode\b",
    "Windsurf": r"@windsurf\.com|@codeium\.com|^co-authored-by: *windsurf\b",
    "Factory": r"factory-droid|@factory\.ai",
    "Augment": r"@augmentcode\.com|^co-authored-by: *augment\b",
    "Junie": r"junie-agent|^co-authored-by: *junie\b",
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

_LINE = re.compile(r"^(?:[\w-]+: .*|.*\bgenerated with .*)$", re.IGNORECASE | re.MULTILINE)
_AGENTS = {name: re.compile(pattern, re.IGNORECASE | re.MULTILINE) for name, pattern in AGENTS.items()}
_BOTS = {name: re.compile(pattern, re.IGNORECASE) for name, pattern in BOTS.items()}


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
