"""Runs of VS Code: the audit is an entry in its list of tests, and nothing else in the run changes for that."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

import pytest

from tests.support.audited import QUIETED, SETTINGS, TESTED, UNTESTED, Project
from tests.support.editor import ADAPTER, ENTRY, Editor

TEST = "tests/test_shop.py::test_total"
ADDED = "tests/test_shop.py::test_discount"
ALL = (TEST, ENTRY)
AUDITED = f"{SETTINGS}\n[tool.agentaudit]\n"
FAILING = "def test_a():\n    assert 1 == 2\n\n\ndef test_b():\n    assert 2 == 2\n"
SHOW_LOADED = "import sys\n\n\ndef pytest_sessionfinish():\n    print('LOADED', sorted(sys.modules))\n"


@pytest.fixture
def editor(project: Project) -> Editor:
    return Editor(project)


def test_the_list_has_one_more_entry_and_costs_no_audit(project: Project, editor: Editor) -> None:
    project.commit({"pyproject.toml": AUDITED, "conftest.py": SHOW_LOADED})
    project.write(UNTESTED)
    assert editor.discover() == {TEST: 4, ENTRY: 5}
    run = project.pytest("-s", "--collect-only", command=("-m", "pytest"), environ={"TEST_RUN_PIPE": "/dev/null"})
    assert run.report is None
    (loaded,) = re.findall(r"LOADED (.*)", run.stdout)
    assert "pytest_agentaudit.opening" in loaded
    assert "pytest_agentaudit.session" not in loaded


@pytest.mark.parametrize(
    ("files", "outcome", "text"),
    [
        (
            UNTESTED,
            "failure",
            "src/shop.py:5: error  untested-change\nNo test runs `discount` (line 6).\nfix: add a test",
        ),
        (QUIETED, "failure", "src/shop.py:2: error  added-suppression\n"),
        (TESTED, "success", ""),
        ({}, "success", ""),
    ],
    ids=["untested", "quieted", "tested", "unchanged"],
)
def test_the_entry_is_the_verdict(
    project: Project, editor: Editor, files: Mapping[str, str], outcome: str, text: str
) -> None:
    project.write(files)
    shown = editor.run([TEST, *([ADDED] if files is TESTED else []), ENTRY])
    assert shown.outcomes[TEST] == "success"
    assert shown.outcomes[ENTRY] == outcome
    assert text in shown.messages[ENTRY]
    assert not shown.errors
    assert ENTRY not in shown.run.stdout


def test_trials_are_not_heard(project: Project, editor: Editor) -> None:
    project.write(TESTED)
    shown = editor.run([TEST, ADDED, ENTRY], "--agent-audit-prove=mutants")
    assert shown.outcomes == {TEST: "success", ADDED: "success", ENTRY: "success"}
    assert shown.run.report
    assert shown.run.report["stats"]["seconds"]["proofs"] > 0


def test_a_part_is_not_judged(project: Project, editor: Editor) -> None:
    project.commit({"tests/test_more.py": FAILING})
    project.write(UNTESTED)
    shown = editor.run([ENTRY])
    assert shown.outcomes == {ENTRY: "skipped"}
    shown = editor.run([TEST])
    assert shown.outcomes == {TEST: "success", ENTRY: "skipped"}
    assert "single ids, which leave out tests/test_more.py" in shown.run.reasons


def test_what_could_not_be_audited_is_no_success(editor: Editor) -> None:
    shown = editor.run(ALL, "--agent-audit-base=nowhere")
    assert shown.outcomes == {TEST: "success", ENTRY: "failure"}
    assert "could not audit: " in shown.messages[ENTRY]
    assert editor.run(ALL, "--agent-audit-base=nowhere", "--agent-audit-fail-on=never").outcomes[ENTRY] == "skipped"


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        (("-x",), "2 failed, 1 passed"),
        (("--sw",), "2 failed, 1 passed"),
        (("--reruns=1",), "2 failed, 2 passed, 1 rerun"),
        (("-n", "2"), "2 failed, 2 passed"),
    ],
)
def test_nothing_else_changes(project: Project, editor: Editor, arguments: tuple[str, ...], counts: str) -> None:
    project.commit({"tests/test_more.py": FAILING})
    project.write(QUIETED)
    ids = (TEST, "tests/test_more.py::test_a", "tests/test_more.py::test_b", ENTRY)
    shown = editor.run(ids, "--agent-audit-prove=off", *arguments, plugins=("xdist", "rerunfailures"))
    assert ending(shown.run.stdout) == counts
    assert shown.run.rules == ["added-suppression"]
    assert "single ids" not in shown.run.reasons
    failed = (project.path / ".pytest_cache/v/cache/lastfailed").read_text()
    assert list(json.loads(failed)) == ["tests/test_more.py::test_a"]
    assert shown.outcomes[ENTRY] == "failure"


def ending(text: str) -> str:
    """How many tests failed and passed, without the seconds."""
    (last,) = re.findall(r"\n=+ (.*) in [\d.]+s =+\n$", text)
    return str(last)


@pytest.mark.parametrize(("home", "content"), [("setup.cfg", "[tool:pytest]\naddopts = --agent-audit\n"), ("", "")])
def test_without_a_pyproject_file(project: Project, editor: Editor, home: str, content: str) -> None:
    project.commit({"pyproject.toml": None, "conftest.py": "import sys\nsys.path.insert(0, 'src')\n"})
    project.commit({home: content} if home else {"README": "A shop.\n"})
    project.write(QUIETED)
    entry = f"{home or 'pyproject.toml'}::agent-audit"
    assert editor.discover() == {TEST: 4, entry: 2 if home else 1}
    assert editor.run([TEST, entry]).outcomes[entry] == "failure"


def test_an_adapter_that_cannot_report_breaks_no_run(project: Project) -> None:
    project.write(QUIETED)
    run = project.pytest(
        ENTRY,
        command=("-m", "pytest", "-p", "vscode_pytest"),
        environ={"TEST_RUN_PIPE": "/nowhere/pipe", "PYTHONPATH": str(ADAPTER)},
    )
    assert run.status == 1, run.text
    assert run.rules == ["added-suppression"]


def test_a_run_without_the_adapter_has_no_entry(project: Project) -> None:
    run = project.pytest(ENTRY, environ={"TEST_RUN_PIPE": "/nowhere/pipe"})
    assert run.status == 4
    assert f"not found: {project.path / ENTRY}" in run.text
