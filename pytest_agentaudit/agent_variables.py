"""Which coding agent runs a command, as the command's environment says."""

from __future__ import annotations

from collections.abc import Mapping

AGENT_VARIABLES: Mapping[str, str] = {
    "AI_AGENT": "",
    "CLAUDECODE": "Claude Code",
    "CURSOR_AGENT": "Cursor",
    "CODEX_SANDBOX": "Codex",
    "CODEX_THREAD_ID": "Codex",
    "GEMINI_CLI": "Gemini CLI",
    "COPILOT_AGENT": "GitHub Copilot",
    "COPILOT_CLI": "GitHub Copilot",
    "OPENCODE": "opencode",
    "AUGMENT_AGENT": "Augment",
}
"""Environment variables that coding agents set for the commands that they run, and whose they are. AI_AGENT is the
vendor-neutral one: its value is the agent's name.
"""

_OFF = frozenset({"", "0", "false", "no", "off"})


def agent_name(environ: Mapping[str, str]) -> str:
    """The coding agent that runs this command, as its environment says; empty where none does."""
    for variable, name in AGENT_VARIABLES.items():
        value = environ.get(variable, "")
        if value.lower() not in _OFF:
            return name or value
    return ""
