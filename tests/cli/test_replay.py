"""`agentaudit replay` on a real history."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_agentaudit.cli import main
from pytest_agentaudit.report.replay_page import render
from tests.support.repo import GitRepo

SCHEMA = json.loads((files("pytest_agentaudit.report") / "replay.schema.json").read_text(encoding="utf-8"))
AGENT = "Co-Authored-By: Claude <noreply@anthropic.com>"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> GitRepo:
    """Two honest changes, one that quiets a file, one after which the policy cannot be read, and one on top of that."""
    repo = GitRepo(tmp_path_factory.mktemp("replay") / "repo")
    repo.commit({"shop.py": "PRICE = 1\n"}, "first")
    repo.commit({"shop.py": "PRICE = 2\n"}, "Raise the price")
    repo.commit({"shop.py": "# ruff: noqa\nPRICE = 2\n"}, f"Clean up\n\n{AGENT}")
    repo.commit({"pyproject.toml": "[tool.agentaudit]\nno-such-key = 1\n"}, "Add a policy")
    repo.commit({"shop.py": "# ruff: noqa\nPRICE = 3\n"}, "Raise it again")
    return repo


def replayed(repo: GitRepo, folder: Path, *arguments: str) -> dict[str, Any]:
    path = folder / "replay.json"
    assert main(["replay", "--repo", str(repo.path), "--jobs", "2", "--json", str(path), *arguments]) == 0
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    return document


def test_every_change_is_told(repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = replayed(repo, tmp_path)
    assert [it["title"] for it in said["changes"]] == ["Raise it again", "Add a policy", "Clean up", "Raise the price"]
    assert [it["verdict"] for it in said["changes"]] == [None, "failed", "failed", "passed"]
    assert "policy" in said["changes"][0]["problem"]
    quieted = said["changes"][2]
    assert [(it["rule"], it["level"], it["path"], it["line"]) for it in quieted["findings"]] == [
        ("file-suppression", "error", "shop.py", 1)
    ]
    assert quieted["author"] == {"kind": "agent", "name": "Claude Code"}
    assert [(it["name"], it["changes"], it["blocked"]) for it in said["authors"]] == [
        ("agent: Claude Code", 1, 1),
        ("people", 3, 1),
    ]
    out = capsys.readouterr()
    assert out.err == ""
    assert out.out.startswith("agent audit: 4 changes of HEAD replayed; 2 would have been blocked (66.7 %);")
    assert "\nfile-suppression " in out.out
    assert "1 change could not be judged:\n  " + said["changes"][0]["sha"][:10] in out.out


def test_a_range_alone_is_replayed(repo: GitRepo, tmp_path: Path) -> None:
    assert [it["title"] for it in replayed(repo, tmp_path, "HEAD~3..HEAD~2")["changes"]] == ["Clean up"]
    assert [it["title"] for it in replayed(repo, tmp_path, "HEAD~2", "--last", "1")["changes"]] == ["Clean up"]


def test_json_can_be_printed(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--repo", str(repo.path), "HEAD~3", "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["total"]["changes"] == 1


def test_it_goes_on_where_it_was_stopped(repo: GitRepo, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    first = replayed(repo, tmp_path, "HEAD~2", "--resume", str(kept))
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) == 3
    marked = lines[1].replace('"title": "', '"title": "kept: ')
    kept.write_text(lines[0] + marked + lines[2][:40], encoding="utf-8")
    again = replayed(repo, tmp_path, "HEAD~2", "--resume", str(kept))
    titles = sorted(it["title"].removeprefix("kept: ") for it in again["changes"])
    assert titles == sorted(it["title"] for it in first["changes"])
    assert sum(it["title"].startswith("kept: ") for it in again["changes"]) == 1
    assert len(kept.read_text(encoding="utf-8").splitlines()) == 4


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("hello\n", "no replay wrote it"),
        ("[]\n", "no replay wrote it"),
        ('{"replay": 1, "version": "0", "rules": []}\n', "other rules wrote it"),
        (b"\xff\xfe\n", "it is no text"),
    ],
)
def test_a_foreign_file_is_not_resumed(
    repo: GitRepo, tmp_path: Path, content: str | bytes, cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(content.encode() if isinstance(content, str) else content)
    before = kept.read_bytes()
    assert main(["replay", "--repo", str(repo.path), "--resume", str(kept)]) == 3
    said = capsys.readouterr().err
    assert "cannot be used" in said
    assert cause in " ".join(said.split())
    assert kept.read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "status", "cause"),
    [
        (("--last", "0"), 2, "'0' is not a number from 1 on"),
        (("--last", "many"), 2, "'many' is not a number from 1 on"),
        (("--jobs", "-1"), 2, "--jobs"),
        (("--by", "day"), 2, "invalid choice: 'day'"),
        (("no-such..HEAD",), 3, "no commit 'no-such' in this clone"),
        (("HEAD...HEAD~1",), 3, "three dots"),
        (("HEAD..HEAD",), 3, "there is no change in HEAD..HEAD"),
        (("HEAD~1..HEAD",), 3, "none of 1 changes could be judged"),
        (("--last", "1", "HEAD~3", "--json", "/dev/null/x"), 3, "cannot be written"),
        (("--json", "/"), 3, "cannot be written: Is a directory"),
        (("--last", "1", "HEAD~3", "--resume", "/dev/null/x"), 3, "cannot be used"),
        (("--resume", "/"), 3, "cannot be used: Is a directory"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_input_is_said_in_one_message(
    repo: GitRepo, arguments: tuple[str, ...], status: int, cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "--repo", str(repo.path), *arguments]) == status
    said = capsys.readouterr().err
    assert cause in " ".join(said.split())
    assert "Traceback" not in said
    assert "internal error" not in said


def test_no_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", "--repo", str(tmp_path / "none")]) == 3
    assert "does not exist" in capsys.readouterr().err


def test_a_proposal_reads_as_a_policy() -> None:
    counts = {"changes": 4, "audited": 4, "blocked": 3, "error": 3, "warning": 0, "note": 0}
    document = {
        "range": "HEAD",
        "total": counts,
        "rules": [{"name": "stub", **counts}],
        "months": [],
        "authors": [],
        "changes": [],
        "proposal": {
            "rules": [{"rule": "stub", "level": "warning", "changes": 3, "of": 4}],
            "blocked_before": 3,
            "blocked_after": 0,
        },
    }
    stream = io.StringIO()
    render(document, stream, width=80)
    said = stream.getvalue()
    assert '[tool.agentaudit.rules]\nstub = { level = "warning" }  # errors in 3 of 4 changes\n' in said
    assert "0.0 % of the changes would have been blocked instead of 75.0 %" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80
