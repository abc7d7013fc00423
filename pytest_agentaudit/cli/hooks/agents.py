"""The coding agents whose hooks are answered: what they call their events, and how each is held back.

Sources: the agents' own pages on hooks, and Codex' schemas (`codex-rs/hooks/schema`). For all of them an exit status
other than 0 and 2 is a failed hook, which stops nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.cli.console import Status

HELD_BACK = 2
"""The exit status by which agents are held back; standard error is the reason."""


class Moment(StrEnum):
    """When an agent calls: it begins a session, has just edited a file, or wants to be done."""

    START = "start"
    EDIT = "edit"
    FINISH = "finish"


class Form(StrEnum):
    """In which form an agent takes a reason to go on."""

    STATUS = "status"  # exit status 2, the reason on standard error
    DECISION = "decision"  # {"decision": "block", "reason": ...} on standard output
    FOLLOW_UP = "follow-up"  # {"followup_message": ...}, which becomes the next prompt
    CONTEXT = "context"  # {"hookSpecificOutput": {"additionalContext": ...}}, added to what the tool said


class Agent(Struct, frozen=True):
    """A coding agent. `events` are the names of the events that it may call a hook for, `forms` how it takes a reason
    to go on, at each moment that has one. Whoever `has_notices` shows its user the text under "systemMessage".
    """

    name: str
    events: Mapping[str, Moment]
    forms: Mapping[Moment, Form]
    has_notices: bool = False


class Reply(Struct, frozen=True):
    """What a hook prints on both streams, and its exit status."""

    status: int = Status.PASSED
    stdout: str = ""
    stderr: str = ""


_STOP = {"Stop": Moment.FINISH, "SubagentStop": Moment.FINISH}
_START = {"SessionStart": Moment.START}
_TOOL = {"PostToolUse": Moment.EDIT}
_BY_STATUS = {Moment.FINISH: Form.STATUS, Moment.EDIT: Form.STATUS}
_COPILOT = {"agentStop": Moment.FINISH, "subagentStop": Moment.FINISH, **_STOP}

AGENTS: Mapping[str, Agent] = {
    agent.name: agent
    for agent in (
        Agent("claude", {**_STOP, **_TOOL, **_START}, _BY_STATUS, has_notices=True),
        Agent("codex", {**_STOP, **_TOOL, **_START}, _BY_STATUS, has_notices=True),
        Agent(
            "gemini",
            {"AfterAgent": Moment.FINISH, "AfterTool": Moment.EDIT, **_START},
            {Moment.FINISH: Form.STATUS, Moment.EDIT: Form.CONTEXT},  # status 2 would hide what the tool said
            has_notices=True,
        ),
        Agent("cursor", {"stop": Moment.FINISH, "subagentStop": Moment.FINISH}, {Moment.FINISH: Form.FOLLOW_UP}),
        Agent("copilot", _COPILOT, {Moment.FINISH: Form.DECISION}),
    )
}
"""Every agent by its name on the command line (`parser.AGENTS` has the names)."""


def hold_back(agent: Agent, moment: Moment, reason: str) -> Reply:
    """The reply that makes the agent go on, with `reason` for its next turn."""
    match agent.forms[moment]:
        case Form.STATUS:
            return Reply(HELD_BACK, stderr=reason)
        case Form.DECISION:
            return Reply(stdout=_line({"decision": "block", "reason": reason}))
        case Form.FOLLOW_UP:
            return Reply(stdout=_line({"followup_message": reason}))
        case Form.CONTEXT:
            return Reply(stdout=_line({"hookSpecificOutput": {"additionalContext": reason}}))


def let_go(agent: Agent, notice: str = "", *, failed: bool = False) -> Reply:
    """The reply that stops nobody. `notice` is one line for the user; `failed` says that the hook could not do its
    work, which agents without notices learn by the exit status.
    """
    if notice and agent.has_notices:
        return Reply(stdout=_line({"systemMessage": notice}), stderr=f"{notice}\n")
    status = Status.COULD_NOT_AUDIT if failed else Status.PASSED
    return Reply(status, stdout=_line({}) if agent.name == "cursor" else "", stderr=f"{notice}\n" if notice else "")


def _line(document: Mapping[str, object]) -> str:
    return f"{json.dumps(document)}\n"
