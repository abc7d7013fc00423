"""`agentaudit replay`."""

from __future__ import annotations

import argparse

from pytest_agentaudit.cli.grammar.common import count

_REPLAY = """\
Judges each change that the main line took in (a merge, or a commit that was
squashed or pushed) as `check` does, and counts the findings by rule, month and
author: agents and bots by what commits say of themselves. Rules whose errors
are habit in this repository are proposed as warnings to begin with.

examples:
  agentaudit replay --last 100
  agentaudit replay v1.0..main --json replay.json
  agentaudit replay --by commit --jobs 8 --resume replay.jsonl
  agentaudit replay --repo mirror.git --last 500

exit status:
  0  the history was replayed, whatever was found in it
  2  the command line cannot be understood
  3  could not audit (the reason and the way out are on standard error)
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The audit of a history."""
    about = "audit a repository's history, change by change"
    replay = commands.add_parser("replay", help=about, description=about, epilog=_REPLAY)
    replay.add_argument("range", nargs="?", default="", metavar="A..B", help="the history to replay (default: HEAD's)")
    replay.add_argument("--last", type=count, default=0, metavar="N", help="the last N commits of it (default: all)")
    replay.add_argument(
        "--by",
        choices=("merge", "commit"),
        default="merge",
        help="what one change is: what the main line took in at once, or each commit (default: %(default)s)",
    )
    replay.add_argument("--jobs", type=count, default=0, metavar="N", help="processes (default: one a processor)")
    replay.add_argument("--json", default="", metavar="PATH", help="write every finding to this file ('-': print it)")
    replay.add_argument(
        "--resume", default="", metavar="FILE", help="keep results in this file, and go on with what it has already"
    )
    replay.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
