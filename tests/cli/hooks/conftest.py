"""The hook called in this process, and a repository that it holds against an agent."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentaudit.cli import main
from tests.support.hooks import RED, Answer, Call
from tests.support.repo import GitRepo


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


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A work tree with one error: a suppression for a whole file."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write(RED)
    return repo
