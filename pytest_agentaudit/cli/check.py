"""`agentaudit check`: the static audit of a change, in a work tree or a bare repository."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from contextlib import suppress

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.audit.stages import without_collector
from pytest_agentaudit.cli.console import Progress, Status, deliver
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Result, Verdict
from pytest_agentaudit.policy.model import FailOn
from pytest_agentaudit.report.audience import columns, default_formats, wants_colour
from pytest_agentaudit.report.hosting import hosting_of
from pytest_agentaudit.report.targets import Style, Target, show_lines, with_job_summary, write
from pytest_agentaudit.report.unaudited import unaudited


def run(arguments: Namespace) -> Status:
    """Audit, write the reports, and say by the status whether the change passed."""
    asked: list[Target] = arguments.report or list(map(Target, default_formats(os.environ)))
    targets = with_job_summary(asked, os.environ)
    with without_collector():
        try:
            verdict = _audit(arguments, shows=show_lines(targets))
        except AuditError as error:
            _report_none(unaudited(error), targets, arguments)
            raise
        deliver(lambda stream: write(verdict, targets, stream, _style(arguments)))
    return Status.FINDINGS if verdict.result is Result.FAILED else Status.PASSED


def _report_none(verdict: Verdict, targets: list[Target], arguments: Namespace) -> None:
    """Say in files and to CI that there is no verdict; people and agents read it on standard error."""
    others = [target for target in targets if target.path or target.format == "github"]
    with suppress(AuditError):  # the first error is the one to tell
        deliver(lambda stream: write(verdict, others, stream, _style(arguments)))


def _audit(arguments: Namespace, *, shows: bool) -> Verdict:
    progress = Progress(sys.stderr)
    request = Request(
        repo=arguments.repo,
        base=arguments.base,
        head=arguments.head,
        environ=os.environ,
        fail_on=FailOn(arguments.fail_on),
        incomplete_fails=arguments.incomplete == "fail",
        progress=progress,
        approvals=arguments.approvals,
        pusher=arguments.pusher,
        staged=arguments.staged,
        shows=shows,
    )
    try:
        return check(request)
    finally:
        progress.clear()


def _style(arguments: Namespace) -> Style:
    options = {
        "--repo": arguments.repo.removeprefix("."),
        "--base": arguments.base,
        "--head": arguments.head,
        "--approvals": arguments.approvals,
        "--pusher": arguments.pusher,
    }
    said = [part for name, value in options.items() if value for part in (name, value)]
    said += ["--staged"] if arguments.staged else []
    return Style(
        colour=wants_colour(sys.stdout, os.environ),
        width=columns(sys.stdout, os.environ),
        full_report=next((target.path for target in arguments.report if target.format == "json"), ""),
        rerun=shlex.join(["agentaudit", "check", *said]),
        hosting=hosting_of(os.environ),
    )
