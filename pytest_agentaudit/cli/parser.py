"""The command line's grammar. Light: nothing of the audit is imported to print a help page."""

from __future__ import annotations

import argparse
from typing import Any

from pytest_agentaudit import __version__
from pytest_agentaudit.cli.grammar import agents, check, replay, verify, waive
from pytest_agentaudit.cli.grammar.common import STATUS, Draft, Page

_MAIN = f"""\
examples:
  pytest --agent-audit                 audit a change while its tests run
  agentaudit check                     audit it without running anything
  agentaudit check --base origin/main  ... against a base of your own
  agentaudit verify --base SHA         judge a commit from outside, as CI does
  agentaudit merge shards/*.json       judge a suite that several jobs ran
  agentaudit explain untested-change   what a rule looks for, and what to do
  agentaudit waive                     accept a finding until a day
  agentaudit replay --last 100         what it would have said of your history
  agentaudit init                      set up policy, CI, pre-commit, agents
  agentaudit demo                      see a red and a green change

{STATUS}"""

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


class _Command(argparse.ArgumentParser):
    """The grammar of one command, while it is put together."""

    def __init__(self, **about: Any) -> None:
        super().__init__(formatter_class=Draft, **about)


def build_parser() -> argparse.ArgumentParser:
    """The parser of `agentaudit`; the chosen command's name ends up in `command`."""
    about = "Audit an agent-generated change: were the required steps really taken,\nand is the evidence real?"
    parser = argparse.ArgumentParser("agentaudit", description=about, epilog=_MAIN, formatter_class=Draft)
    parser.add_argument("--version", action="version", version=f"pytest-agentaudit {__version__}")
    draft: type[argparse.ArgumentParser] = _Command
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="agentaudit", parser_class=draft
    )
    check.add(commands)
    check.add_merge(commands)
    about = "what a rule looks for, and what to do"
    explain = commands.add_parser("explain", help=about, description=about, epilog=_EXPLAIN)
    explain.add_argument("rule", nargs="?", default="", metavar="RULE", help="a rule's name (default: list them all)")
    verify.add(commands)
    verify.add_receipt(commands)
    waive.add(commands)
    replay.add(commands)
    agents.add_hook(commands)
    agents.add_init(commands)
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO)
    for it in (parser, *commands.choices.values()):
        it.formatter_class = Page
    return parser
