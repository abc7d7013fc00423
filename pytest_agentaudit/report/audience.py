"""Who reads the report: chooses the format and colours, never the verdict."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO

from pytest_agentaudit.agent_variables import agent_name


def default_format(environ: Mapping[str, str]) -> str:
    """The format for a reader who asked for none."""
    return "agent" if agent_name(environ) else "terminal"


def default_formats(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The formats for readers who asked for none: in GitHub Actions its annotations come along."""
    first = default_format(environ)
    return (first, "github") if environ.get("GITHUB_ACTIONS") == "true" else (first,)


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to colour: NO_COLOR forbids (no-color.org), FORCE_COLOR demands, else a capable terminal does."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody watches the stream. A closed stream, or one that cannot tell, is watched by nobody."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def columns(stream: TextIO, environ: Mapping[str, str], *, default: int = 100) -> int:
    """The stream's width in columns: COLUMNS, else the terminal's, else `default`."""
    if (said := environ.get("COLUMNS", "")).isdecimal() and int(said):
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or default
    except (AttributeError, ValueError, OSError):
        return default
