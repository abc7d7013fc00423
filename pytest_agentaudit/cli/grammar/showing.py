"""`agentaudit explain` and `agentaudit demo`: the commands that judge nothing."""

from __future__ import annotations

import argparse

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


def add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    about = "what a rule looks for, and what to do"
    explain = commands.add_parser("explain", help=about, description=about, epilog=_EXPLAIN)
    explain.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule's name (default: list them all)")


def add_demo(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO)
