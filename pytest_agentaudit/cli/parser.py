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
  agentaudit explain untested-change   what a rule looks for, and what to do
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

_EXPLAIN = """\
examples:
  agentaudit explain                     every rule, by family
  agentaudit explain weakened-assertion
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
    about = "what a rule looks for, and what to do"
    explain = commands.add_parser("explain", help=about, description=about, epilog=_EXPLAIN, formatter_class=_Page)
    explain.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule's name (default: list them all)")
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO, formatter_class=_Page)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a change without running its tests"
    check = commands.add_parser("check", help=about, description=about, epilog=_CHECK, formatter_class=_Page)
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
