"""The console script `agentaudit`. The auditor process starts in this room too, so it imports nothing by itself."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from importlib import import_module
from typing import Any

from pytest_agentaudit.garbage import keep_freed_memory, without_collector


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status (see `console.Status`). Prints no traceback, whatever happens."""
    keep_freed_memory()
    with without_collector():
        _load_msgspec(sys.modules)
        command = import_module("pytest_agentaudit.cli.command")
    return int(command.main(argv))


def _load_msgspec(modules: MutableMapping[str, Any]) -> None:
    """Load msgspec without typing_extensions, which costs as much as the interpreter's start and which it can do
    without.
    """
    name = "typing_extensions"
    if name in modules:
        return
    modules[name] = None
    try:
        import_module("msgspec")
    finally:
        del modules[name]
