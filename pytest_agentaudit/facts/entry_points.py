"""Which files are programs: what stands in them is for a command line, not for those who import it."""

from __future__ import annotations

from pytest_agentaudit.facts.code_side import CodeSide

_FILES = frozenset({"__main__", "main", "cli", "command", "commands", "console", "run", "manage", "setup", "app"})
_NAMES = frozenset(
    {
        *("argparse", "click", "typer", "docopt", "fire", "optparse", "argv", "getopt", "cyclopts", "cmd2", "plac"),
        *("ArgumentParser", "CliRunner"),
    }
)
"""Names that stand in a file of command-line entry points."""


def is_entry_file(side: CodeSide) -> bool:
    """Whether a file holds a command-line entry point, by its own name, its folder's, or what it reads its command
    line with.
    """
    parts = [part.removesuffix(".py") for part in side.path.lower().split("/")]
    return (
        not _FILES.isdisjoint(parts[-2:]) or any("cli" in part.split("_") for part in parts) or side.names_any(*_NAMES)
    )
