"""The command line's grammar. Light: nothing of the audit is imported to print a help page."""

from __future__ import annotations

import argparse

from pytest_agentaudit import __version__
from pytest_agentaudit.asked import FAIL_ON, PROOFS, PROVE, seconds
from pytest_agentaudit.report.targets import FORMATS, parse_target

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
  agentaudit verify --base SHA         judge a commit from outside, as CI does
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

_VERIFY = f"""\
Judges a commit from outside: policy and waivers as the base has them, files
from git's objects alone, the tests in a child on a fresh copy of the commit,
in an environment of their own. What the child says of itself is checked
against what is seen of it. This is what a CI gate trusts; it can be the test
job itself.

The base is named by its full name: branches and tags can be moved.

examples:
  agentaudit verify --base "$BASE_SHA" --head "$HEAD_SHA"
  agentaudit verify --base "$BASE_SHA" -- -n 4 --junitxml=junit.xml
  agentaudit verify --base "$BASE_SHA" --report sarif:audit.sarif
  agentaudit verify --base "$BASE_SHA" --attest verdict.json --sign ci_key

What cannot be judged fails too, unless --incomplete=pass.

{_STATUS}"""

_RECEIPT = """\
examples:
  agentaudit verify-receipt verdict.json --head 88d01be... --allowed-signers keys

exit status:
  0  the receipt holds for this commit, which passed
  2  the command line cannot be understood
  3  it does not: the reason is on standard error
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
    _add_verify(commands)
    _add_verify_receipt(commands)
    _add_replay(commands)
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO, formatter_class=_Page)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a change without running its tests"
    check = commands.add_parser("check", help=about, description=about, epilog=_CHECK, formatter_class=_Page)
    check.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    check.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
    _add_judging(check, incomplete="pass")


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "judge a commit from outside, with its tests in a child that is not trusted"
    verify = commands.add_parser("verify", help=about, description=about, epilog=_VERIFY, formatter_class=_Page)
    verify.add_argument("--base", required=True, metavar="SHA", help="the commit to compare with, by its full name")
    verify.add_argument("--head", default="HEAD", metavar="SHA", help="the commit to judge (default: %(default)s)")
    _add_judging(verify, incomplete="fail")
    verify.add_argument("--prove", choices=PROVE, default="revert", help=f"{PROOFS} (default: %(default)s)")
    verify.add_argument(
        "--budget", type=seconds, default=30.0, metavar="TIME", help="time for proofs, as in 30s or 2m (default: 30s)"
    )
    verify.add_argument(
        "--timeout", type=seconds, default=3600.0, metavar="TIME", help="time for the tests (default: 1h)"
    )
    verify.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="NAME",
        help="a variable of this environment that the tests may see; may be given more than once",
    )
    verify.add_argument(
        "--another-user",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="run the tests as a user that owns nothing (default: where that is possible, which takes root)",
    )
    verify.add_argument(
        "--no-network", action="store_true", help="run the tests with no network but their own loopback"
    )
    verify.add_argument("--attest", default="", metavar="PATH", help="write the verdict as an in-toto statement")
    verify.add_argument("--sign", default="", metavar="KEY", help="sign the statement with this SSH key (PATH.sig)")
    verify.add_argument("arguments", nargs="*", metavar="-- PYTEST ARGUMENTS", help="what pytest is to be called with")


def _add_verify_receipt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "check that a receipt of `verify` is about a commit, and who signed it"
    check = commands.add_parser("verify-receipt", help=about, description=about, epilog=_RECEIPT, formatter_class=_Page)
    check.add_argument("receipt", metavar="RECEIPT", help="the file that `verify --attest` wrote")
    check.add_argument("--head", required=True, metavar="SHA", help="the commit that it has to be about")
    check.add_argument("--base", default="", metavar="SHA", help="the base that it has to be judged against")
    signed = check.add_mutually_exclusive_group(required=True)
    signed.add_argument(
        "--allowed-signers", default="", metavar="FILE", help="whose signatures count, as git and ssh-keygen have them"
    )
    signed.add_argument(
        "--unsigned", action="store_true", help="ask for no signature: anybody can write such a receipt"
    )


def _add_judging(check: argparse.ArgumentParser, *, incomplete: str) -> None:
    check.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
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
        default=incomplete,
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
