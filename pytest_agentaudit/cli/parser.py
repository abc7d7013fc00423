"""The command line's grammar. Light: nothing of the audit is imported to print a help page."""

from __future__ import annotations

import argparse

from pytest_agentaudit import __version__
from pytest_agentaudit.report.targets import FORMATS, parse_target

FAIL_ON = ("error", "warning", "never")
"""The values of policy.FailOn, worst first, without importing the policy for a help page."""

AGENTS = ("claude", "codex", "gemini", "cursor", "copilot")
"""The agents whose hooks are answered, as in hooks.agents, without importing that for a help page."""

SYSTEMS = ("github", "gitlab", "none")
"""The CI systems for which there is a job, and none of them."""

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
  agentaudit replay --last 100         what it would have said of your history
  agentaudit init                      set up policy, CI, pre-commit, agents
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

_HOOK = """\
Reads the agent's event (JSON) from standard input, audits the work tree as
`check` does, and answers as that agent expects. Where findings fail the audit
the agent goes on with them as its next task; never twice for the same ones.
A hook that cannot audit says why and holds nobody back.

examples:
  agentaudit hook claude            the command of a Stop hook
  agentaudit init --agents claude   put it into the agent's settings
  echo '{"hook_event_name": "Stop"}' | agentaudit hook claude

exit status:
  0  the agent may stop, or standard output says what it is to do or to show
  2  the agent goes on; standard error is its next task (Claude Code, Codex,
     Gemini CLI)
  3  could not audit, for agents that show their user no notices, and for a
     command line that cannot be understood: nobody is held back
"""

_INIT = """\
Sets up what the repository lacks: a policy in pyproject.toml, a CI job, an
entry in .pre-commit-config.yaml, and hooks of coding agents. What the options
leave open follows from the files that are there: .github/workflows asks for a
GitHub workflow, a .claude folder for Claude Code's hook, and so on. On a
terminal you are asked; files are written all or none, and keep their comments.

examples:
  agentaudit init --dry-run           show what would be written
  agentaudit init                     ask, and set up
  agentaudit init --yes --ci github --agents claude,codex --pre-commit

exit status:
  0  set up, or nothing to do
  2  the command line cannot be understood
  3  a file cannot be read or written; nothing was changed
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
    _add_replay(commands)
    _add_hook(commands)
    _add_init(commands)
    about = "show a red and a green change"
    commands.add_parser("demo", help=about, description=about, epilog=_DEMO, formatter_class=_Page)
    return parser


def _add_check(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "audit a change without running its tests"
    check = commands.add_parser("check", help=about, description=about, epilog=_CHECK, formatter_class=_Page)
    check.add_argument("--repo", default=".", metavar="DIR", help="a work tree or a bare repository (default: here)")
    check.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in pytest)")
    head = check.add_mutually_exclusive_group()
    head.add_argument("--head", metavar="REV", help="the revision to judge (default: the work tree)")
    head.add_argument("--staged", action="store_true", help="judge what is staged, as a hook before a commit does")
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


def _add_hook(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "answer a coding agent's hook: audit before it stops"
    hook = commands.add_parser("hook", help=about, description=about, epilog=_HOOK, formatter_class=_Page)
    hook.add_argument("agent", choices=AGENTS, metavar="AGENT", help=", ".join(AGENTS))
    hook.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in check)")
    hook.add_argument(
        "--fail-on",
        choices=FAIL_ON,
        default=FAIL_ON[0],
        help="the level from which on a finding holds the agent back (default: %(default)s)",
    )
    hook.add_argument(
        "--could-not-audit",
        choices=["pass", "fail"],
        default="pass",
        help="whether an audit that cannot be made holds it back, once (default: %(default)s)",
    )


def _add_init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    about = "set up policy, CI, pre-commit and agents' hooks"
    init = commands.add_parser("init", help=about, description=about, epilog=_INIT, formatter_class=_Page)
    init.add_argument("--yes", action="store_true", help="ask nothing")
    init.add_argument("--dry-run", action="store_true", help="show a diff and write nothing")
    init.add_argument("--ci", choices=SYSTEMS, help="the CI system (default: the one that has files here)")
    init.add_argument(
        "--agents",
        type=_agents,
        metavar="AGENT,...",
        help=f"{', '.join(AGENTS)}, or none (default: those that have files here)",
    )
    optional = argparse.BooleanOptionalAction
    init.add_argument("--pre-commit", action=optional, help="a pre-commit hook (default: where pre-commit is used)")
    init.add_argument("--policy", action=optional, help="a policy (default: where that changes nothing else)")
    init.add_argument("--repo", default=".", metavar="DIR", help="a work tree (default: here)")


def _agents(text: str) -> tuple[str, ...]:
    """Names of agents between commas, or none; ArgumentTypeError names the one that is unknown."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip() not in {"", "none"}))
    for name in names:
        if name not in AGENTS:
            raise argparse.ArgumentTypeError(f"no agent {name!r}; there are: {', '.join(AGENTS)}, none")
    return names


def _count(text: str) -> int:
    """A number from 1 on; ArgumentTypeError says what is wrong with any other text."""
    if not text.isascii() or not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
