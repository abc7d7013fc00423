"""`agentaudit hook` and `agentaudit init`."""

from __future__ import annotations

import argparse

from pytest_agentaudit.cli.grammar.common import add_fail_on

AGENTS = ("claude", "codex", "gemini", "cursor", "copilot")
"""The agents whose hooks are answered, as in hooks.agents, without importing that for a help page."""

SYSTEMS = ("github", "gitlab", "none")
"""The CI systems for which there is a job, and none of them."""


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


def add_hook(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What answers the hooks of coding agents."""
    about = "answer a coding agent's hook: audit before it stops"
    hook = commands.add_parser("hook", help=about, description=about, epilog=_HOOK)
    hook.add_argument("agent", choices=AGENTS, metavar="AGENT", help=", ".join(AGENTS))
    hook.add_argument("--base", default="", metavar="REV", help="what to compare with (default: found as in check)")
    add_fail_on(hook, "holds the agent back")
    hook.add_argument(
        "--could-not-audit",
        choices=["pass", "fail"],
        default="pass",
        help="whether an audit that cannot be made holds it back, once (default: %(default)s)",
    )


def add_init(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """What sets everything up."""
    about = "set up policy, CI, pre-commit and agents' hooks"
    init = commands.add_parser("init", help=about, description=about, epilog=_INIT)
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
