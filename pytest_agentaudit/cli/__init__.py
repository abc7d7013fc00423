"""The console script `agentaudit`. The auditor process starts in this room too, so it imports nothing by itself."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status (see `console.Status`). Prints no traceback, whatever happens."""
    return int(import_module("pytest_agentaudit.cli.command").main(argv))
