"""`agentaudit verify` as CI runs it: real repositories, a real child, and lies that no rule knows by their spelling."""

from __future__ import annotations

import re
from pathlib import Path

from tests.verification.conftest import BAD, CODE, GOOD, MUL, SETTINGS, TESTS, Project, alive

HONEST = {"src/calc.py": CODE + MUL, "tests/test_mul.py": GOOD}
BROKEN = {"src/calc.py": CODE + MUL, "tests/test_mul.py": BAD}
QUIETLY = "import importlib\nimport operator\n\n_{0} = operator.attrgetter('{1}')(importlib.import_module('{2}'))\n"


def test_an_honest_change_is_green_and_verified(project: Project) -> None:
    done = project.verify(HONEST)
    assert (done.status, done.report["promise"], done.report["verdict"]) == (0, "verified", "passed")
    assert done.report["head"] == project.repo.head
    assert "2 passed" in done.out
    assert "(verified)" in done.out


def test_a_failing_suite_is_red_and_says_so(project: Project) -> None:
    done = project.verify(BROKEN)
    assert done.status == 1
    assert "tests failed (exit status 1)" in done.reasons


def test_what_ships_is_judged_not_what_the_work_tree_holds(project: Project) -> None:
    project.repo.commit({**HONEST, "src/calc.py": CODE + MUL + "import os  # noqa\n"})
    project.repo.write({"src/calc.py": CODE + MUL})
    done = project.verify()
    assert done.status == 1
    assert "added-suppression" in {it["rule"] for it in done.report["findings"]}


def test_the_environment_has_no_say(project: Project, tmp_path: Path) -> None:
    (tmp_path / "evil").mkdir()
    (tmp_path / "evil/sitecustomize.py").write_text("import os\nos._exit(0)\n", "utf-8")
    done = project.verify(
        BROKEN,
        environ={
            "PYTHONPATH": str(tmp_path / "evil"),
            "PYTEST_ADDOPTS": "--collect-only",
            "PYTHONOPTIMIZE": "2",
            "GIT_DIR": str(tmp_path),
            "COVERAGE_RCFILE": str(tmp_path / "none"),
        },
    )
    # The console script itself starts with that sitecustomize, so it is the caller's environment that it must not reach
    assert done.status in {0, 1}
    clean = project.verify(environ={"PYTEST_ADDOPTS": "--collect-only", "PYTHONOPTIMIZE": "2", "GIT_DIR": "/nowhere"})
    assert clean.status == 1
    assert "tests failed" in clean.reasons


def test_reports_that_lie_without_a_known_spelling(project: Project) -> None:
    bends = QUIETLY.format("make", "TestReport.from_item_and_call", "_pytest.reports") + (
        "\n\ndef _made(item, call):\n    call.__dict__['excinfo'] = None\n    return _make(item, call)\n\n\n"
        "operator.methodcaller('__setattr__', 'from_item_and_call', staticmethod(_made))\n"
        "type.__setattr__(importlib.import_module('_pytest.reports').TestReport, 'from_item_and_call',"
        " staticmethod(_made))\n"
    )
    done = project.verify({**BROKEN, "tests/helpers.py": bends, "conftest.py": "import tests.helpers\n"})
    assert done.status == 1
    assert done.errors & {"rewritten-outcome", "patched-runtime"}


def test_cases_that_a_fixture_skips_are_no_lie(project: Project) -> None:
    fast = "pytest.param(1, marks=pytest.mark.skipif(find_spec('calc_fast') is None, reason='not built'))"
    fixture = (
        "from importlib.util import find_spec\n\nimport pytest\n\n\n"
        f"@pytest.fixture(autouse=True, params=[{fast}, 2])\ndef kind(request):\n    return request.param\n"
    )
    done = project.verify({**HONEST, "tests/conftest.py": fixture})
    assert "2 passed, 2 skipped" in done.out
    assert (done.status, done.errors) == (0, set())


def test_a_process_that_leaves_early_with_success(project: Project) -> None:
    leaves = QUIETLY.format("later", "register", "atexit") + (
        "_bye = operator.attrgetter('_' + 'exit')(importlib.import_module('os'))\n_later(_bye, 0)\n"
    )
    done = project.verify({**BROKEN, "src/calc.py": CODE + MUL + leaves})
    assert done.status == 1
    assert "forced-exit" in done.errors


def test_a_runner_that_calls_nothing(project: Project) -> None:
    idle = QUIETLY.format("function", "Function", "_pytest.python") + (
        "type.__setattr__(_function, 'run' + 'test', lambda self: None)\n"
    )
    done = project.verify({**BROKEN, "conftest.py": idle})
    assert done.status == 1
    assert done.errors & {"replaced-runner", "patched-runtime"}


def test_the_base_is_named_in_full(project: Project) -> None:
    project.repo.commit(HONEST)
    done = project.command("--base", "main~1")
    assert done.status == 3
    assert project.base in done.err


def test_an_empty_change_is_not_green(project: Project) -> None:
    done = project.verify()
    assert done.status == 1
    assert "nothing changed" in done.reasons


def test_a_suite_that_does_not_end_is_ended(project: Project) -> None:
    done = project.verify({**HONEST, "tests/test_mul.py": GOOD + "    while True:\n        pass\n"}, "--timeout=3s")
    assert done.status == 1
    assert "did not end within 3 s" in done.reasons


def test_nothing_outlives_the_run(project: Project) -> None:
    spawns = (
        "import subprocess\n\nfrom calc import mul\n\n\ndef test_mul():\n"
        "    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "    print(f'pid {child.pid} of it')\n    assert mul(2, 3) == 6\n"
    )
    done = project.verify({**HONEST, "tests/test_mul.py": spawns}, "--", "-s")
    said = re.search(r"pid (\d+) of it", done.out)
    assert said is not None
    assert not alive(int(said[1]))


def test_files_that_pytest_writes_are_handed_out(project: Project) -> None:
    done = project.verify(HONEST, "--", "--junitxml=out/junit.xml", "-p", "no:randomly")
    assert done.status == 0
    text = (project.repo.path / "out/junit.xml").read_text("utf-8")
    assert re.search(r'tests="2"', text)


def test_workers_do_their_part(project: Project) -> None:
    done = project.verify(HONEST, "--", "-n", "2")
    assert (done.status, done.reasons) == (0, "")


def test_a_bare_repository_is_verified_too(project: Project, tmp_path: Path) -> None:
    project.repo.commit(HONEST)
    bare = project.repo.clone(tmp_path / "bare.git", "--bare")
    done = project.command(
        "--repo", str(bare.path), "--base", project.base, "--report=terminal", f"--report=json:{project.report}"
    )
    assert (done.status, done.report["verdict"]) == (0, "passed")


def test_a_policy_that_the_change_relaxes_does_not_count(project: Project) -> None:
    relaxed = SETTINGS + '[tool.agentaudit.rules]\nuntested-change = "off"\nedited-guard = "off"\n'
    done = project.verify({"src/calc.py": CODE + MUL, "tests/test_calc.py": TESTS, "pyproject.toml": relaxed})
    assert done.status == 1
    assert {"untested-change", "edited-guard"} <= {it["rule"] for it in done.report["findings"]}
