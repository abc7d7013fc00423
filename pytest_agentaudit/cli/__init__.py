"""The console script `agentaudit`. The auditor process starts in this room too, so it imports nothing by itself."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from importlib import import_module


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status (see `console.Status`). Prints no traceback, whatever happens."""
    try:
        return int(import_module("pytest_agentaudit.cli.command").main(argv))
    finally:
        gc.freeze()  # the interpreter looks for garbage while it exits, which takes 40 ms of all that an audit read
