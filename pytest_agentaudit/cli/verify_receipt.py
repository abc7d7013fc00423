"""`agentaudit verify-receipt`: whether a receipt holds for a commit."""

from __future__ import annotations

from argparse import Namespace

from pytest_agentaudit.cli.console import Status, deliver
from pytest_agentaudit.verification.receipt import check_receipt


def run(arguments: Namespace) -> Status:
    """Check the receipt and say who signed it."""
    who = check_receipt(
        arguments.receipt, head=arguments.head, base=arguments.base, allowed_signers=arguments.allowed_signers
    )
    said = f"signed by {who}" if who else "not signed: anybody can have written it"
    deliver(lambda stream: print(f"{arguments.receipt}: {arguments.head} passed ({said})", file=stream))
    return Status.PASSED
