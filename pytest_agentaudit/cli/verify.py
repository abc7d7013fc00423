"""`agentaudit verify`: the audit of a commit from outside."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace

from pytest_agentaudit.cli.console import Progress, Status
from pytest_agentaudit.cli.reporting import show, show_none, targets_of
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.model import Result
from pytest_agentaudit.report.targets import Target, show_lines
from pytest_agentaudit.verification.isolated import become_isolated, is_isolated
from pytest_agentaudit.verification.receipt import Verified, write_receipt
from pytest_agentaudit.verification.verify import Order, verify


def run(arguments: Namespace) -> Status:
    """Verify, write reports and receipt, and say by the status whether the commit passed."""
    if not is_isolated():
        become_isolated(arguments.typed, arguments.repo, arguments.env)
    targets, rerun = targets_of(arguments), shlex.join(["agentaudit", *arguments.typed])
    shown_apart = all(it.path or it.format == "terminal" for it in targets)
    try:
        verified = _verified(arguments, targets, shows_on=1 if shown_apart else 2)
    except AuditError as error:
        show_none(error, targets, arguments, rerun)
        raise
    if arguments.attest:
        write_receipt(verified, arguments.attest, arguments.sign)
    show(verified.verdict, targets, arguments, rerun)
    return Status.FINDINGS if verified.verdict.result is Result.FAILED else Status.PASSED


def _verified(arguments: Namespace, targets: list[Target], *, shows_on: int) -> Verified:
    progress = Progress(sys.stderr)
    order = Order(
        repo=arguments.repo,
        base=arguments.base,
        head=arguments.head,
        arguments=tuple(arguments.arguments),
        fail_on=arguments.fail_on,
        incomplete_fails=arguments.incomplete == "fail",
        prove=arguments.prove,
        budget=arguments.budget,
        seconds=arguments.timeout,
        keep=tuple(arguments.env),
        another_user=arguments.another_user,
        no_network=arguments.no_network,
        approvals=arguments.approvals,
        pusher=arguments.pusher,
        shows_on=shows_on,
        shows=show_lines(targets),
    )
    try:
        return verify(order, lambda text: progress("", text))
    finally:
        progress.clear()
