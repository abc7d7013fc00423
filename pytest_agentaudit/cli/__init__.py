"""The console script `agentaudit`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

from pytest_agentaudit.cli.console import Status, fail, mute
from pytest_agentaudit.cli.parser import build_parser
from pytest_agentaudit.model import AuditError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status (see `Status`). Prints no traceback, whatever happens."""
    try:
        arguments = build_parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    try:
        return int(import_module(f"pytest_agentaudit.cli.{arguments.command}").run(arguments))
    except AuditError as error:
        return fail(error)
    except KeyboardInterrupt:
        return Status.INTERRUPTED
    except BrokenPipeError:
        mute(sys.stdout)
        return Status.COULD_NOT_AUDIT
    except OSError as error:
        return fail(AuditError(f"{arguments.command} was stopped by the system: {error}"))
    except Exception as error:  # noqa: BLE001 - a traceback's exit status 1 would read as "findings"
        return fail(
            AuditError(
                f"internal error in {arguments.command}: {type(error).__name__}: {error}",
                "this is a defect of pytest-agentaudit: please report it with the command and this line",
            )
        )
