"""Replay: which changes a history has, who made them, and what it all amounts to."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_agentaudit.audit.authors import Author, AuthorKind, author_of
from pytest_agentaudit.audit.replay.history import PastChange, past_changes
from pytest_agentaudit.audit.replay.summary import document, highest
from pytest_agentaudit.audit.replay.worker import DIED, Judged, judge_all
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.git.repository import Repository
from tests.support.repo import GitRepo

ANN = "Ann <ann@example.org>"


@pytest.mark.parametrize(
    ("author", "message", "kind", "name"),
    [
        (ANN, "Add tax", AuthorKind.PERSON, ""),
        (ANN, "Add tax\n\nCo-Authored-By: Claude <noreply@anthropic.com>", AuthorKind.AGENT, "Claude Code"),
        (ANN, "Add tax\n\n🤖 Generated with [Claude Code](https://claude.ai/code)", AuthorKind.AGENT, "Claude Code"),
        (ANN, "Add tax\n\nCo-authored-by: openhands <openhands@all-hands.dev>", AuthorKind.AGENT, "OpenHands"),
        (ANN, "Add tax\n\nCo-authored-by: Cursor <cursoragent@cursor.com>", AuthorKind.AGENT, "Cursor"),
        (ANN, "Add tax\n\nAssisted-by: Claude:claude-opus-4", AuthorKind.AGENT, "Claude Code"),
        (ANN, "Add tax\n\nGenerated-by: Codex", AuthorKind.AGENT, "Codex"),
        (ANN, "Add tax\n\nCo-authored-by: Claude Dupont <claude@example.org>", AuthorKind.PERSON, ""),
        (
            "copilot-swe-agent[bot] <198982749+Copilot@users.noreply.github.com>",
            "Fix",
            AuthorKind.AGENT,
            "GitHub Copilot",
        ),
        ("Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>", "Fix", AuthorKind.AGENT, "Devin"),
        ("Ann (aider) <ann@example.org>", "Fix", AuthorKind.AGENT, "Aider"),
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "Bump x", AuthorKind.BOT, "Dependabot"),
        ("release[bot] <r@example.org>", "Release", AuthorKind.BOT, "another bot"),
        (ANN, "Speak of Claude and of Cursor in the docs", AuthorKind.PERSON, ""),
        (ANN, "Describe how code generated with Copilot is told", AuthorKind.PERSON, ""),
        ("Claude Dupont <claude@example.org>", "Ajouter la taxe", AuthorKind.PERSON, ""),
        ("", "", AuthorKind.PERSON, ""),
    ],
)
def test_who_made_it(author: str, message: str, kind: AuthorKind, name: str) -> None:
    assert author_of(author, message) == Author(kind, name)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A main line of a first commit, a merge of two commits by an agent, and a squashed change."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "A = 1\n"}, "first")
    repo.git("switch", "-q", "-c", "topic")
    repo.commit({"shop.py": "A = 2\n"}, "second\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    repo.commit({"shop.py": "A = 3\n"}, "third\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "Merge topic", "topic")
    repo.commit({"shop.py": "A = 4\n"}, "fourth")
    return repo


@pytest.fixture
def opened(repo: GitRepo) -> Iterator[Repository]:
    opened = Repository.open(str(repo.path))
    yield opened
    opened.close()


def told(opened: Repository, span: str = "", last: int = 0, by: str = "merge") -> list[tuple[str, str]]:
    return [(it.title, it.author.name) for it in past_changes(opened, span, last=last, by=by)]


def test_one_merge_is_one_change(opened: Repository) -> None:
    assert told(opened) == [("fourth", ""), ("Merge topic", "Claude Code")]
    assert told(opened, last=1) == [("fourth", "")]


def test_each_commit_is_one_change(opened: Repository) -> None:
    both = [("third", "Claude Code"), ("second", "Claude Code")]
    assert told(opened, by="commit") == [("fourth", ""), *both]


def test_a_range(opened: Repository, repo: GitRepo) -> None:
    assert told(opened, "HEAD~1..HEAD") == [("fourth", "")]
    assert told(opened, "HEAD~1..") == [("fourth", "")]
    assert told(opened, "HEAD..HEAD") == []
    assert told(opened, repo.ask("rev-parse", "HEAD~1")) == [("Merge topic", "Claude Code")]


@pytest.mark.parametrize(("span", "cause"), [("A...B", "three dots"), ("no-such..HEAD", "no-such"), ("-x", "-x")])
def test_a_bad_range_is_said(opened: Repository, span: str, cause: str) -> None:
    with pytest.raises(AuditError, match=cause):
        told(opened, span)


def past(sha: str) -> PastChange:
    return PastChange(sha * 40, "0" * 40, "2026-07-01", sha, Author(AuthorKind.PERSON))


def deadly(_root: str, change: PastChange) -> Judged:
    """Dies of one change."""
    if change.title == "b":
        os._exit(1)
    return Judged(change, None)


def test_a_change_that_kills_its_reader_is_named() -> None:
    judged = list(judge_all("", [past(sha) for sha in "abcdef"], 2, deadly))
    assert sorted(it.change.title for it in judged) == list("abcdef")
    assert [it.change.title for it in judged if it.problem == DIED] == ["b"]


def endless(_root: str, change: PastChange) -> Judged:
    """Comes to an end with one change only."""
    if change.title != "a":
        signal.pause()
    return Judged(change, None)


def test_whoever_stops_asking_does_not_wait() -> None:
    judged = judge_all("", [past(sha) for sha in "abcdef"], 2, endless)
    assert next(judged).change.title == "a"
    judged.close()
    assert list(judged) == []


def row(sha: str, *levels: str, kind: str = "person", name: str = "", problem: str = "") -> dict[str, Any]:
    findings = [
        {"rule": "stub", "level": level, "path": "a.py", "line": number, "message": "m"}
        for number, level in enumerate(levels, 1)
    ]
    return {
        "sha": sha * 40,
        "base": "0" * 40,
        "day": f"2026-0{1 + len(levels)}-01",
        "title": sha,
        "author": {"kind": kind, "name": name},
        "verdict": None if problem else "failed" if "error" in levels else "passed",
        "problem": problem,
        "findings": findings,
    }


def test_counts() -> None:
    rows = [
        row("a", "error", "error"),
        row("b", "warning"),
        row("c", problem="why"),
        row("d", kind="bot", name="Renovate"),
    ]
    said = document(rows, root="/r", span="HEAD", by="merge")
    assert said["total"] == {"changes": 4, "audited": 3, "blocked": 1, "error": 2, "warning": 1, "note": 0}
    assert said["rules"] == [{"name": "stub", "changes": 2, "blocked": 1, "error": 2, "warning": 1, "note": 0}]
    assert [(it["name"], it["changes"], it["blocked"]) for it in said["months"]] == [
        ("2026-01", 2, 0),
        ("2026-02", 1, 0),
        ("2026-03", 1, 1),
    ]
    assert [(it["name"], it["changes"]) for it in said["authors"]] == [("bot: Renovate", 1), ("people", 3)]
    assert said["proposal"] == {"rules": [], "blocked_before": 1, "blocked_after": 1}


def test_errors_that_are_habit_are_proposed_as_warnings() -> None:
    rows = [row(sha, "error") for sha in "abc"] + [row("d")]
    said = document(rows, root="/r", span="HEAD", by="merge")["proposal"]
    assert said["rules"] == [{"rule": "stub", "level": "warning", "changes": 3, "of": 4}]
    assert (said["blocked_before"], said["blocked_after"]) == (3, 0)


def test_what_to_read_first() -> None:
    """Errors, then functions that are much harder to follow, untested work, some untested statements, functions that
    rose by less, new complex ones, the rest, and single decisions; three of one change, no notes.
    """
    said = [
        changed("h", ("raised-complexity", "warning"), size=6),
        changed("f", ("raised-complexity", "warning"), size=26),
        changed("a", ("raised-complexity", "warning"), ("untested-change", "warning"), ("stub", "note")),
        changed("b", *(("weakened-assertion", "warning"),) * 4),
        changed("d", ("untested-change", "warning"), size=12),
        changed("e", ("untested-change", "warning"), size=4),
        changed("g", ("untested-change", "warning"), size=1),
        changed("c", ("raised-complexity", "error"), ("missing-assertion", "warning")),
    ]
    first = [(it["sha"], it["rule"]) for it in highest(said)]
    assert first == [
        ("c", "raised-complexity"),
        ("f", "raised-complexity"),
        ("d", "untested-change"),
        ("e", "untested-change"),
        ("h", "raised-complexity"),
        ("a", "raised-complexity"),
        ("a", "untested-change"),
        *[("b", "weakened-assertion")] * 3,
        ("c", "missing-assertion"),
        ("g", "untested-change"),
    ]
    assert [(it["sha"], it["rule"]) for it in highest(said, 2)] == first[:2]


def changed(sha: str, *findings: tuple[str, str], size: int = 0) -> dict[str, Any]:
    """The row of a change with findings of one size, each a rule and a level."""
    told = [
        {"rule": rule, "level": level, "path": "a.py", "line": at, "message": "a fact", "size": size}
        for at, (rule, level) in enumerate(findings, 1)
    ]
    return {"sha": sha, "findings": told}
