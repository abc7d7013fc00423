"""`agentaudit init`: policy, CI job, pre-commit hook and agents' hooks, set up in one go or not at all."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence

from msgspec import Struct

from pytest_agentaudit.cli.console import Status, deliver
from pytest_agentaudit.cli.setup import agents, ci
from pytest_agentaudit.cli.setup.edits import Edit, Folder, diff, write_all
from pytest_agentaudit.cli.setup.policy import PART as POLICY
from pytest_agentaudit.cli.setup.policy import policy
from pytest_agentaudit.cli.setup.pre_commit import PATH as PRE_COMMIT
from pytest_agentaudit.cli.setup.pre_commit import pre_commit
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from pytest_agentaudit.report.audience import is_terminal
from pytest_agentaudit.report.text import listed, print_text

_YES = frozenset({"", "y", "yes"})


class Choice(Struct, frozen=True):
    """What is to be set up. `policy` None: where it does no harm."""

    policy: bool | None
    ci: str
    agents: tuple[str, ...]
    pre_commit: bool


def run(arguments: Namespace) -> Status:
    """Set up what was asked for, or what the repository's own files suggest."""
    folder = Folder(_root(arguments.repo))
    asks = _asks(arguments)
    choice = _choice(arguments, folder, asks=asks)
    edits = list(_edits(folder, choice))
    changes = [edit for edit in edits if edit.is_change]
    if arguments.dry_run:
        _say(diff(changes) or "nothing to do\n")
    elif changes and asks and not _agrees_to(changes):
        _say("nothing was written\n")
    else:
        write_all(folder.root, changes)
        _say("".join(f"{line}\n" for line in _report(folder, choice, edits)))
    return Status.PASSED


def _asks(arguments: Namespace) -> bool:
    """Whether somebody is there who can be asked, and wants to be."""
    return not (arguments.yes or arguments.dry_run) and is_terminal(sys.stdin)


def _say(text: str) -> None:
    deliver(lambda stream: print_text(text, stream))


def _root(path: str) -> str:
    repo = Repository.open(path)
    repo.close()
    if repo.bare:
        raise AuditError(f"{path} is a bare repository", "run agentaudit init in a work tree")
    return repo.root


def _choice(arguments: Namespace, folder: Folder, *, asks: bool) -> Choice:
    """What the command line says; where it says nothing, what the repository uses already."""
    return Choice(
        policy=arguments.policy,
        ci=arguments.ci or _system(folder, asks=asks),
        agents=_agents(folder, asks=asks) if arguments.agents is None else arguments.agents,
        pre_commit=_pre_commit(folder, asks=asks) if arguments.pre_commit is None else arguments.pre_commit,
    )


def _system(folder: Folder, *, asks: bool) -> str:
    """The CI system that the repository uses, unless a person wants no job there."""
    system = ci.in_use(folder)
    return system if system == "none" or _agrees(f"add a job to the CI of {system}?", asks=asks) else "none"


def _agents(folder: Folder, *, asks: bool) -> tuple[str, ...]:
    """The agents that the repository has files of, as far as a person wants them held back."""
    return tuple(it for it in agents.in_use(folder) if _agrees(f"let {it} hear an audit before it stops?", asks=asks))


def _pre_commit(folder: Folder, *, asks: bool) -> bool:
    return folder.has(PRE_COMMIT) and _agrees("add a pre-commit hook?", asks=asks)


def _agrees_to(changes: Sequence[Edit]) -> bool:
    _say(diff(changes))
    return _agrees("write these files?", asks=True)


def _agrees(question: str, *, asks: bool) -> bool:
    """Whether the person at the terminal says yes, or nothing; the end of input is a no. Nobody objects to what is not
    asked.
    """
    if not asks:
        return True
    try:
        return input(f"{question} [Y/n] ").strip().lower() in _YES
    except EOFError:
        return False


def _edits(folder: Folder, choice: Choice) -> Iterator[Edit]:
    if choice.policy is not False:
        yield policy(folder, demanded=choice.policy is True)
    if choice.ci != "none":
        yield ci.SYSTEMS[choice.ci](folder)
    if choice.pre_commit:
        yield pre_commit(folder)
    for name in choice.agents:
        yield agents.hook(folder, name)


def _report(folder: Folder, choice: Choice, edits: Sequence[Edit]) -> Iterator[str]:
    """What was done to each file, and what is next."""
    for edit in edits:
        yield f"{edit.part:<11} {edit.path}: {edit.deed}"
    changed = any(edit.is_change for edit in edits)
    if not changed:
        yield "nothing to do"
    if all(edit.part == POLICY for edit in edits):
        yield "found no CI, pre-commit or coding agent to set up: --ci, --pre-commit and --agents name them"
    yield f"next: pytest --agent-audit audits your change while its tests run{'; then commit these files' * changed}"
    if choice.ci != "none" and (places := list(ci.runs_of_tests(folder, choice.ci))):
        yield f"next: for the evidence of a run in CI, add --agent-audit to pytest in {listed(places)} (fetch-depth: 0)"
