"""Calls of `agentaudit hook` as each agent makes them, and what its answers say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from tests.support.scenarios import environment

RED = {"shop.py": "# ruff: noqa\nPRICE = 1\n"}
GREEN = {"shop.py": "PRICE = 1  # euros\n"}
AGAIN: Mapping[str, Mapping[str, object]] = {
    "claude": {"stop_hook_active": True},
    "codex": {"stop_hook_active": True},
    "gemini": {"stop_hook_active": True},
    "cursor": {"loop_count": 1},
    "copilot": {"stop_hook_active": True},
}


def event(agent: str, repo: Path, **more: object) -> dict[str, object]:
    """What the agent sends when it wants to be done, with the fields that its own pages name."""
    common = {"session_id": "a1", "transcript_path": "/tmp/t.jsonl", "cwd": str(repo)}  # noqa: S108 - nobody reads it
    sent: dict[str, dict[str, object]] = {
        "claude": {**common, "hook_event_name": "Stop", "permission_mode": "default", "stop_hook_active": False},
        "codex": {
            **common,
            "hook_event_name": "Stop",
            "turn_id": "t",
            "model": "m",
            "permission_mode": "default",
            "stop_hook_active": False,
            "last_assistant_message": None,
        },
        "gemini": {
            **common,
            "hook_event_name": "AfterAgent",
            "timestamp": "2026-11-26T19:00:00Z",
            "prompt": "go",
            "prompt_response": "done",
            "stop_hook_active": False,
        },
        "cursor": {
            "conversation_id": "a1",
            "generation_id": "g",
            "hook_event_name": "stop",
            "workspace_roots": [str(repo)],
            "status": "completed",
            "loop_count": 0,
        },
        "copilot": {
            "sessionId": "a1",
            "timestamp": 1_764_180_000_000,
            "cwd": str(repo),
            "transcriptPath": "/tmp/t.jsonl",  # noqa: S108 - as above
            "stopReason": "end_turn",
            "stop_hook_active": False,
        },
    }
    return {**sent[agent], **more}


class Answer(Struct, frozen=True):
    """How a call ended."""

    status: int
    stdout: str
    stderr: str


def process(agent: str, sent: Mapping[str, object] | str, *, cwd: Path, **environ: str) -> Answer:
    """Call the hook as an agent does."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentaudit", "hook", agent],
        cwd=cwd,
        env={**environment(cwd), **environ},
        input=sent if isinstance(sent, str) else json.dumps(sent),
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


class Call(Protocol):
    """Calls the hook in this process."""

    def __call__(self, agent: str, sent: Mapping[str, object] | bytes, *options: str) -> Answer: ...


def reason(agent: str, done: Answer) -> str:
    """The task that the agent gets from an answer; "" where it may stop."""
    if agent in {"claude", "codex", "gemini"}:
        return done.stderr if done.status == 2 else ""
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    assert done.status == 0
    if agent == "cursor":
        return str(answer.get("followup_message", ""))
    return str(answer["reason"]) if answer.get("decision") == "block" else ""
