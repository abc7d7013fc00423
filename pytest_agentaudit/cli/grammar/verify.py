"""`agentaudit verify` and `agentaudit verify-receipt`."""

from __future__ import annotations

import argparse

from pytest_agentaudit.asked import PROOFS, PROVE, seconds
from pytest_agentaudit.cli.grammar.common import STATUS, add_judging

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

{STATUS}"""


_RECEIPT = """\
examples:
  agentaudit verify-receipt verdict.json --head SHA --allowed-signers keys

exit status:
  0  the receipt holds for this commit, which passed
  2  the command line cannot be understood
  3  it does not: the reason is on standard error
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The audit from outside."""
    about = "judge a commit from outside, with its tests in a child that is not trusted"
    verify = commands.add_parser("verify", help=about, description=about, epilog=_VERIFY)
    verify.add_argument("--base", required=True, metavar="SHA", help="the commit to compare with, by its full name")
    verify.add_argument("--head", default="HEAD", metavar="SHA", help="the commit to judge (default: %(default)s)")
    add_judging(verify, incomplete="fail")
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


def add_receipt(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What checks a receipt of it."""
    about = "check that a receipt of `verify` is about a commit, and who signed it"
    check = commands.add_parser("verify-receipt", help=about, description=about, epilog=_RECEIPT)
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
