"""`agentaudit check`."""

from __future__ import annotations

import argparse

from pytest_agentaudit.cli.grammar.common import STATUS, Page, add_judging

_CHECK = f"""\
Without a run nothing is known about which lines the tests reach: what needs a
run is at most a warning here.

examples:
  agentaudit check
  agentaudit check --base origin/main --head HEAD
  agentaudit check --repo mirror.git --base 3f2a91c --head 88d01be
  agentaudit check --report terminal --report json:audit.json
  agentaudit check --fail-on warning

{STATUS}"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The audit without a run."""
    about = "audit a change without running its tests"
    check = commands.add_parser("check", help=about, description=about, epilog=_CHECK, formatter_class=Page)
    check.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    head = check.add_mutually_exclusive_group()
    head.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
    head.add_argument("--staged", action="store_true", help="judge what is staged, as a hook before a commit does")
    add_judging(check, incomplete="pass")
