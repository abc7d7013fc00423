"""What a run may do to its auditor, on purpose or not: no hang, no orphan, no clean verdict by accident."""

import os
import re
import signal
import sys
import zipfile
from pathlib import Path

import pytest

import pytest_agentaudit
from tests.support.audited import QUIETED, TESTED, UNTESTED, Project
from tests.support.processes import all_end, auditors_of

LINUX = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc to see processes")
OWN_PID = "import os\nfrom pathlib import Path\nPath('run.pid').write_text(str(os.getpid()))\n"
FIND_AUDITORS = """\
import os
import signal
from pathlib import Path


def command(entry):
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:  # it has just ended
        return b""


mark = str(os.getpid()).encode()
processes = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
auditors = [int(entry.name) for entry in processes if mark in command(entry).split(bytes(1))[8:9]]
"""


def trap(project: Project, *lines: str) -> None:
    """Commit a test of this body, so that it is no part of the change."""
    body = "\n".join(f"    {line}" for line in lines)
    project.commit({"tests/test_trap.py": f"import os, signal, sys\n\n\ndef test_trap():\n{body}\n"})


def no_auditor_is_left(project: Project) -> bool:
    return all_end(list(auditors_of(int((project.path / "run.pid").read_text()))))


def test_a_test_that_waits_for_all_children(project: Project) -> None:
    trap(project, "try:", "    while True:", "        os.wait()", "except ChildProcessError:", "    assert os.getpid()")
    project.write(TESTED)
    run = project.pytest()
    assert run.status == 0, run.text
    assert run.rules == []


CLOSES_PIPES = """\
import os
import stat

kept = []


def test_trap():
    for fd in range(3, 256):
        try:
            if stat.S_ISFIFO(os.fstat(fd).st_mode):
                os.close(fd)
        except OSError:
            continue
    assert os.getpid()
"""
REUSES_THEM = "    kept.extend(open(f'mine{n}.txt', 'w+') for n in range(64))\n"


@pytest.mark.parametrize("end", ["", REUSES_THEM], ids=["closed", "reused"])
def test_a_test_that_closes_our_descriptors(project: Project, end: str) -> None:
    project.commit({"tests/test_trap.py": CLOSES_PIPES + end})
    project.write(TESTED)
    run = project.pytest("--capture=sys", "-p", "no:faulthandler")
    assert run.status == 1, run.text
    assert "closed the auditor's pipe" in run.text
    assert "Traceback" not in run.text
    assert all(not path.read_text() for path in project.path.glob("mine*.txt"))


@LINUX
def test_a_run_that_leaves_by_os_exit_leaves_no_orphan(project: Project) -> None:
    trap(project, "os._exit(0)")
    project.write({**UNTESTED, "conftest.py": OWN_PID})
    run = project.pytest()
    assert run.report is None
    assert no_auditor_is_left(project)


@LINUX
def test_a_daemon_that_holds_the_pipe_leaves_no_orphan(project: Project) -> None:
    trap(
        project,
        "pid = os.fork()",
        "if not pid:",
        "    os.setsid()",
        "    for fd in range(3):",
        "        os.dup2(os.open(os.devnull, os.O_RDWR), fd)",
        "    signal.pause()",
        "open('daemon.pid', 'w').write(str(pid))",
        "os._exit(0)",
    )
    project.write({**UNTESTED, "conftest.py": OWN_PID})
    project.pytest("-s", "-p", "no:faulthandler")
    try:
        assert no_auditor_is_left(project)
    finally:
        os.kill(int((project.path / "daemon.pid").read_text()), signal.SIGKILL)


def test_a_fork_that_runs_to_the_end_of_the_session_says_nothing(project: Project) -> None:
    trap(project, "pid = os.fork()", "if not pid:", "    return", "assert os.waitpid(pid, 0)[0] == pid")
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]
    assert len(re.findall(r"agent audit: \d", run.stdout)) == 1


def test_ctrl_c_does_not_reach_the_auditor(project: Project) -> None:
    heeded = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # a job in the background may ignore it
    trap(project, heeded, "os.setpgid(0, 0)", "os.killpg(0, signal.SIGINT)", "signal.pause()")
    project.write(QUIETED)
    run = project.pytest()
    assert run.status == 2, run.text
    assert run.rules == ["added-suppression"]


@LINUX
def test_an_auditor_that_is_killed_is_no_clean_verdict(project: Project) -> None:
    kill = f"{FIND_AUDITORS}\nfor pid in auditors:\n    os.kill(pid, signal.SIGKILL)\n"
    indented = kill.replace("\n", "\n    ")
    project.commit({"tests/test_trap.py": f"def test_trap():\n    {indented}\n    assert auditors\n"})
    project.write(TESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert "could not audit: the auditor ended without a verdict" in run.text
    assert "Traceback" not in run.text


OUTERMOST = "@pytest.hookimpl(wrapper=True, tryfirst=True)\n"
HOOKS = {
    "sets it": "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n",
    "sets it late": f"{OUTERMOST}def pytest_sessionfinish(session):\n    yield\n    session.exitstatus = 0\n",
    "exits": "def pytest_sessionfinish(session):\n    pytest.exit('bye', 0)\n",
    "wraps main": f"{OUTERMOST}def pytest_cmdline_main(config):\n    yield\n    return 0\n",
    "leaves at the end": "def pytest_unconfigure():\n    sys.exit(0)\n",
    "leaves in the summary": "def pytest_terminal_summary(terminalreporter):\n    sys.exit(0)\n",
    "blocks our name": "def pytest_configure(config):\n    config.pluginmanager.set_blocked('agentaudit')\n",
}


@pytest.mark.parametrize("hook", HOOKS.values(), ids=HOOKS)
def test_a_conftest_that_sets_the_exit_status(project: Project, hook: str) -> None:
    project.commit({"conftest.py": f"import pytest, sys\n\n\n{hook}"})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]


def test_a_conftest_that_ends_the_run_before_a_session(project: Project) -> None:
    project.commit({"conftest.py": "def pytest_cmdline_main(config):\n    return 0\n"})
    project.write(TESTED)
    run = project.pytest()
    assert run.status == 1
    assert "nothing was run" in run.text


def test_a_conftest_that_cleans_up_comes_too_late(project: Project) -> None:
    clean = "from pathlib import Path\nPath('src/shop.py').write_text('def total(items):\\n    return sum(items)\\n')\n"
    project.commit({"conftest.py": clean})
    project.write(QUIETED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["added-suppression"]


def test_nothing_of_the_repository_is_imported_by_the_auditor(project: Project) -> None:
    shout = "import os\nwith open(os.environ['SEEN'], 'a') as file:\n    print(os.getpid(), file=file)\n"
    seen = project.path.parent / "seen.txt"
    project.commit({"sitecustomize.py": shout, "libcst.py": "raise SystemExit('shadowed')\n", "radon.py": "1 / 0\n"})
    project.write(UNTESTED)
    run = project.pytest(environ={"PYTHONPATH": str(project.path), "SEEN": str(seen)})
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]
    assert len(seen.read_text().split()) == 1


SITE = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
HOME = Path(pytest_agentaudit.__file__).parent


@pytest.mark.parametrize("zipped", [False, True])
def test_an_install_by_python_path_alone(project: Project, tmp_path: Path, *, zipped: bool) -> None:
    home = str(HOME.parent)
    if zipped:
        home = str(tmp_path / "agentaudit.zip")
        with zipfile.ZipFile(home, "w") as archive:
            for path in HOME.rglob("*"):
                if path.suffix in {".py", ".json"}:
                    archive.write(path, path.relative_to(HOME.parent))
    project.write(UNTESTED)
    run = project.pytest(
        environ={"PYTHONPATH": os.pathsep.join((home, SITE))},
        command=("-S", "-m", "pytest", "-p", "pytest_agentaudit.plugin"),
        plugins=(),
        by_name=False,
    )
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]


def test_under_a_debugger(project: Project) -> None:
    pytest.importorskip("debugpy")
    project.write(QUIETED)
    run = project.pytest(
        command=("-Xfrozen_modules=off", "-m", "debugpy", "--listen", "127.0.0.1:0", "-m", "pytest"),
        environ={"PYDEVD_DISABLE_FILE_VALIDATION": "1"},
    )
    assert run.status == 1, run.text
    assert run.rules == ["added-suppression"]


def test_no_repository(project: Project, tmp_path: Path) -> None:
    project.write(TESTED)
    (project.path / ".git").rename(tmp_path / "git-folder")
    run = project.pytest(environ={"GIT_CEILING_DIRECTORIES": str(tmp_path)})
    assert run.status == 1
    assert "could not audit" in run.text
    assert "2 passed" in run.stdout
    assert "Traceback" not in run.text


def test_an_unknown_base(project: Project) -> None:
    run = project.pytest("--agent-audit-base=no-such-branch")
    assert run.status == 1
    assert "no-such-branch" in run.text
    assert "Traceback" not in run.text
    assert run.report
    assert run.report["verdict"] == "failed"


def test_an_observer_who_cannot_audit(project: Project) -> None:
    run = project.pytest("--agent-audit-base=no-such-branch", "--agent-audit-fail-on=never")
    assert run.status == 0
    assert "could not audit" in run.text


def test_no_git(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    run = project.pytest(environ={"PATH": str(tmp_path / "bin")})
    assert run.status == 1
    assert "could not audit" in run.text
    assert "git" in run.text


def test_a_broken_conftest_is_a_usage_error_without_a_hang(project: Project) -> None:
    project.write({**UNTESTED, "conftest.py": f"{OWN_PID}1 / 0\n"})
    run = project.pytest()
    assert run.status == 4, run.text
    assert "ZeroDivisionError" in run.text
    assert no_auditor_is_left(project)
