"""What an agent told its hook: read from standard input, with the names of all agents' fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from pytest_agentaudit.cli.hooks.agents import Agent, Moment
from pytest_agentaudit.errors import AuditError

MOST_BYTES = 64 * 1024 * 1024
"""What is read of an event at most: some agents send all that a tool said."""

PROJECT = ("CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR", "CURSOR_PROJECT_DIR")
"""Variables that name the project's folder in a hook's environment."""

_OF_SUBAGENT = "subagentStop"
_ENDED = frozenset({"aborted", "error"})
_CONTINUED = frozenset({"resume", "clear", "compact"})
"""Where a session comes from that is none of its own."""


class Event(Struct, frozen=True):
    """A call by an agent. `name` is the event's ("" where the agent does not say), `folders` are where it may be at
    work, the likeliest first.

    `again` says that the agent goes on because a hook held it back (None: this agent does not tell). `edited` is the
    file that it has just written ("" where it does not say). `idle` is true where nothing is to be said: its user, or
    an error, ended the turn, or the session that begins is an older one.
    """

    moment: Moment
    name: str = ""
    session: str = ""
    folders: tuple[str, ...] = (".",)
    again: bool | None = None
    edited: str = ""
    idle: bool = False


def read_event(agent: Agent, stream: BinaryIO, environ: Mapping[str, str]) -> Event:
    """The event on `stream`; AuditError where there is none, or one for which this hook has no answer."""
    told = _document(agent, stream)
    name = _text(told, "hook_event_name", "hookEventName") or _unnamed(agent, told)
    moment = agent.events.get(name) if name else Moment.FINISH
    if moment is None:
        known = ", ".join(agent.events)
        raise AuditError(f"there is no answer to {agent.name}'s event {name!r}", f"call this hook at one of: {known}")
    tool = told.get("tool_input")
    return Event(
        moment,
        name=name,
        session=_text(told, "session_id", "sessionId", "conversation_id"),
        folders=tuple(_folders(told, environ)),
        again=_again(told),
        edited=_text(tool if isinstance(tool, dict) else told, "file_path", "absolute_path", "path"),
        idle=_text(told, "status") in _ENDED or _text(told, "source") in _CONTINUED,
    )


def _unnamed(agent: Agent, told: Mapping[str, object]) -> str:
    """The name of an event that has none: Copilot's, of which a subagent's says which agent it was."""
    return _OF_SUBAGENT if _OF_SUBAGENT in agent.events and _text(told, "agentId", "agentName") else ""


def _document(agent: Agent, stream: BinaryIO) -> Mapping[str, object]:
    way_out = f"{agent.name} writes its event there; `agentaudit init --agents {agent.name}` sets that up"
    if stream.isatty():
        raise AuditError("a hook reads an agent's event from standard input, and this is a terminal", way_out)
    content = stream.read(MOST_BYTES)
    if not content.strip():
        raise AuditError("standard input is empty", way_out)
    try:
        told = json.loads(content.decode("utf-8-sig"))  # Cursor puts a byte-order mark in front
    except RecursionError:
        raise AuditError("standard input is JSON that nests too deep", way_out) from None
    except ValueError as error:
        raise AuditError(f"standard input is not JSON: {error}", way_out) from None
    if not isinstance(told, dict):
        raise AuditError("standard input is JSON, but no object", way_out)
    return told


def _folders(told: Mapping[str, object], environ: Mapping[str, str]) -> Iterator[str]:
    roots = told.get("workspace_roots")
    named = [_text(told, "cwd"), *(roots if isinstance(roots, list) else ())]
    yield from (it for it in named if isinstance(it, str) and it)
    yield from (environ[name] for name in PROJECT if environ.get(name))
    yield "."


def _again(told: Mapping[str, object]) -> bool | None:
    """The agent's own flag against loops: a count of Cursor, a boolean of all others (of Copilot since its version
    1.0.72, and for its main agent alone).
    """
    flag, count = told.get("stop_hook_active"), told.get("loop_count")
    if isinstance(flag, bool):
        return flag
    return count > 0 if isinstance(count, int) else None


def _text(told: Mapping[str, object], *names: str) -> str:
    """The first of these fields that holds a text, or ""."""
    return next((value for name in names if isinstance(value := told.get(name), str) and value), "")


def at_work(event: Event) -> str:
    """The first of the event's folders that is inside a repository; the likeliest where none is."""
    return next(filter(_in_repository, event.folders), event.folders[0])


def _in_repository(folder: str) -> bool:
    try:
        here = Path(folder).resolve(strict=True)
        return any((it / ".git").exists() for it in (here, *here.parents))
    except (OSError, ValueError):  # there is none, or no file system takes that for a name
        return False
