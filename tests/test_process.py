from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.children import clean_environment, which
from pytest_agentaudit.errors import AuditError
from pytest_agentaudit.process import run

PYTHON = sys.executable


def ends(pid: int) -> bool:
    """Whether the process is gone, or goes within a minute: a signal sent is not yet a signal taken."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


def test_status_and_both_streams(tmp_path: Path) -> None:
    program = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    done = run([PYTHON, "-c", program], cwd=str(tmp_path), timeout=60)
    assert (done.status, done.stdout, done.stderr, done.timed_out) == (3, b"out\n", b"err\n", False)
    assert done.complaint == "err"


def test_complaint_is_the_error_not_the_warning_before_it(tmp_path: Path) -> None:
    program = "import sys; sys.exit('warning: old\\nhint: so\\nfatal: no')"
    assert run([PYTHON, "-c", program], cwd=str(tmp_path), timeout=60).complaint == "fatal: no"
    assert run([PYTHON, "-c", "raise SystemExit(7)"], cwd=str(tmp_path), timeout=60).complaint == "exit status 7"


def test_large_input_and_output_do_not_block_each_other(tmp_path: Path) -> None:
    text = os.urandom(3_000_000)
    program = "import sys, shutil; shutil.copyfileobj(sys.stdin.buffer, sys.stdout.buffer, 1000)"
    assert run([PYTHON, "-c", program], cwd=str(tmp_path), stdin=text, timeout=60).stdout == text


def test_child_that_does_not_read_its_input(tmp_path: Path) -> None:
    done = run([PYTHON, "-c", "print('done')"], cwd=str(tmp_path), stdin=b"x" * 1_000_000, timeout=60)
    assert (done.status, done.stdout) == (0, b"done\n")


def test_time_out_kills_the_whole_group(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([{PYTHON!r}, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    done = run([PYTHON, "-c", program], cwd=str(tmp_path), timeout=3)
    assert done.timed_out
    assert done.complaint == "time ran out"
    assert ends(int(done.stdout))


def test_descendant_that_keeps_the_pipes_open_does_not_delay_the_end(tmp_path: Path) -> None:
    program = (
        "import subprocess\n"
        f"child = subprocess.Popen([{PYTHON!r}, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
    )
    done = run([PYTHON, "-c", program], cwd=str(tmp_path), timeout=3600)
    assert (done.status, done.timed_out) == (0, False)
    assert ends(int(done.stdout))


def test_memory_limit_reaches_the_child(tmp_path: Path) -> None:
    program = "import sys; sys.stdin.read(); print(len(bytearray(2 * 1024 ** 3)))"
    done = run([PYTHON, "-c", program], cwd=str(tmp_path), timeout=60, memory=512 * 1024**2)
    assert done.status == 1
    assert b"MemoryError" in done.stderr


def test_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditError) as caught:
        run(["no-such-program"], cwd=str(tmp_path), timeout=1)
    assert caught.value.message == "no program 'no-such-program' on PATH"
    assert caught.value.way_out == "install no-such-program, or put it on PATH"


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no folder") as caught:
        run([PYTHON, "-c", ""], cwd=str(tmp_path / "gone"), timeout=1)
    assert caught.value.way_out == ""


def test_environment_is_an_allowlist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    monkeypatch.setenv("COVERAGE_PROCESS_START", "x")
    monkeypatch.setenv("WANTED", "yes")
    monkeypatch.setenv("PATH", os.pathsep.join((".", "", "/usr/bin", "bin")))
    environment = clean_environment(["WANTED", "UNSET"])
    assert environment["PATH"] == "/usr/bin"
    assert environment["WANTED"] == "yes"
    assert not {"GIT_DIR", "COVERAGE_PROCESS_START", "UNSET", "HOME"} & set(environment)


def test_a_program_is_the_first_one_that_can_be_run(tmp_path: Path) -> None:
    for folder, mode in (("data", 0o644), ("first", 0o755), ("second", 0o755)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "git").touch(mode=mode)
    (tmp_path / "nested" / "git").mkdir(parents=True)
    path = ":".join(["", *(str(tmp_path / it) for it in ("missing", "nested", "data", "first", "second"))])
    assert which("git", path) == str(tmp_path / "first" / "git")
    assert which("hg", path) == ""
