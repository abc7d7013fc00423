"""`agentaudit check`: the static audit of a change, in a work tree or a bare repository."""

from __future__ import annotations

import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

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
        with request(arguments) as asked:
            verdict = check(asked)
        return present(verdict, arguments)


@contextmanager
def request(arguments: Namespace) -> Iterator[Request]:
    """What was asked for; while the block lasts, its progress is shown."""
    progress = Progress(sys.stderr)
    try:
        yield Request(
            repo=arguments.repo,
            base=arguments.base,
            head=arguments.head,
            environ=os.environ,
            fail_on=FailOn(arguments.fail_on),
            incomplete_fails=arguments.incomplete == "fail",
            progress=progress,
        )
    finally:
        progress.clear()


def present(verdict: Verdict, arguments: Namespace) -> Status:
    """Write the reports that were asked for; the status that the verdict calls for."""
    targets: list[Target] = arguments.report or [Target(default_format(os.environ))]
    deliver(lambda stream: write(verdict, targets, stream, _style(arguments)))
    return Status.FINDINGS if verdict.result is Result.FAILED else Status.PASSED


def _style(arguments: Namespace) -> Style:
    options = {"--repo": arguments.repo.removeprefix("."), "--base": arguments.base, "--head": arguments.head}
    said = [part for name, value in options.items() if value for part in (name, value)]
    return Style(
        colour=wants_colour(sys.stdout, os.environ),
        width=columns(sys.stdout, os.environ),
        full_report=next((target.path for target in arguments.report if target.format == "json"), ""),
        rerun=shlex.join(["agentaudit", arguments.command, *getattr(arguments, "shards", ()), *said]),
    )
