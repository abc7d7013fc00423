"""The console script as a program: exit statuses, help, and streams that fail."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentaudit import __version__
from pytest_agentaudit.asked import FAIL_ON
from pytest_agentaudit.cli import main
from pytest_agentaudit.policy.model import FailOn
from tests.support.repo import GitRepo
from tests.support.scenarios import environment

COMMAND = (sys.executable, "-m", "pytest_agentaudit")


def agentaudit(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env={**environment(cwd), **environ},
        capture_output=True,
        check=False,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A change with one finding: a suppression for a whole file."""
    repo = GitRepo(tmp_path / "repo")
    repo.commit({"shop.py": "PRICE = 1\n", "pyproject.toml": '[project]\nname = "shop"\n'})
    repo.write({"shop.py": "# ruff: noqa\nPRICE = 1\n"})
    return repo


@pytest.fixture
def clean(tmp_path: Path) -> GitRepo:
    """A change without any finding."""
    repo = GitRepo(tmp_path / "clean")
    repo.commit({"shop.py": "PRICE = 1\n"})
    repo.write({"shop.py": "PRICE = 1  # euros\n"})
    return repo


PAGES = ("check", "verify", "verify-receipt", "merge", "explain", "waive", "replay", "hook", "init", "demo")


@pytest.mark.parametrize("page", [(), *((name,) for name in PAGES)])
def test_help_pages_have_examples_and_fit_80_columns(
    page: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*page, "--help"]) == 0
    said = capsys.readouterr().out
    assert "examples:" in said or page == ("demo",)
    assert max(map(len, said.splitlines())) <= 80


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys; from pytest_agentaudit.cli import main; main(['--help']);"
        "assert not {'libcst', 'radon', 'coverage', 'pytest', 'pathspec'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pytest-agentaudit {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["chekc"], "invalid choice: 'chekc'"),
        (["check", "--report", "jsn"], "unknown report format 'jsn'; did you mean 'json'?"),
        (["check", "--fail-on", "note"], "invalid choice: 'note'"),
        (["check", "--incomplete", "maybe"], "invalid choice: 'maybe'"),
        (["check", "--staged", "--head", "HEAD"], "not allowed with argument --staged"),
    ],
)
def test_usage_errors_are_status_2(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_levels_on_the_command_line_are_those_of_the_policy() -> None:
    assert tuple(FailOn) == FAIL_ON


def test_findings_are_status_1(repo: GitRepo) -> None:
    done = agentaudit("check", cwd=repo.path)
    assert done.returncode == 1, done.stderr
    assert "shop.py:1: error  file-suppression" in done.stdout
    assert done.stderr == ""


def test_no_finding_is_status_0_and_one_line(clean: GitRepo) -> None:
    done = agentaudit("check", cwd=clean.path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") == 1
    assert "agent audit: no finding in 1 file, 1 changed line (advisory)" in done.stdout


def test_never_observes(repo: GitRepo) -> None:
    done = agentaudit("check", "--fail-on", "never", cwd=repo.path)
    assert done.returncode == 0
    assert "file-suppression" in done.stdout


def test_base_and_head_and_repo(repo: GitRepo, tmp_path: Path) -> None:
    base = repo.head
    head = repo.commit(message="quiet")
    assert agentaudit("check", "--repo", str(repo.path), "--base", base, "--head", head, cwd=tmp_path).returncode == 1
    assert agentaudit("check", "--repo", str(repo.path), "--base", head, "--head", head, cwd=tmp_path).returncode in {
        0,
        1,
    }


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        (("--base", "no-such-branch"), "no-such-branch"),
        (("--repo", "/nowhere/at/all"), "/nowhere/at/all"),
        (("--report", "json:shop.py/report.json"), "cannot be written"),
    ],
)
def test_could_not_audit_is_status_3(arguments: tuple[str, ...], cause: str, repo: GitRepo) -> None:
    done = agentaudit("check", *arguments, cwd=repo.path)
    assert done.returncode == 3
    assert "could not audit: " in done.stderr
    assert cause in done.stderr
    assert "Traceback" not in done.stderr


def test_an_agent_gets_its_format(repo: GitRepo) -> None:
    done = agentaudit("check", cwd=repo.path, CLAUDECODE="1")
    assert done.returncode == 1
    assert done.stdout.startswith("agent-audit: FAILED 1 error. base ")
    assert done.stdout.endswith("rerun: agentaudit check\n")


def test_an_agent_asked_for_a_format_gets_that(repo: GitRepo) -> None:
    assert agentaudit("check", "--report", "json", cwd=repo.path, CLAUDECODE="1").stdout.startswith("{")


def test_rerun_names_the_same_revisions(repo: GitRepo, tmp_path: Path) -> None:
    done = agentaudit("check", "--repo", str(repo.path), "--base", "HEAD", "--report", "agent", cwd=tmp_path)
    assert done.stdout.endswith(f"rerun: agentaudit check --repo {repo.path} --base HEAD\n")


def test_what_is_staged(repo: GitRepo) -> None:
    assert agentaudit("check", "--staged", cwd=repo.path).returncode == 0
    repo.git("add", "-A")
    done = agentaudit("check", "--staged", "--report", "agent", cwd=repo.path)
    assert done.returncode == 1
    assert done.stdout.endswith("rerun: agentaudit check --staged\n")


def test_an_ascii_terminal_does_not_crash(repo: GitRepo) -> None:
    repo.write({"grüße.py": "# ruff: noqa\n"})
    done = agentaudit("check", cwd=repo.path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 1, done.stderr
    assert "gr\\xfc\\xdfe.py:1" in done.stdout


def test_a_reader_that_leaves_early_costs_nothing(repo: GitRepo) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, "check"],
        cwd=repo.path,
        env=environment(repo.path),
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("arguments", [("check",), ("--help",), ("explain",)], ids=" ".join)
def test_a_full_disk_is_said(arguments: tuple[str, ...], repo: GitRepo) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments],
            cwd=repo.path,
            env=environment(repo.path),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 3
    assert b"standard output cannot be written: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_interrupt_prints_no_traceback(tmp_path: Path) -> None:
    code = (
        "import signal, sys; from pytest_agentaudit import audit; from pytest_agentaudit.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a background shell has it ignored
        "audit.open_audit = lambda request: signal.raise_signal(signal.SIGINT)\n"
        "sys.exit(main(['check']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert done.returncode == 128 + signal.SIGINT, done.stderr
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            OSError(28, "No space left on device"),
            "stopped by the system: [Errno 28] No space left on device",
        ),
        (RuntimeError("two\nlines"), "internal error: RuntimeError: two\\nlines"),
        (RecursionError("too deep"), "internal error: RecursionError: too deep"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_nothing_ends_in_a_traceback(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_arguments: object) -> int:
        raise error

    monkeypatch.setattr("pytest_agentaudit.cli.explain.run", broken)
    assert main(["explain"]) == 3
    said = capsys.readouterr().err
    assert f"could not audit: {message}" in said
    assert "Traceback" not in said


def test_an_audit_that_could_not_be_done_is_reported_too(tmp_path: Path, repo: GitRepo) -> None:
    comment = tmp_path / "comment.md"
    comment.write_text("### Agent audit: passed\n", encoding="utf-8")
    reports = ("--report", f"markdown:{comment}", "--report", "github", "--report", "terminal")
    done = agentaudit("check", "--base", "nowhere", *reports, cwd=repo.path)
    assert done.returncode == 3
    assert "### Agent audit: could not audit\n" in comment.read_text(encoding="utf-8")
    assert done.stdout.startswith("::error title=agent audit%3A could not audit::")
    assert done.stdout.count("\n") == 1
    assert done.stderr.count("no commit 'nowhere'") == 1


@pytest.mark.parametrize(("argument", "status"), [("--version", 0), ("nonsense", 2)])
def test_the_end_of_the_process_loses_nothing(argument: str, status: int) -> None:
    code = (
        "import atexit, sys\n"
        "from pytest_agentaudit.__main__ import run\n"
        f"atexit.register(print, 'registered')\nsys.argv = ['agentaudit', {argument!r}]\nrun()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == status
    assert done.stdout.endswith("registered\n")
    assert ("pytest-agentaudit" in done.stdout) is (status == 0)
