"""`agentaudit waive`."""

from __future__ import annotations

import argparse

_WAIVE = """\
Accepts one finding in somebody's name. The waiver goes into the policy, where
it counts from the next change on (or when a review approves it), or with
--sign into a file of its own, which counts at once where the base's policy
allows the signer. Without FINGERPRINT the findings are listed.

examples:
  agentaudit waive
  agentaudit waive 9d3d5108 --reason "vendor stub, issue 812" --expires 60d
  agentaudit waive 9d3d5108 --reason "..." --expires 2027-01-31 --owner team-a
  agentaudit waive 9d3d5108 --reason "..." --expires 30d --sign ~/.ssh/id_key

exit status:
  0  the waiver was written, or would be (--dry-run)
  2  the command line cannot be understood; no such finding; too late an end
  3  could not audit or write (the reason and the way out are on standard error)
"""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What accepts a finding."""
    about = "accept a finding until a day"
    waive = commands.add_parser("waive", help=about, description=about, epilog=_WAIVE)
    waive.add_argument("fingerprint", nargs="?", default="", metavar="FINGERPRINT", help="the finding's, or its start")
    waive.add_argument("--reason", default="", metavar="TEXT", help="why it is accepted")
    waive.add_argument("--expires", default="", metavar="DAY", help="the last day: 2027-01-31, or 30d from today")
    waive.add_argument("--owner", default="", metavar="WHO", help="who answers for it (default: your login name)")
    waive.add_argument("--sign", default="", metavar="KEY", help="sign it with this ssh key, in a file of its own")
    waive.add_argument(
        "--from", dest="report", default="", metavar="FILE", help="a JSON report of a run, for what only a run finds"
    )
    waive.add_argument("--dry-run", action="store_true", help="show what would be written")
    waive.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
    waive.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    waive.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
