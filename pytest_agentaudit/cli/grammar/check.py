"""`agentaudit check`."""

from __future__ import annotations

import argparse

from pytest_agentaudit.cli.grammar.common import STATUS, add_judging

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

_MERGE = f"""\
Each job runs its part of the suite and writes down what it saw; merge judges
all parts as if they had been one run. Base, head, policy and version must be
the same. Parts that are missing are named, and what they could have shown is
"not judged".

examples:
  pytest --splits 3 --group 1 --agent-audit \\
      --agent-audit-report=shard:shard-1.json
  agentaudit merge shard-1.json shard-2.json shard-3.json
  agentaudit merge shards/*.json --incomplete fail --report json:audit.json

{STATUS}"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The audit without a run."""
    about = "audit a change without running its tests"
    check = commands.add_parser("check", help=about, description=about, epilog=_CHECK)
    _add_change(check)


def add_merge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The audit of a suite that was shared out."""
    about = "audit a suite that was shared out among several runs"
    merge = commands.add_parser("merge", help=about, description=about, epilog=_MERGE)
    merge.add_argument("shards", nargs="+", metavar="SHARD.json", help="what each run wrote, in any order")
    _add_change(merge)


def _add_change(check: argparse.ArgumentParser) -> None:
    check.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    head = check.add_mutually_exclusive_group()
    head.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
    head.add_argument("--staged", action="store_true", help="judge what is staged, as a hook before a commit does")
    add_judging(check, incomplete="pass")
