"""`agentaudit check`: the static audit of a change, in a work tree or a bare repository."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.audit.stages import without_collector
from pytest_agentaudit.cli.console import Progress, Status, deliver
from pytest_agentaudit.model import Result, Verdict
from pytest_agentaudit.policy.model import FailOn
from pytest_agentaudit.report.audience import columns, default_format, wants_colour
from pytest_agentaudit.report.targets import Style, Target, write


def run(arguments: Namespace) -> Status:
    """Audit, write the reports, and say by the status whether the change passed."""
    with without_collector():
        verdict = _audit(arguments)
        targets: list[Target] = arguments.report or [Target(default_format(os.environ))]
        deliver(lambda stream: write(verdict, targets, stream, _style(arguments)))
    return Status.FINDINGS if verdict.result is Result.FAILED else Status.PASSED


def _audit(arguments: Namespace) -> Verdict:
    progress = Progress(sys.stderr)
    request = Request(
        repo=arguments.repo,
        base=arguments.base,
        head=arguments.head,
        environ=os.environ,
        fail_on=FailOn(arguments.fail_on),
        incomplete_fails=arguments.incomplete == "fail",
        progress=progress,
        staged=arguments.staged,
    )
    try:
        return check(request)
    finally:
        progress.clear()


def _style(arguments: Namespace) -> Style:
    options = {"--repo": arguments.repo.removeprefix("."), "--base": arguments.base, "--head": arguments.head}
    said = [part for name, value in options.items() if value for part in (name, value)]
    said += ["--staged"] if arguments.staged else []
    return Style(
        colour=wants_colour(sys.stdout, os.environ),
        width=columns(sys.stdout, os.environ),
        full_report=next((target.path for target in arguments.report if target.format == "json"), ""),
        rerun=shlex.join(["agentaudit", "check", *said]),
    )
