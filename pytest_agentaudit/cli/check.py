"""`agentaudit check`: the static audit of a change, in a work tree or a bare repository."""

from __future__ import annotations

import gc
import os
import shlex
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.cli.console import Progress, Status
from pytest_agentaudit.cli.reporting import show, show_none, targets_of
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.garbage import without_collector
from pytest_agentaudit.model import Result, Verdict
from pytest_agentaudit.policy.model import FailOn
from pytest_agentaudit.process import processors
from pytest_agentaudit.report.targets import show_lines

MOST_PROCESSES = 4
"""How many processes read a large change: what comes after reading is done by one."""


def run(arguments: Namespace) -> Status:
    """Audit, write the reports, and say by the status whether the change passed."""
    return judged(_verdict, arguments)


def judged(judge: Callable[[Namespace], Verdict], arguments: Namespace) -> Status:
    """Let `judge` come to a verdict, write the reports, and say by the status whether the change passed."""
    targets, rerun = targets_of(arguments), _rerun(arguments)
    with without_collector():
        try:
            verdict = judge(arguments)
        except AuditError as error:
            show_none(error, targets, arguments, rerun)
            raise
        show(verdict, targets, arguments, rerun)
        gc.freeze()  # once it is let on, the collector would look through all that the audit read
    return Status.FINDINGS if verdict.result is Result.FAILED else Status.PASSED


def _verdict(arguments: Namespace) -> Verdict:
    with request(arguments) as asked:
        return check(asked)


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
            approvals=arguments.approvals,
            pusher=arguments.pusher,
            staged=arguments.staged,
            shows=show_lines(targets_of(arguments)),
            keeps=True,
            processes=min(MOST_PROCESSES, processors()),
        )
    finally:
        progress.clear()


def _rerun(arguments: Namespace) -> str:
    options = {
        "--repo": arguments.repo.removeprefix("."),
        "--base": arguments.base,
        "--head": arguments.head,
        "--approvals": arguments.approvals,
        "--pusher": arguments.pusher,
    }
    said = [part for name, value in options.items() if value for part in (name, value)]
    shards = getattr(arguments, "shards", ())
    return shlex.join(["agentaudit", arguments.command, *shards, *said, *(["--staged"] if arguments.staged else [])])
