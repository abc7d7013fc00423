"""The commands of the console script, and how each ends."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module

from pytest_agentaudit.cli.console import Status, deliver, fail, mute
from pytest_agentaudit.cli.parser import build_parser
from pytest_agentaudit.errors import AuditError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status (see `Status`). Prints no traceback, whatever happens."""
    try:
        return _command(argv)
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        mute(sys.stdout)
        return Status.COULD_NOT_AUDIT
    except Exception as error:  # noqa: BLE001 - a traceback's exit status 1 would read as "findings"
        return fail(_explained(error))


def _command(argv: Sequence[str] | None) -> int:
    try:
        typed = list(sys.argv[1:] if argv is None else argv)
        arguments = build_parser(*typed[:1]).parse_args(typed, Namespace(typed=typed))
    except SystemExit as stop:
        deliver(lambda _stream: None)
        return _status(int(stop.code or 0), typed)
    module = arguments.command.replace("-", "_")
    return int(import_module(f"pytest_agentaudit.cli.{module}").run(arguments))


def _status(status: int, argv: Sequence[str]) -> int:
    """The exit status of a command line that was not run. An agent takes a hook's status 2 for an order to go on, so a
    hook that is called wrongly has another.
    """
    return Status.COULD_NOT_AUDIT if status == Status.USAGE and "hook" in argv[:1] else status


def _explained(error: Exception) -> AuditError:
    """The error as the reader is to see it."""
    if isinstance(error, AuditError):
        return error
    if isinstance(error, OSError):
        return AuditError(f"stopped by the system: {error}")
    return AuditError(
        f"internal error: {type(error).__name__}: {error}",
        "this is a defect of pytest-agentaudit: please report it with the command and this line",
    )
