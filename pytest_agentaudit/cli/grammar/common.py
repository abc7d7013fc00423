"""What several commands take."""

from __future__ import annotations

import argparse

from pytest_agentaudit.asked import FAIL_ON
from pytest_agentaudit.report.targets import FORMATS, parse_target

Page = argparse.RawDescriptionHelpFormatter


class Draft(argparse.HelpFormatter):
    """What a grammar has while it is put together: argparse makes a formatter for each option, and the usual ones load
    what packs archives to learn how wide the terminal is.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=80)


STATUS = """\
exit status:
  0  no finding that fails the audit
  1  findings
  2  the command line cannot be understood
  3  could not audit (the reason and the way out are on standard error)
"""
"""The end of a help page."""


def add_judging(check: argparse.ArgumentParser, *, incomplete: str) -> None:
    """The options of whoever judges a change."""
    check.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
    check.add_argument(
        "--report",
        action="append",
        default=[],
        type=parse_target,
        metavar="FORMAT[:PATH]",
        help=f"{', '.join(FORMATS)}; may be given more than once (default: terminal, or agent where one runs this)",
    )
    add_fail_on(check, "fails the audit")
    check.add_argument(
        "--incomplete",
        choices=["pass", "fail"],
        default=incomplete,
        help='whether what is "not judged" fails the audit (default: %(default)s)',
    )
    add_approvals(check)


def add_fail_on(command: argparse.ArgumentParser, does: str) -> None:
    """The option for the level that counts; `does` is what a finding of it does."""
    command.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default=FAIL_ON[0],
        help=f"the level from which on a finding {does} (default: %(default)s)",
    )


def add_approvals(command: argparse.ArgumentParser) -> None:
    """The options for reviews of the change."""
    command.add_argument(
        "--approvals",
        default="",
        metavar="FILE",
        help="reviews of the head commit, as JSON from the platform's API (see docs/policy.md)",
    )
    command.add_argument("--pusher", default="", metavar="LOGIN", help="who pushed the change: no approver of it")


def count(text: str) -> int:
    """A number from 1 on; ArgumentTypeError says what is wrong with any other text."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
