"""`agentaudit hook`, called as each agent calls it: its JSON on standard input, its own channel for the answer.

What a call means to an agent is tried with real processes; the many ways to call run the same command in this process.
"""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from pytest_agentaudit.cli import main
from pytest_agentaudit.cli.grammar.agents import AGENTS as NAMES
from pytest_agentaudit.cli.hooks.agents import AGENTS, Agent, Moment
from pytest_agentaudit.cli.hooks.event import at_work, read_event
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.report.agent import MOST_CHARACTERS
from tests.support.repo import GitRepo
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


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Call:
    """The command in this process, in an empty folder and with nothing of this run's environment."""
    for name in set(os.environ) - {"PATH", "PYTHONPATH"}:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(agent: str, sent: Mapping[str, object] | bytes, *options: str) -> Answer:
        content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        status = main(["hook", agent, *options])
        return Answer(status, *capsys.readouterr())

    return run


def reason(agent: str, done: Answer) -> str:
    """The task that the agent gets from an answer; "" where it may stop."""
    if agent in {"claude", "codex", "gemini"}:
        return done.stderr if done.status == 2 else ""
    answer: dict[str, Any] = json.loads(done.stdout or "{}")
    assert done.status == 0
    if agent == "cursor":
        return str(answer.get("followup_message", ""))
    return str(answer["reason"]) if answer.get("decision") == "block" else ""


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A work tree with one error: a suppression for a whole file."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write(RED)
    return repo


def test_the_names_of_the_agents() -> None:
    assert tuple(AGENTS) == NAMES


@pytest.mark.parametrize("agent", NAMES)
def test_findings_are_the_next_task_once(agent: str, repo: GitRepo, tmp_path: Path, call: Call) -> None:
    first = reason(agent, process(agent, event(agent, repo.path), cwd=tmp_path))
    assert first.startswith("agent-audit: FAILED 1 error. base ")
    assert "shop.py:1 error file-suppression" in first
    assert " next: " in first
    assert first.endswith("rerun: agentaudit check\n")
    again = call(agent, event(agent, repo.path, **AGAIN[agent]))
    assert reason(agent, again) == ""
    assert "1 error, none of it new to this session" in again.stderr
    assert repo.ask("status", "--porcelain") == " M shop.py"


def test_a_policy_for_agents_is_for_whoever_calls_a_hook(repo: GitRepo, call: Call) -> None:
    repo.git("stash", "-q")
    repo.commit({"pyproject.toml": '[tool.agentaudit]\napplies-to = "agents"\n'})
    repo.git("stash", "pop", "-q")
    said = reason("claude", call("claude", event("claude", repo.path)))
    assert "shop.py:1 error file-suppression" in said
    assert "the audit was asked for by one (claude)" in said


@pytest.mark.parametrize("agent", NAMES)
def test_an_honest_change_passes_without_a_word(agent: str, repo: GitRepo, call: Call) -> None:
    repo.write(GREEN)
    done = call(agent, event(agent, repo.path))
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout == ("{}\n" if agent == "cursor" else "")


@pytest.mark.parametrize("sent", [b"", b"  \n", b"{", b"[]", b"\xff", b"[" * 100_000], ids=lambda it: repr(it[:4]))
def test_what_is_no_event_holds_nobody_back(sent: bytes, call: Call) -> None:
    done = call("copilot", sent)
    assert (done.status, done.stdout) == (3, "")
    assert done.stderr.startswith("agent-audit: could not audit: standard input is ")
    assert done.stderr.count("\n") == 1


def test_without_standard_input(
    call: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("copilot", b"").stderr.startswith("agent-audit: could not audit: standard input is empty")
    monkeypatch.setattr(sys, "stdin", None)
    assert main(["hook", "copilot"]) == 3
    assert "standard input is empty" in capsys.readouterr().err


def test_a_person_who_types_the_command_is_not_kept_waiting() -> None:
    controller, terminal = pty.openpty()
    try:
        with os.fdopen(terminal, "rb") as stream, pytest.raises(AuditError, match="this is a terminal"):
            read_event(AGENTS["claude"], stream, {})
    finally:
        os.close(controller)


def test_a_process_that_cannot_audit_ends_without_a_traceback(tmp_path: Path) -> None:
    for sent in ("{", json.dumps(event("copilot", tmp_path))):
        done = process("copilot", sent, cwd=tmp_path)
        assert (done.status, done.stdout) == (3, "")
        assert done.stderr.startswith("agent-audit: could not audit: ")
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("agent", NAMES)
def test_no_repository_holds_nobody_back(agent: str, tmp_path: Path, call: Call) -> None:
    done = call(agent, event(agent, tmp_path))
    assert f"{tmp_path} is not in a git repository" in done.stderr
    assert done.stderr.count("\n") == 1
    if AGENTS[agent].has_notices:
        assert done.status == 0
        assert json.loads(done.stdout) == {"systemMessage": done.stderr.rstrip("\n")}
    else:
        assert done.status == 3


def test_no_audit_can_hold_back_where_that_is_asked_for(repo: GitRepo, call: Call) -> None:
    options = ("--base", "nowhere", "--could-not-audit", "fail")
    done = call("claude", event("claude", repo.path), *options)
    assert done.status == 2
    assert done.stderr.startswith("agent-audit: could not audit: the base: no commit 'nowhere'")
    again = call("claude", event("claude", repo.path, stop_hook_active=True), *options)
    assert again.status == 0


def test_no_git_on_path(repo: GitRepo, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call("copilot", event("copilot", repo.path))
    assert done.status == 3
    assert "there is no git on PATH" in done.stderr


def test_a_wrong_command_line_is_no_order_to_go_on(call: Call) -> None:
    assert call("claude", {}, "--no-such-option").status == 3
    assert call("clade", {}).status == 3


def test_an_event_without_an_answer(repo: GitRepo, call: Call) -> None:
    done = call("claude", event("claude", repo.path, hook_event_name="SessionEnd"))
    assert done.status == 0
    assert "no answer to claude's event 'SessionEnd'" in json.loads(done.stdout)["systemMessage"]


def test_new_findings_hold_back_again_but_not_for_ever(repo: GitRepo, call: Call) -> None:
    asked = []
    for number in range(5):
        repo.write({f"part{number}.py": "# ruff: noqa\nPRICE = 1\n"})
        sent = event("copilot", repo.path)
        asked.append(bool(reason("copilot", call("copilot", sent))))
    assert asked == [True, True, True, False, True]


def test_another_session_is_told_too(repo: GitRepo, call: Call) -> None:
    assert reason("copilot", call("copilot", event("copilot", repo.path)))
    other = event("copilot", repo.path, sessionId="b2")
    assert reason("copilot", call("copilot", other))


@pytest.mark.parametrize(
    ("agent", "subagent"),
    [("claude", {"hook_event_name": "SubagentStop"}), ("copilot", {"agentId": "b2", "agentName": "explore"})],
)
def test_a_subagent_and_its_parent_are_told_each(
    agent: str, subagent: Mapping[str, object], repo: GitRepo, call: Call
) -> None:
    for told in (subagent, {}):
        assert reason(agent, call(agent, event(agent, repo.path, **told)))
        assert not reason(agent, call(agent, event(agent, repo.path, **told)))


@pytest.mark.parametrize("agent", ["claude", "codex", "gemini"])
def test_what_stood_when_a_session_began_is_not_its_doing(agent: str, repo: GitRepo, call: Call) -> None:
    start = {"session_id": "a1", "cwd": str(repo.path), "hook_event_name": "SessionStart", "source": "startup"}
    done = call(agent, start)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    assert not reason(agent, call(agent, event(agent, repo.path)))
    repo.write({"new.py": "# ruff: noqa\nPRICE = 1\n"})
    told = reason(agent, call(agent, event(agent, repo.path)))
    assert told.startswith("agent-audit: FAILED 1 error. base ")
    assert "new.py:1 error" in told
    assert "shop.py" not in told


@pytest.mark.parametrize("source", ["resume", "clear", "compact"])
def test_a_session_that_goes_on_is_held_to_all_it_did(source: str, repo: GitRepo, call: Call) -> None:
    start = {"session_id": "a1", "cwd": str(repo.path), "hook_event_name": "SessionStart", "source": source}
    assert call("claude", start).status == 0
    assert reason("claude", call("claude", event("claude", repo.path)))


def test_a_session_can_begin_where_nothing_can_be_remembered(repo: GitRepo, call: Call) -> None:
    (repo.path / ".git/agentaudit").write_text("in the way")
    start = {"session_id": "a1", "cwd": str(repo.path), "hook_event_name": "SessionStart"}
    assert call("claude", start, "--could-not-audit", "fail") == Answer(0, "", "")
    options = ("--base", "nowhere", "--could-not-audit", "fail")
    assert call("claude", start, *options).status == 0


def test_a_memory_that_is_none_is_forgotten(repo: GitRepo, call: Call) -> None:
    memory = repo.path / ".git/agentaudit/hooks.json"
    memory.parent.mkdir()
    memory.write_text('{"copilot  a1": {"standing": 7}}')
    assert reason("copilot", call("copilot", event("copilot", repo.path)))
    assert not reason("copilot", call("copilot", event("copilot", repo.path)))


UNFLAGGED = {"stop_hook_active": None}
"""As older versions of Copilot say it, and its subagents."""


@pytest.mark.parametrize(("agent", "more", "held"), [("claude", {}, 1), ("copilot", {}, 1), ("copilot", UNFLAGGED, 0)])
def test_where_nothing_can_be_remembered_the_agents_own_flag_decides(
    agent: str, more: Mapping[str, object], held: int, repo: GitRepo, call: Call
) -> None:
    (repo.path / ".git/agentaudit").write_text("in the way")
    assert bool(reason(agent, call(agent, event(agent, repo.path, **more)))) == held
    assert not reason(agent, call(agent, event(agent, repo.path, **AGAIN[agent])))


def test_a_linked_work_tree_has_its_own_memory(repo: GitRepo, tmp_path: Path, call: Call) -> None:
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    other = GitRepo(tmp_path / "other", create=False)
    other.write(RED)
    for tree in (repo, other):
        assert reason("copilot", call("copilot", event("copilot", tree.path)))


def test_cursor_sends_a_byte_order_mark(repo: GitRepo, call: Call) -> None:
    sent = b"\xef\xbb\xbf" + json.dumps(event("cursor", repo.path)).encode()
    assert reason("cursor", call("cursor", sent))


@pytest.mark.parametrize("status", ["aborted", "error"])
def test_a_turn_that_the_user_ended_is_over(status: str, repo: GitRepo, call: Call) -> None:
    done = call("cursor", event("cursor", repo.path, status=status))
    assert (done.status, done.stdout) == (0, "{}\n")


def test_an_agent_that_went_elsewhere_is_audited_in_its_project(
    repo: GitRepo, tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLAUDE_PROJECT_DIR", str(repo.path))
    assert call("claude", event("claude", tmp_path)).status == 2


def test_the_report_fits_one_turn(repo: GitRepo, call: Call) -> None:
    repo.write({f"part{number}.py": "# ruff: noqa\nPRICE = 1\n" for number in range(60)})
    told = reason("claude", call("claude", event("claude", repo.path)))
    assert "more findings left out." in told
    assert len(told) <= MOST_CHARACTERS


def test_a_warning_holds_back_where_that_is_asked_for(repo: GitRepo, call: Call) -> None:
    repo.write({"shop.py": "PRICE = 1\n\n\ndef price(a: int) -> int:\n    if a > 1:\n        return 2\n    return 1\n"})
    assert call("claude", event("claude", repo.path)).status == 0
    options = ("--fail-on", "warning", "--base", "HEAD")
    done = call("claude", event("claude", repo.path), *options)
    assert done.status == 2
    assert "warning untested-change" in done.stderr
    assert done.stderr.endswith("rerun: agentaudit check --base HEAD\n")


def edit(agent: Agent, repo: Path, path: str) -> dict[str, object]:
    """What the agent sends after it has edited a file."""
    name = next(name for name, moment in agent.events.items() if moment == "edit")
    tool = {"tool_name": "Edit", "tool_input": {"file_path": str(repo / path)}}
    return {"session_id": "a1", "cwd": str(repo), "hook_event_name": name, **tool}


@pytest.mark.parametrize("agent", ["claude", "codex", "gemini"])
def test_after_an_edit_only_the_edited_file_counts(agent: str, repo: GitRepo, call: Call) -> None:
    repo.write({"other.py": "# ruff: noqa\nPRICE = 1\n"})
    clean = call(agent, edit(AGENTS[agent], repo.path, "README.md"))
    assert (clean.status, clean.stdout, clean.stderr) == (0, "", "")
    done = call(agent, edit(AGENTS[agent], repo.path, "shop.py"))
    told = done.stderr
    if agent == "gemini":
        assert done.status == 0
        told = json.loads(done.stdout)["hookSpecificOutput"]["additionalContext"]
    else:
        assert done.status == 2
    assert "shop.py:1 error" in told
    assert "other.py" not in told
    assert call(agent, edit(AGENTS[agent], repo.path, "shop.py")).status == 0
    stopped = reason(agent, call(agent, event(agent, repo.path)))
    assert "shop.py:1 error" in stopped
    assert "other.py:1 error" in stopped


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(), max_size=4)
    | st.sampled_from(["\0", "x" * 9999, "."]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["file_path", "a"]), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (
    *("hook_event_name", "hookEventName", "session_id", "sessionId", "conversation_id", "cwd", "workspace_roots"),
    *("stop_hook_active", "loop_count", "tool_input", "file_path", "status"),
)


@given(st.sampled_from(NAMES), st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_whatever_an_agent_sends_is_an_event_or_an_error(agent: str, sent: dict[str, object]) -> None:
    name = next(filter(None, (it for key in FIELDS[:2] if isinstance(it := sent.get(key), str))), "")
    stream = io.BytesIO(json.dumps(sent).encode())
    if name and name not in AGENTS[agent].events:
        with pytest.raises(AuditError, match="there is no answer to"):
            read_event(AGENTS[agent], stream, {})
        return
    found = read_event(AGENTS[agent], stream, {})
    assert at_work(found) in found.folders
    assert found.moment is (AGENTS[agent].events[name] if name else Moment.FINISH)


def test_an_edited_file_with_an_odd_name(repo: GitRepo, call: Call) -> None:
    for name in ("\0", "\ud800", "x" * 9999, "gone.py"):
        sent = {**edit(AGENTS["claude"], repo.path, "shop.py"), "tool_input": {"file_path": name}}
        assert call("claude", sent).status == 0
