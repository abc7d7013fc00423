"""Failed tests that a run without a tracer clears, and those that it does not."""

from __future__ import annotations

import sys

import pytest
from msgspec.structs import replace

from pytest_agentaudit.model import Evidence, Harness, Outcome, Overruled, TestOutcome
from pytest_agentaudit.verification.again import MOST, doubtful, reconciled
from pytest_agentaudit.verification.suite import Ran
from tests.verification.conftest import CODE, GOOD, MUL, Project

TRACED = (
    "import sys\n\nfrom calc import mul\n\n\ndef test_mul():\n"
    "    assert mul(2, 3) == 6\n    assert sys.gettrace() is None\n"
)


def ran(*outcomes: Outcome, status: int = 0, tracer: str = "coverage.py", harness: Harness | None = None) -> Ran:
    tests = tuple(TestOutcome(f"t.py::test_{n}", "t.py", n, f"test_{n}", it) for n, it in enumerate(outcomes, 1))
    collected = tuple((it.path, it.function) for it in tests)
    account = Evidence(tests, collected=collected, tracer=tracer, exit_status=status, harness=harness or Harness())
    return Ran(status, (account,))


GREEN, RED, GONE = Outcome.PASSED, Outcome.FAILED, Outcome.SKIPPED
SLOW = ran(GREEN, RED, status=1, harness=Harness(failures=1))


def test_what_passes_without_a_tracer_counts_as_passed() -> None:
    assert doubtful(SLOW) == ("t.py::test_2",)
    told = reconciled(SLOW, ran(GREEN, GREEN, tracer="idle"))
    assert told is not None
    assert (told.exit_status, told.untraced) == (0, ("t.py::test_2",))
    assert [it.outcome for it in told.accounts[0].tests] == [GREEN, GREEN]
    assert told.accounts[0].tracer == "coverage.py"


@pytest.mark.parametrize(
    "plain",
    [
        ran(GREEN, RED, status=1),
        ran(GREEN, RED),
        ran(GREEN, GREEN, status=1),
        ran(GREEN, GONE),
        ran(GONE, GREEN),
        ran(GREEN),
        ran(GREEN, GREEN, GREEN),
        ran(GREEN, GREEN, harness=Harness(uncounted=1)),
        ran(
            GREEN, GREEN, harness=Harness(overruled=(Overruled("t.py::test_2", "t.py", "test_2", "raised", "passed"),))
        ),
        replace(ran(GREEN, GREEN), problem="pytest did not end within 3 s"),
        Ran(0, ()),
        Ran(0, ran(GREEN, GREEN).accounts * 2),
        Ran(0, (replace(ran(GREEN, GREEN).accounts[0], partial="-k"),)),
    ],
)
def test_any_other_difference_leaves_it_red(plain: Ran) -> None:
    assert reconciled(SLOW, plain) is None


@pytest.mark.parametrize(
    "traced",
    [
        ran(GREEN, GREEN),
        ran(RED, status=2),
        ran(RED, status=1, tracer=""),
        ran(RED, status=1, tracer="sys.monitoring"),
        ran(*[RED] * (MOST + 1), status=1),
        Ran(1, (replace(SLOW.accounts[0], collection_errors=("t.py",)),)),
        Ran(-9, ()),
    ],
)
def test_other_runs_are_not_repeated(traced: Ran) -> None:
    assert doubtful(traced) == ()


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the tracer of later interpreters slows no test down")
def test_a_test_that_fails_under_the_tracer_alone_is_told_and_not_red(project: Project) -> None:
    done = project.verify({"src/calc.py": CODE + MUL, "tests/test_mul.py": TRACED}, "--", "--junitxml=out.xml")
    assert (done.status, done.reasons) == (0, "")
    assert "tests/test_mul.py::test_mul failed while lines were watched, and passed without that" in done.out
    assert 'failures="0"' in (project.repo.path / "out.xml").read_text("utf-8")


def test_what_fails_in_a_whole_plain_run_stays_red(project: Project) -> None:
    spoiled = "import builtins\n\n\ndef test_first():\n    builtins.spoiled = True\n    assert spoiled\n"
    fails = GOOD + "    import builtins\n    assert not hasattr(builtins, 'spoiled')\n"
    files = {"src/calc.py": CODE + MUL, "tests/test_a.py": spoiled, "tests/test_mul.py": fails}
    done = project.verify(files, "--", "-p", "no:randomly")
    assert done.status == 1
    assert "tests failed (exit status 1)" in done.reasons
