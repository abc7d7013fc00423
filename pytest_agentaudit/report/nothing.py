"""What is said where nothing changed; in words of its own, because it must cost next to nothing."""

from __future__ import annotations

SHORT = 7
"""How many digits of a commit are shown."""
NARROWEST, WIDEST = 40, 120
"""Columns between which a page is laid out; a wider terminal is not filled, prose would be hard to read."""
NAME_A_BASE = (
    "to audit commits, name what they are compared with: --agent-audit-base=HEAD~1 (agentaudit check: --base HEAD~1)"
)
"""The way out of an audit that found no change."""


def ruler(title: str, width: int) -> str:
    """The title between `=`, as pytest draws its sections."""
    return f" {title} ".center(width, "=") if len(title) + 4 <= width else f"= {title} ="


def nothing(base: str) -> str:
    """That there was nothing to audit."""
    return f"nothing to audit: no change since {base[:SHORT]}"


def terminal_lines(base: str, origin: str, promise: str, width: int) -> tuple[str, ...]:
    """For a person at a terminal of `width` columns; `origin` says how the base was found."""
    width = min(max(width, NARROWEST), WIDEST)
    return ruler(f"agent audit: {nothing(base)} ({promise})", width), f"  base: {origin}", f"  {NAME_A_BASE}"


def agent_lines(base: str, promise: str, rerun: str) -> tuple[str, ...]:
    """For a coding agent; `rerun` is the command that audits again, or empty."""
    again = f". rerun: {rerun}" if rerun else ""
    return (f"agent-audit: PASSED {nothing(base)} ({promise}). next: {NAME_A_BASE}{again}",)
