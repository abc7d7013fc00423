"""What an audit of nothing must not load: it is paid for by every run, changed or not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.audit import WORTH_KEEPING, Request, check
from pytest_agentaudit.model import Result
from tests.support.repo import GitRepo

HEAVY = {"libcst", "radon", "ruamel", "coverage", "sqlite3", "pathspec", "packaging", "pytest"}
ROOMS = {"pytest_agentaudit.facts", "pytest_agentaudit.rules", "pytest_agentaudit.change.roles"}

AUDIT = """
import json, sys
from pytest_agentaudit.cli import serve
from pytest_agentaudit.audit import Request, open_audit
pipeline = open_audit(Request(sys.argv[1]))
pipeline.prepare()
pipeline.finish(None)
pipeline.close()
print(json.dumps(sorted(sys.modules)))
"""
RUN = """
import json, sys, pytest
others = [part for name in ("cacheprovider", "randomly", "cov", "xdist") for part in ("-p", f"no:{name}")]
pytest.main(["-q", *others, *sys.argv[2:], sys.argv[1]])
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.commit(
        {"pytest.ini": "[pytest]\n", "test_a.py": "def test_a():\n    assert True\n", ".gitignore": "__pycache__\n"}
    )
    return made


def modules(code: str, repo: GitRepo, *options: str) -> set[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}  # no worker's
    done = subprocess.run(
        [sys.executable, "-c", code, str(repo.path), *options],
        cwd=repo.path,
        env=plain,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.strip().rpartition("\n")[2]))


def test_the_auditor_of_no_change_reads_and_judges_nothing(repo: GitRepo) -> None:
    assert not modules(AUDIT, repo) & (HEAVY | ROOMS)


def test_the_auditor_of_a_change_does(repo: GitRepo) -> None:
    repo.write({"shop.py": "A = 1\n"})
    loaded = modules(AUDIT, repo)
    assert loaded >= ROOMS
    assert "libcst" not in loaded


GATES = "pytest_agentaudit.facts.gates.found"


def test_gates_are_looked_at_where_a_file_may_hold_one(repo: GitRepo) -> None:
    repo.write({"shop.py": "A = 1\n"})
    assert GATES not in modules(AUDIT, repo)
    repo.write({"pytest.ini": "[pytest]\naddopts = -x\n"})
    assert GATES in modules(AUDIT, repo)


READERS = {f"pytest_agentaudit.facts.{name}" for name in ("parse", "modules", "occurrences.guards")}
KEEPING = AUDIT.replace("sys.argv[1])", "sys.argv[1], keeps=True)")


def test_what_reads_code_is_not_loaded_where_all_facts_are_kept(repo: GitRepo) -> None:
    repo.write({"shop.py": f"def total(value):\n    return value\n\n\nNOTES = {'x' * WORTH_KEEPING!r}\n"})
    assert modules(KEEPING, repo) & READERS
    assert not modules(KEEPING, repo) & READERS


def test_libcst_reads_what_is_laid_out_over_several_lines(repo: GitRepo) -> None:
    repo.write({"test_a.py": "def test_a():\n    assert (\n        1 + 1  # a comment\n        == 2\n    )\n"})
    assert "libcst" in modules(AUDIT, repo)


def test_a_policy_that_names_no_rule_loads_none(repo: GitRepo) -> None:
    repo.commit({"pyproject.toml": '[tool.agentaudit]\nsource = ["src/**"]\n'})
    assert not modules(AUDIT, repo) & (ROOMS | {"libcst", "radon", "packaging"})


def test_a_run_without_the_flag(repo: GitRepo) -> None:
    ours = {name for name in modules(RUN, repo) if name.startswith("pytest_agentaudit")}
    assert ours == {"pytest_agentaudit", "pytest_agentaudit.asked", "pytest_agentaudit.plugin"}


RUNS = {"pytest_agentaudit.controller", "pytest_agentaudit.model", "pytest_agentaudit.link.launch"}
WATCHING = {"coverage", "sqlite3"} if sys.version_info < (3, 12) else set()
"""Loaded while the auditor reads the change, when nobody knows yet whether there is a line to watch."""
HEAVIEST = {"libcst", "radon", "coverage", "sqlite3", "pytest_agentaudit.facts", "pytest_agentaudit.git"}


def test_a_run_over_no_change_takes_a_glance(repo: GitRepo) -> None:
    assert not modules(RUN, repo, "--agent-audit") & (RUNS | HEAVIEST)


def test_a_run_over_a_change(repo: GitRepo) -> None:
    repo.write({"notes.txt": "changed\n"})
    loaded = modules(RUN, repo, "--agent-audit")
    assert loaded >= RUNS
    assert not loaded & (HEAVIEST - WATCHING)


def test_a_run_by_workers_loads_no_tool(repo: GitRepo) -> None:
    repo.write({"notes.txt": "changed\n"})
    loaded = modules(RUN.replace(', "xdist"', ""), repo, "--agent-audit", "-n1")
    assert loaded >= RUNS
    assert not loaded & HEAVIEST


def test_no_change_is_a_clean_verdict(repo: GitRepo) -> None:
    verdict = check(Request(str(repo.path)))
    assert (verdict.result, verdict.findings, verdict.not_judged) == (Result.PASSED, (), ())
    assert verdict.stats.files == 0
