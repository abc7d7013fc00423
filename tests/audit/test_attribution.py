"""Findings with the name of the agent that says it wrote their lines; the verdict is the same without."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from pytest_agentaudit.audit import Request, check
from pytest_agentaudit.model import ChangeInfo, Verdict
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
