"""The command line's grammar. Light: nothing of the audit is imported to print a help page."""

from __future__ import annotations

import argparse

from pytest_agentaudit import __version__
from pytest_agentaudit.report.targets import FORMATS, parse_target

FAIL_ON = ("error", "warning", "never")
"""The values of policy.FailOn, worst first, without importing the policy for a help page."""

_STATUS = """\
exit status:
  0  no finding that fails the audit
  1  findings
  2  the command line cannot be understood
  3  could not audit (the reason and the way out are on standard error)
"""

_MAIN = f"""\
examples:
  pytest --agent-audit                 audit a change while its tests run
  agentaudit check                     audit it without running anything
  agentaudit check --base origin/main  ... against a base of your own
  agentaudit merge shards/*.json       judge a suite that several jobs ran
  agentaudit explain untested-change   what a rule looks for, and what to do
  agentaudit replay --last 100         what it would have said of your history
  agentaudit demo                      see a red and a green change

{_STATUS}"""

_CHECK = f"""\
Without a run nothing is known about which lines the tests reach: what needs a
run is at most a warning here.

examples:
  agentaudit check
  agentaudit check --base origin/main --head HEAD
  agentaudit check --repo mirror.git --base 3f2a91c --head 88d01be
  agentaudit check --report terminal --report json:audit.json
  agentaudit check --fail-on warning

{_STATUS}"""

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

{_STATUS}"""

_EXPLAIN = """\
examples:
  agentaudit explain                     every rule, by family
  agentaudit explain weakened-assertion
"""

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

_DEMO = """\
Makes a small repository in a temporary folder, runs pytest --agent-audit on a
change that skips steps and on an honest one, shows both, and leaves nothing
behind. Needs git.
"""


_Page = argparse.RawDescriptionHelpFormatter


def build_parser() -> argparse.ArgumentParser:
    """The parser of `agentaudit`; the chosen command's name ends up in `command`."""
    about = "Audit an agent-generated change: were the required steps really taken,\nand is the evidence real?"
    parser = argparse.ArgumentParser("agentaudit", description=about, epilog=_MAIN, formatter_class=_Page)
    parser.add_argument("--version", action="version", version=f"pytest-agentaudit {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_check(commands)
    _add_merge(commands)
    about = "what a rule looks for, and what to do"
    explain = commands.add_parser("explain", help=about, description=about, epilog=_EXPLAIN, formatter_class=_Page)
    explain.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule's name (default: list them all)")
    _add_replay(commands)
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO, formatter_class=_Page)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a change without running its tests"
    _add_audit(commands.add_parser("check", help=about, description=about, epilog=_CHECK, formatter_class=_Page))


def _add_merge(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a suite that was shared out among several runs"
    merge = commands.add_parser("merge", help=about, description=about, epilog=_MERGE, formatter_class=_Page)
    merge.add_argument("shards", nargs="+", metavar="SHARD.json", help="what each run wrote, in any order")
    _add_audit(merge)


def _add_audit(check: argparse.ArgumentParser) -> None:
    """What every command has that judges one change."""
    check.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
    check.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    check.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
    check.add_argument(
        "--report",
        action="append",
        default=[],
        type=parse_target,
        metavar="FORMAT[:PATH]",
        help=f"{', '.join(FORMATS)}; may be given more than once (default: terminal, or agent where one runs this)",
    )
    check.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default=FAIL_ON[0],
        help="the level from which on a finding fails the audit (default: %(default)s)",
    )
    check.add_argument(
        "--incomplete",
        choices=["pass", "fail"],
        default="pass",
        help='whether what is "not judged" fails the audit (default: %(default)s)',
    )


def _add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a repository's history, change by change"
    replay = commands.add_parser("replay", help=about, description=about, epilog=_REPLAY, formatter_class=_Page)
    replay.add_argument("range", nargs="?", default="", metavar="A..B", help="the history to replay (default: HEAD's)")
    replay.add_argument("--last", type=_count, default=0, metavar="N", help="the last N commits of it (default: all)")
    replay.add_argument(
        "--by",
        choices=("merge", "commit"),
        default="merge",
        help="what one change is: what the main line took in at once, or each commit (default: %(default)s)",
    )
    replay.add_argument("--jobs", type=_count, default=0, metavar="N", help="processes (default: one a processor)")
    replay.add_argument("--json", default="", metavar="PATH", help="write every finding to this file ('-': print it)")
    replay.add_argument(
        "--resume", default="", metavar="FILE", help="keep results in this file, and go on with what it has already"
    )
    replay.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")


def _count(text: str) -> int:
    """A number from 1 on; ArgumentTypeError says what is wrong with any other text."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
