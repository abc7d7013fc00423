"""What `agentaudit hook` remembers: which findings an agent was told of, and what stood before it began."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.hooks import AGAIN, RED, Answer, Call, event, reason
from tests.support.repo import GitRepo


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
