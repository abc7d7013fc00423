"""How a command that judges shows its verdict: the formats and files that were asked for, or that CI reads."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from pytest_agentaudit.cli.console import deliver
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Verdict
from pytest_agentaudit.report.audience import columns, default_formats, wants_colour
from pytest_agentaudit.report.hosting import hosting_of
from pytest_agentaudit.report.targets import Style, Target, with_job_summary, write
from pytest_agentaudit.report.unaudited import unaudited


def targets_of(arguments: Namespace) -> list[Target]:
    """The reports that were asked for; without any, those for whoever runs this."""
    asked: list[Target] = arguments.report or list(map(Target, default_formats(os.environ)))
    return with_job_summary(asked, os.environ)


def show(verdict: Verdict, targets: Sequence[Target], arguments: Namespace, rerun: str) -> None:
    """Write the reports; `rerun` is the command that audits again."""
    deliver(lambda stream: write(verdict, targets, stream, _style(arguments, rerun)))


def show_none(error: AuditError, targets: Sequence[Target], arguments: Namespace, rerun: str) -> None:
    """Say in files and to CI that there is no verdict; people and agents read it on standard error."""
    others = [target for target in targets if target.path or target.format == "github"]
    with suppress(AuditError):  # the first error is the one to tell
        show(unaudited(error), others, arguments, rerun)


def _style(arguments: Namespace, rerun: str) -> Style:
    return Style(
        colour=wants_colour(sys.stdout, os.environ),
        width=columns(sys.stdout, os.environ),
        full_report=next((target.path for target in arguments.report if target.format == "json"), ""),
        rerun=rerun,
        hosting=hosting_of(os.environ),
    )
