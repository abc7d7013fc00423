"""`agentaudit hook`, called as each agent calls it: its JSON on standard input, its own channel for the answer.

What a call means to an agent is tried with real processes; the many ways to call run the same command in this process.
"""

from __future__ import annotations

import io
import json
import os
import pty
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentaudit.cli import main
from pytest_agentaudit.cli.grammar.agents import AGENTS as NAMES
from pytest_agentaudit.cli.hooks.agents import AGENTS, Agent, Moment
from pytest_agentaudit.cli.hooks.event import at_work, read_event
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.report.agent import MOST_CHARACTERS
from tests.support.hooks import AGAIN, GREEN, Call, event, process, reason
from tests.support.repo import GitRepo


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
