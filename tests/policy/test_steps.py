"""Steps: which ones a change calls for, and how they end. Commands are real programs in a real folder."""

import os
import sys
from pathlib import Path

import pytest

from pytest_agentaudit.model import StepReport, StepResult
from pytest_agentaudit.policy import Policy, Step
from pytest_agentaudit.policy.steps import due, run_steps

CHANGELOG = Step("changelog", when=("src/**",), require=("CHANGELOG.md",))
PYTHON = sys.executable


def take(step: Step, changed: tuple[str, ...], root: str | Path = "", deleted: tuple[str, ...] = ()) -> StepReport:
    (report,) = run_steps(Policy(steps=(step,)), changed, str(root), deleted=deleted)
    assert report.name == step.name
    assert report.reason.isprintable()
    return report


def script(code: str, *, when: str = "**", timeout: float = 60.0, files: bool = True) -> Step:
    return Step("script", when=(when,), run=(PYTHON, "-c", code, *(["{files}"] if files else [])), timeout=timeout)


def write(root: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return names


def test_a_step_is_due_when_a_changed_path_matches() -> None:
    policy = Policy(steps=(CHANGELOG, Step("any", run=("x",))))
    assert [step.name for step in due(policy, ["src/a.py"])] == ["changelog", "any"]
    assert [step.name for step in due(policy, ["README"])] == ["any"]
    assert due(policy, []) == ()


def test_required_file_changed() -> None:
    report = take(CHANGELOG, ("CHANGELOG.md", "src/a.py"))
    assert report == StepReport("changelog", StepResult.PASSED, "CHANGELOG.md changed", ("src/a.py",))


def test_required_file_did_not_change() -> None:
    report = take(CHANGELOG, ("src/a.py", "src/b.py"))
    assert report.result is StepResult.FAILED
    assert report.reason == "src/** changed, CHANGELOG.md did not"
    assert report.paths == ("src/a.py", "src/b.py")
    assert report.fix == "make this change touch CHANGELOG.md too"


def test_each_pattern_is_required() -> None:
    step = Step("docs", require=("CHANGELOG.md", "docs/**", "*.pyi"))
    report = take(step, ("CHANGELOG.md", "src/a.py"))
    assert report.reason == "files changed, docs/**, *.pyi did not"


def test_a_deleted_file_calls_for_a_step_and_takes_none() -> None:
    assert take(CHANGELOG, (), deleted=("src/a.py",)).result is StepResult.FAILED
    assert take(CHANGELOG, ("src/a.py",), deleted=("CHANGELOG.md",)).result is StepResult.FAILED


def test_a_command_that_exits_with_0(tmp_path: Path) -> None:
    write(tmp_path, "a.py")
    report = take(script("pass"), ("a.py",), tmp_path)
    assert report.result is StepResult.PASSED
    assert report.reason.endswith("exited with 0")


def test_a_command_that_fails_tells_its_last_lines_without_colour(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py", "c.py")
    code = r"""
import sys
print('first\n\nb.py:3: \x1b[31mF401\x1b[0m unused\a\n')
print('Found 1 error.\n', flush=True)
sys.exit(3)"""
    report = take(script(code), ("a.py", "b.py", "c.py"), tmp_path)
    assert report.result is StepResult.FAILED
    assert report.reason.endswith("exited with 3: b.py:3: F401 unused / Found 1 error.")
    assert report.paths == ("b.py", "a.py", "c.py")
    assert report.fix.startswith("run `")
    assert report.fix.endswith("...` and mend what it reports")


def test_a_command_that_floods_is_told_in_short(tmp_path: Path) -> None:
    report = take(script("print('x' * 9_000_000); raise SystemExit(1)", files=False), ("a.py",), tmp_path)
    assert report.result is StepResult.FAILED
    assert len(report.reason) < 500


def test_a_command_that_is_killed(tmp_path: Path) -> None:
    report = take(script("import os; os.kill(os.getpid(), 9)", files=False), ("a.py",), tmp_path)
    assert report.result is StepResult.FAILED
    assert "was killed by signal 9" in report.reason


def test_a_command_that_asks_gets_no_answer(tmp_path: Path) -> None:
    report = take(script("input()", files=False), ("a.py",), tmp_path)
    assert report.result is StepResult.FAILED
    assert report.reason.endswith("EOFError: EOF when reading a line")


def test_a_command_that_never_ends(tmp_path: Path) -> None:
    report = take(script("while True: pass", files=False, timeout=0.2), ("a.py",), tmp_path)
    assert report.result is StepResult.FAILED
    assert report.reason.endswith("took longer than 0.2 s")
    assert "timeout" in report.fix


def test_a_program_that_is_not_installed_is_a_failed_step(tmp_path: Path) -> None:
    report = take(Step("x", run=("no-such-program-here", "{files}")), write(tmp_path, "a.py"), tmp_path)
    assert report.result is StepResult.FAILED
    assert "no-such-program-here" in report.reason
    assert "install no-such-program-here" in report.fix


def test_a_folder_is_no_program(tmp_path: Path) -> None:
    (tmp_path / "tool").mkdir()
    report = take(Step("x", run=("./tool",)), ("a.py",), tmp_path)
    assert report.result is StepResult.FAILED
    assert "./tool could not be started" in report.reason
    assert "correct the step" in report.fix


def test_a_revision_that_is_not_checked_out_is_not_judged() -> None:
    report = take(script("raise SystemExit(1)"), ("a.py",))
    assert report.result is StepResult.NOT_JUDGED
    assert report.reason.endswith("the audited revision is not checked out")


def test_required_files_are_judged_without_a_work_tree() -> None:
    assert take(CHANGELOG, ("src/a.py",)).result is StepResult.FAILED


def test_files_are_the_existing_changed_ones_that_match(tmp_path: Path) -> None:
    names = write(tmp_path, "src/a b.py", "src/-x.py", "-top.py", "src/new\nline.py", "src/$(id).py", "notes.txt")
    (tmp_path / "src/sub.py").mkdir()
    code = "import sys; print(ascii(sys.argv[1:])); sys.exit(1)"
    report = take(script(code, when="**/*.py"), (*names, "src/sub.py", "src/absent.py"), tmp_path, ("src/gone.py",))
    told = ["src/a b.py", "src/-x.py", "./-top.py", "src/new\nline.py", "src/$(id).py"]
    assert report.reason.endswith(f"exited with 1: {told!r}")


def test_a_command_without_files_runs_once_as_it_stands(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "b.py")
    code = "import os, sys; print(len(sys.argv), os.getcwd()); sys.exit(1)"
    assert take(script(code, files=False), ("a.py", "b.py"), tmp_path).reason.endswith(f"1 {tmp_path.resolve()}")


def test_nothing_to_check_where_every_file_is_gone(tmp_path: Path) -> None:
    report = take(script("raise SystemExit(1)"), (), tmp_path, deleted=("a.py",))
    assert report.result is StepResult.PASSED
    assert report.reason == "every file that it would check is gone"


def test_more_files_than_an_argument_list_holds_are_passed_in_batches(tmp_path: Path) -> None:
    names = write(tmp_path, *(f"{number:04}{'x' * 180}.py" for number in range(1200)))
    code = "import sys; open('seen', 'a').write('\\n'.join(sys.argv[1:]) + '\\n')"
    assert take(script(code), names, tmp_path).result is StepResult.PASSED
    assert tuple((tmp_path / "seen").read_text().split()) == names


def test_a_batch_that_fails_fails_the_step(tmp_path: Path) -> None:
    names = write(tmp_path, *(f"{number:04}{'x' * 180}.py" for number in range(1200)))
    code = "import sys; sys.exit(any(name.startswith('1199') for name in sys.argv))"
    report = take(script(code), names, tmp_path)
    assert report.result is StepResult.FAILED
    assert len(report.fix) < 500


def test_a_name_that_is_no_unicode_is_passed_as_it_is(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.py")
    (tmp_path / name).write_text("")
    code = "import os, sys; sys.exit(os.fsencode(sys.argv[1]) != b'caf\\xe9.py')"
    assert take(script(code), (name,), tmp_path).result is StepResult.PASSED


def test_a_command_gets_a_clean_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "evil")
    monkeypatch.setenv("SHOP_TOKEN", "secret")
    code = "import os; raise SystemExit(bool({'PYTHONPATH', 'SHOP_TOKEN'} & os.environ.keys()))"
    assert take(script(code, files=False), ("a.py",), tmp_path).result is StepResult.PASSED


def test_programs_beside_the_interpreter_are_found_without_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    name = Path(sys.executable).name
    report = take(Step("x", run=(name, "-c", "pass")), ("a.py",), tmp_path)
    assert report.result is StepResult.PASSED


def test_steps_are_reported_in_the_order_of_the_policy(tmp_path: Path) -> None:
    policy = Policy(steps=(script("pass", files=False), CHANGELOG, Step("none", when=("x/**",), require=("y",))))
    assert [it.name for it in run_steps(policy, ["src/a.py"], str(tmp_path))] == ["script", "changelog"]
