"""A run of a part says so and judges no missing line; the project's own settings make no run a partial one."""

import pytest

from tests.support.audited import SETTINGS, TEST_SHOP, TESTED, UNTESTED, Project

SLOW = "import pytest\nfrom shop import total\n\n\n@pytest.mark.slow\ndef test_slow():\n    assert total([]) == 0\n"
MARKED = SETTINGS + 'markers = ["slow"]\n'
FAILS_FIRST = "def test_a():\n    assert 1 == 2\n\n\ndef test_b():\n    assert 2 == 2\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("-k", "total"), "-k"),
        (("-m", "not slow"), "-m"),
        (("tests/test_shop.py::test_total",), "single ids"),
        (("tests/test_shop.py",), "leave out tests/test_slow.py"),
        (("--deselect", "tests/test_slow.py"), "--deselect"),
        (("--ignore", "tests/test_slow.py"), "--ignore"),
    ],
)
def test_what_is_typed_makes_a_run_partial(project: Project, arguments: tuple[str, ...], reason: str) -> None:
    project.commit({"pyproject.toml": MARKED, "tests/test_slow.py": SLOW})
    project.write(UNTESTED)
    run = project.pytest(*arguments)
    assert run.status == 0, run.text
    assert run.rules == []
    assert reason in run.reasons


def test_the_environment_is_typed_too(project: Project) -> None:
    project.write(UNTESTED)
    run = project.pytest(environ={"PYTEST_ADDOPTS": "-k total"})
    assert run.rules == []
    assert "-k" in run.reasons


@pytest.mark.parametrize("addopts", ['-m "not slow"', "-k total", "--deselect tests/test_slow.py"])
def test_what_the_settings_leave_out_is_no_part_of_the_suite(project: Project, addopts: str) -> None:
    project.commit({"pyproject.toml": f"{MARKED}addopts = '{addopts}'\n", "tests/test_slow.py": SLOW})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["untested-change"]


@pytest.mark.parametrize("arguments", [("tests",), (".",), ("--ff",), ("--nf",), ("tests/test_shop.py",)])
def test_a_whole_run_by_other_words(project: Project, arguments: tuple[str, ...]) -> None:
    project.write(UNTESTED)
    assert project.pytest(*arguments).rules == ["untested-change"]


ROWS = """\
import pytest
from shop import total


class TestRows:
    @pytest.mark.parametrize("n", [1, 2])
    def test_rows(self, n):
        assert total([n]) == n
"""
IDS = ("tests/test_shop.py::test_total", "tests/test_rows.py::TestRows::test_rows[1]")


def test_ids_that_name_the_whole_suite_leave_nothing_out(project: Project) -> None:
    project.commit({"tests/test_rows.py": ROWS})
    project.write(UNTESTED)
    last = "tests/test_rows.py::TestRows::test_rows[2]"
    assert project.pytest(*IDS, last).rules == ["untested-change"]
    run = project.pytest(*IDS)
    assert run.rules == []
    assert f"single ids, which leave out {last}" in run.reasons
    assert project.pytest(IDS[0]).reasons.endswith("single ids, which leave out tests/test_rows.py")


def test_exitfirst_stops_early(project: Project) -> None:
    project.commit({"tests/test_a.py": FAILS_FIRST})
    project.write(UNTESTED)
    run = project.pytest("-x")
    assert run.status == 1
    assert run.rules == []
    assert "2 of 3 selected tests did not run (stopping after 1 failures)" in run.reasons


def test_exitfirst_at_the_last_test_left_nothing_out(project: Project) -> None:
    project.commit({"tests/test_z.py": "def test_z():\n    assert 1 == 2\n"})
    project.write(UNTESTED)
    assert project.pytest("-x").rules == ["untested-change"]


def test_last_failed(project: Project) -> None:
    project.commit({"tests/test_a.py": FAILS_FIRST})
    project.write(UNTESTED)
    project.pytest(audit=False)
    run = project.pytest("--lf")
    assert run.rules == []
    assert "did not run" in run.reasons or "--lf" in run.reasons


def test_stepwise(project: Project) -> None:
    project.commit({"tests/test_a.py": FAILS_FIRST})
    project.write(UNTESTED)
    run = project.pytest("--sw")
    assert run.rules == []
    assert "did not run" in run.reasons


def test_a_collection_error(project: Project) -> None:
    project.commit({"tests/test_broken.py": "import nowhere_at_all\n"})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.status == 2, run.text
    assert run.rules == []
    assert "collection errors" in run.reasons
    assert "INTERNALERROR" not in run.text


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("pytest.exit('bye', 0)", "pytest.exit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_a_run_that_is_cut_short(project: Project, body: str, reason: str) -> None:
    project.commit({"tests/test_a.py": f"import pytest\n\n\ndef test_a():\n    {body}\n"})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.rules == []
    assert f"stopped by {reason}" in run.reasons


def test_a_clean_exit_does_not_hide_a_static_finding(project: Project) -> None:
    project.commit({"tests/test_a.py": "import pytest\n\n\ndef test_a():\n    pytest.exit('bye', 0)\n"})
    project.write({"src/shop.py": "def total(items):  # noqa\n    return sum(items)\n"})
    run = project.pytest()
    assert run.status == 1, run.text
    assert run.rules == ["added-suppression"]


DROPS = "def pytest_collection_modifyitems(config, items):\n    del items[1:]\n"
DESELECTS = DROPS.replace("    del", "    config.hook.pytest_deselected(items=items[1:])\n    del")


@pytest.mark.parametrize(
    ("conftest", "reason"), [(DROPS, "taken out of the collection"), (DESELECTS, "deselected by conftest")]
)
def test_a_plugin_takes_tests_away(project: Project, conftest: str, reason: str) -> None:
    project.commit({"conftest.py": conftest, "tests/test_z.py": TEST_SHOP})
    project.write(UNTESTED)
    run = project.pytest()
    assert run.rules == []
    assert reason in run.reasons


def test_a_partial_run_may_be_made_to_fail(project: Project) -> None:
    project.write(UNTESTED)
    assert project.pytest("-k", "total", "--agent-audit-incomplete=fail").status == 1


@pytest.mark.parametrize("option", ["--collect-only", "--co", "--help", "--version", "--fixtures", "--setup-plan"])
def test_typed_options_that_run_nothing_audit_nothing(project: Project, option: str) -> None:
    project.write(UNTESTED)
    run = project.pytest(option)
    assert run.status == 0, run.text
    assert run.report is None
    assert "could not audit" not in run.text


@pytest.mark.parametrize("option", ["--co", "--help", "--fixtures", "--markers", "--setup-plan", "--cache-show"])
def test_the_same_options_from_the_settings_fail(project: Project, option: str) -> None:
    project.commit({"pyproject.toml": f'{SETTINGS}addopts = "{option}"\n'})
    project.write(TESTED)
    run = project.pytest()
    assert run.status == 1, run.text
    assert "nothing was run" in run.text


def test_collect_only_from_the_environment_fails(project: Project) -> None:
    project.write(TESTED)
    run = project.pytest(environ={"PYTEST_ADDOPTS": "--co"})
    assert run.status == 1
    assert "nothing was run (--collect-only stands in the settings)" in run.text
