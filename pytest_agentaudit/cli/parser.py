"""The command line's grammar. Light: nothing of the audit is imported to print a help page."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any

from pytest_agentaudit import __version__
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

_COMMANDS = {
    "check": ("check", "add"),
    "merge": ("check", "add_merge"),
    "explain": ("showing", "add_explain"),
    "verify": ("verify", "add"),
    "verify-receipt": ("verify", "add_receipt"),
    "waive": ("waive", "add"),
    "replay": ("replay", "add"),
    "hook": ("agents", "add_hook"),
    "init": ("agents", "add_init"),
    "demo": ("showing", "add_demo"),
}
"""The commands in the order of the help page, each with the module of its grammar and the function there."""


class _Command(argparse.ArgumentParser):
    """The grammar of one command, while it is put together."""

    def __init__(self, **about: Any) -> None:
        super().__init__(formatter_class=Draft, **about)


def build_parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of `agentaudit`; the chosen command's name ends up in `command`. Where that is known beforehand, the
    grammar of the others is left out.
    """
    about = "Audit an agent-generated change: were the required steps really taken,\nand is the evidence real?"
    parser = argparse.ArgumentParser("agentaudit", description=about, epilog=_MAIN, formatter_class=Draft)
    parser.add_argument("--version", action="version", version=f"pytest-agentaudit {__version__}")
    draft: type[argparse.ArgumentParser] = _Command
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="agentaudit", parser_class=draft
    )
    for module, function in [_COMMANDS[command]] if command in _COMMANDS else _COMMANDS.values():
        getattr(import_module(f"pytest_agentaudit.cli.grammar.{module}"), function)(commands)
    for it in (parser, *commands.choices.values()):
        it.formatter_class = Page
    return parser
