"""Findings with the name of the agent that says it wrote their lines; the verdict is the same without."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.model import ChangeInfo, Level, Promise, Result, Verdict
from tests.support.repo import GitRepo

CLAUDE = "Silence it\n\nCo-Authored-By: Claude <noreply@anthropic.com>"
NOTE = """\
shop.py
  s1 1-2,9
b.py
  s2 3
---
{"schema_version": "authorship/3.0.0", "prompts": {
  "s1": {"agent_id": {"tool": "cursor", "id": "1", "model": "m"}},
  "s2": {"agent_id": {"tool": "their-own", "id": "2", "model": "m"}}}}
"""
SESSIONS = """\
shop.py
  h_1::t_9 2
  s_1::t_2 1
---
{"schema_version": "authorship/3.0.0", "prompts": {}, "humans": {"h_1": {"author": "A"}},
 "sessions": {"s_1": {"agent_id": {"tool": "github-copilot-cli", "id": "1", "model": "m"}}}}
"""
LINE = "import os  # type: ignore\n"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """A base, then a suppression by an agent, one by a person, and one of another agent's by its trailer."""
    repo = GitRepo(tmp_path_factory.mktemp("authors"))
    repo.commit({"shop.py": "A = 1\n", "b.py": "A = 1\nB = 2\n", "c.py": "C = 1\n"}, "base")
    repo.git("tag", "base")
    repo.commit({"shop.py": LINE + "A = 1\n"}, CLAUDE)
    repo.commit({"b.py": "A = 1\nB = 2\n" + LINE}, "By hand")
    repo.commit({"c.py": "C = 1\n" + LINE}, "Silence it\n\nAssisted-by: Codex:some-model")
    return repo


@pytest.fixture
def noted(repo: GitRepo) -> Iterator[GitRepo]:
    """The same with a tool's notes on the first and the second commit."""
    for rev in ("HEAD~2", "HEAD~1"):
        repo.git("notes", "--ref=ai", "add", "-m", NOTE, rev)
    yield repo
    repo.git("update-ref", "-d", "refs/notes/ai")


def audited(repo: GitRepo, *, head: str | None = "HEAD", attribute: bool = True) -> Verdict:
    return check(Request(str(repo.path), base="base", head=head, attribute=attribute))


def authors(verdict: Verdict) -> dict[str, str]:
    return {it.location.path: it.evidence.get("author", "").split(",")[0] for it in verdict.findings}


def test_trailers_name_the_agents(repo: GitRepo) -> None:
    verdict = audited(repo)
    assert authors(verdict) == {"shop.py": "Claude Code", "b.py": "", "c.py": "Codex"}
    assert verdict.change.agents == {"Claude Code": 1, "Codex": 1}
    (first,) = [it for it in verdict.findings if it.location.path == "shop.py"]
    assert first.evidence["author"] == f"Claude Code, as commit {repo.ask('rev-parse', 'HEAD~2')[:7]} says"


def test_notes_speak_of_lines_and_go_before_trailers(noted: GitRepo) -> None:
    verdict = audited(noted)
    assert authors(verdict) == {"shop.py": "Cursor", "b.py": "their-own", "c.py": "Codex"}


def test_nothing_else_of_the_verdict_is_different(repo: GitRepo) -> None:
    said, plain = audited(repo), audited(repo, attribute=False)
    without = [{key: text for key, text in it.evidence.items() if key != "author"} for it in said.findings]
    findings = tuple(replace(it, evidence=kept) for it, kept in zip(said.findings, without, strict=True))
    change = ChangeInfo(said.change.lines)
    assert replace(said, findings=findings, change=change, stats=plain.stats) == plain


def test_a_clean_work_tree_is_its_head_and_what_is_not_committed_is_nobodys(repo: GitRepo) -> None:
    assert authors(audited(repo, head=None))["shop.py"] == "Claude Code"
    repo.write({"shop.py": "\n" + LINE + "A = 1\n"})
    try:
        assert authors(audited(repo, head=None)) == {"shop.py": "", "b.py": "", "c.py": "Codex"}
    finally:
        repo.git("checkout", "-q", "--", "shop.py")


@pytest.mark.parametrize(
    "note",
    ["", "---\n", "shop.py\n  s1 1\n---\nnot json", NOTE.replace("1-2,9", "x-,,-,1-y"), NOTE.replace('"tool"', '"no"')],
)
def test_a_spoilt_note_says_nothing(repo: GitRepo, note: str, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    clone.git("notes", "--ref=ai", "add", "--allow-empty", "-F", "-", "HEAD~2", stdin=note.encode())
    assert authors(audited(clone))["shop.py"] == "Claude Code"


def test_notes_of_sessions(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    clone.git("notes", "--ref=ai", "add", "-m", SESSIONS, "HEAD~2")
    verdict = audited(clone)
    assert authors(verdict)["shop.py"] == "GitHub Copilot"
    assert verdict.change.agents == {"GitHub Copilot": 1, "Codex": 1}


def test_notes_in_folders(repo: GitRepo, tmp_path: Path) -> None:
    clone = repo.clone(tmp_path / "clone")
    commit = clone.ask("rev-parse", "HEAD~1")
    blob = clone.git("hash-object", "-w", "--stdin", stdin=NOTE.encode()).decode().strip()
    tree = f"100644 blob {blob}\t{commit[4:]}\n"
    for name in (commit[2:4], commit[:2]):
        tree = f"040000 tree {clone.git('mktree', stdin=tree.encode()).decode().strip()}\t{name}\n"
    notes = clone.git("mktree", stdin=tree.encode()).decode().strip()
    clone.git("update-ref", "refs/notes/ai", clone.ask("commit-tree", notes, "-m", "notes"))
    assert authors(audited(clone))["b.py"] == "their-own"


def record(path: str, first: int, last: int, *, revision: str = "", by: str = "ai", tool: str = "cursor") -> str:
    """A record of agent-trace, on one line."""
    ranges = [{"start_line": first, "end_line": last}]
    file = {"path": path, "conversations": [{"contributor": {"type": by, "model_id": "o/m"}, "ranges": ranges}]}
    said: dict[str, object] = {"version": "0.1.0", "id": "1", "timestamp": "2026-01-25T10:00:00Z", "files": [file]}
    said |= {"tool": {"name": tool}} if tool else {}
    said |= {"vcs": {"type": "git", "revision": revision}} if revision else {}
    return json.dumps(said) + "\n"


@pytest.fixture
def traced(repo: GitRepo, tmp_path: Path) -> GitRepo:
    """A clone; the commit before its last, a person's, has a suppression in the third line of b.py."""
    return repo.clone(tmp_path / "clone")


@pytest.mark.parametrize("revision", ["HEAD~1", "HEAD~2", ""], ids=["its own", "the one below", "none"])
def test_trace_records_speak_of_lines(traced: GitRepo, revision: str) -> None:
    name = traced.ask("rev-parse", revision) if revision else ""
    traced.commit({".agent-trace/traces.jsonl": record("b.py", 3, 3, revision=name)}, "Keep the trace")
    verdict = audited(traced)
    assert authors(verdict)["b.py"] == "Cursor"
    assert verdict.change.agents["Cursor"] == 1


def test_trace_records_in_notes(traced: GitRepo) -> None:
    traced.git("notes", "--ref=agent-trace", "add", "-m", record("b.py", 1, 9), "HEAD~1")
    (found,) = [it for it in audited(traced).findings if it.location.path == "b.py"]
    assert (
        found.evidence["author"] == f"Cursor, as a trace record of commit {traced.ask('rev-parse', 'HEAD~1')[:7]} says"
    )


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (record("b.py", 1, 2), ""),
        (record("b.py", 3, 3, by="human"), ""),
        (record("b.py", 3, 3, by="mixed", tool=""), "o/m"),
        (record("b.py", 3, 3, revision="0" * 40), ""),
        (record("b.py", 3, 3).replace('"files"', '"file"'), ""),
        ("not json\n" + record("b.py", 3, 3), "Cursor"),
        (record("b.py", 3, 3).replace('"end_line": 3', '"end_line": "x"'), ""),
        ("[" * 100_000, ""),
        (record("b.py", 3, 3, tool="\x1b[31m" + "x" * 500), "\x1b[31m" + "x" * 55),
    ],
)
def test_what_a_trace_record_may_say(traced: GitRepo, said: str, named: str) -> None:
    traced.commit({".agent-trace/traces.jsonl": said}, "Keep the trace")
    assert authors(audited(traced))["b.py"] == named


def test_a_record_of_the_base_without_a_revision_is_about_the_base(traced: GitRepo) -> None:
    traced.git("checkout", "-q", "--detach", "base")
    base = traced.commit({".agent-trace/traces.jsonl": record("b.py", 3, 3)})
    traced.git("tag", "-f", "base", base)
    traced.commit({"b.py": "A = 1\nB = 2\n" + LINE}, "By hand")
    assert authors(audited(traced)) == {"b.py": ""}


def test_lines_that_are_not_committed_are_a_traces(traced: GitRepo) -> None:
    traced.write({"b.py": LINE + "A = 1\n", ".agent-trace/a.json": record("b.py", 1, 1, revision=traced.head)})
    assert authors(audited(traced, head=None))["b.py"] == "Cursor"


AGENTS_ONLY = '[tool.agentaudit]\napplies-to = "agents"\n'
LABEL: Mapping[str, str] = {"src/label.py": "def label(name):\n    return name\n"}
QUIETED: Mapping[str, str] = {"src/label.py": "def label(name):\n    return name  # noqa\n"}


@pytest.fixture
def lenient(tmp_path: Path) -> GitRepo:
    """A base whose policy applies to agents, and a suppression that a person committed."""
    repo = GitRepo(tmp_path / "lenient")
    repo.commit({**LABEL, "pyproject.toml": AGENTS_ONLY})
    repo.git("tag", "base")
    repo.commit(QUIETED, "By hand")
    return repo


def held(repo: GitRepo, *, head: str | None = "HEAD", environ: Mapping[str, str] | None = None) -> bool:
    """Whether the change fails; its findings are told in any case."""
    verdict = check(Request(str(repo.path), base="base", head=head, environ=environ or {}))
    assert verdict.count(Level.ERROR)
    assert verdict.bearing.why.startswith("the policy applies to agents")
    assert verdict.bearing.fails is (verdict.result is Result.FAILED)
    return verdict.bearing.fails


def test_a_change_of_nobody_named_is_audited_and_passes(lenient: GitRepo) -> None:
    assert not held(lenient)


def test_any_name_binds(lenient: GitRepo, tmp_path: Path) -> None:
    assert held(lenient, environ={"CLAUDECODE": "1"})
    noted = lenient.clone(tmp_path / "noted")
    noted.git("notes", "--ref=ai", "add", "-m", NOTE)
    assert held(noted)
    traced = lenient.clone(tmp_path / "traced")
    traced.commit({".agent-trace/traces.jsonl": record("src/label.py", 1, 1)}, "Keep the trace")
    assert held(traced)
    trailed = lenient.clone(tmp_path / "trailed")
    trailed.commit({"c.py": "C = 1\n"}, CLAUDE)
    assert held(trailed)


def test_an_agents_merge_binds(lenient: GitRepo) -> None:
    lenient.git("checkout", "-q", "-b", "side", "base")
    lenient.commit({"c.py": "C = 1\n"}, "By hand")
    lenient.git("merge", "-q", "--no-ff", "-m", CLAUDE, "main")
    assert held(lenient)


@pytest.mark.parametrize("ref", ["ai", "agent-trace"])
def test_what_cannot_be_read_binds(lenient: GitRepo, ref: str) -> None:
    lenient.git("notes", f"--ref={ref}", "add", "-m", "b.py\n  s 1\n---\n{")
    assert held(lenient)


def test_work_that_is_not_committed_is_the_readers(lenient: GitRepo) -> None:
    lenient.git("checkout", "-q", "--detach", "base")
    lenient.write(QUIETED)
    assert not held(lenient, head=None)
    assert held(lenient, head=None, environ={"AI_AGENT": "a-new-one"})


def test_the_key_counts_from_the_next_change_on(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "strict")
    repo.commit({**LABEL, "pyproject.toml": "[tool.agentaudit]\nwaiver-days = 30\n"})
    repo.git("tag", "base")
    repo.commit({**QUIETED, "pyproject.toml": f"{AGENTS_ONLY}waiver-days = 30\n"}, "By hand")
    verdict = audited(repo)
    assert verdict.result is Result.FAILED
    assert {it.rule for it in verdict.findings} >= {"edited-guard", "added-suppression"}


def test_a_verified_change_is_everybodys(lenient: GitRepo) -> None:
    base = lenient.ask("rev-parse", "base")
    verdict = check(Request(str(lenient.path), base=base, head="HEAD", promise=Promise.VERIFIED))
    assert verdict.result is Result.FAILED
    assert "whoever made it" in verdict.bearing.why
