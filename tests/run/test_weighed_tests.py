"""Altered tests of unaltered code, old and new, before the same mutants: real runs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.audited import Project, Run

MUTANTS = "--agent-audit-prove=mutants"
PRICES = (
    "def rate(kind):\n    return 2 if kind == 'net' else 3\n\n\n"
    "def price(items, kind='net'):\n    return sum(items) * rate(kind)\n"
)
HEAD = "import pytest\n\nimport prices\nfrom prices import price, rate\n\n\n"
TEST = HEAD + "def test_price():\n    assert price([1, 2]) == 6\n"
TWO = TEST + "\n\ndef test_rate():\n    assert rate('gross') == 3\n"
FIXTURE = HEAD + "@pytest.fixture\ndef ask():\n    return {}\n\n\ndef test_price(ask):\n    assert ask([1, 2]) == 6\n"
ROWS = HEAD + (
    "@pytest.mark.parametrize(('items', 'wanted'), [([1, 2], 6), ([], 0), ([5], 10)])\n"
    "def test_price(items, wanted):\n    assert price(items) == wanted\n"
)
PATH = "tests/test_prices.py"


def audited(project: Project, before: Mapping[str, str], after: Mapping[str, str | None], *arguments: str) -> Run:
    """The audit of a change in the tests of prices."""
    project.commit({"src/prices.py": PRICES, **before})
    project.write(after)
    run = project.pytest(*(arguments or (MUTANTS,)))
    assert run.report, run.text
    return run


def weighed(run: Run, rule: str = "weakened-assertion") -> list[tuple[str, str, str]]:
    """Level, message and mutant of each finding of a rule."""
    assert run.report
    found = [it for it in run.report["findings"] if it["rule"] == rule]
    return [(it["level"], it["message"], it["evidence"].get("mutant", "")) for it in found]


HOLLOWED = {
    "a fixture hands out a double": (
        FIXTURE.format("prices.price"),
        FIXTURE.format("lambda items: sum(items) * 2"),
    ),
    "the assertion stands where it does not matter": (
        TEST,
        HEAD + "def test_price():\n    with pytest.MonkeyPatch.context() as patch:\n"
        "        patch.setattr(prices, 'price', lambda items: 6)\n        assert prices.price([1, 2]) == 6\n",
    ),
    "it asks the value that it computes itself": (
        TEST.replace("assert price([1, 2]) == 6", "found = price([1, 2])\n    assert found == 6"),
        TEST.replace("assert price([1, 2]) == 6", "found = price([1, 2])\n    found = 6\n    assert found == 6"),
    ),
}


@pytest.mark.parametrize("how", HOLLOWED)
def test_a_weakening_that_mutants_alone_see(project: Project, how: str) -> None:
    old, new = HOLLOWED[how]
    run = audited(project, {PATH: old}, {PATH: new})
    assert ("error", "`test_price` no longer notices that `price` does nothing at all.") in [
        it[:2] for it in weighed(run)
    ], run.text
    assert "+    return None" in weighed(run)[0][2]


REFACTORED = {
    "a name for what is found": (TEST, TEST.replace("assert price([1, 2])", "found = price([1, 2])\n    assert found")),
    "another style": (
        TEST,
        HEAD + "import unittest\n\n\nclass TestPrice(unittest.TestCase):\n    def test_price(self):\n"
        "        self.assertEqual(price([1, 2]), 6)\n",
    ),
    "a fixture hands out the same": (
        FIXTURE.format("prices.price"),
        FIXTURE.format("lambda items: prices.price(items)"),
    ),
}


@pytest.mark.parametrize("how", REFACTORED)
def test_a_refactoring_stays_silent(project: Project, how: str) -> None:
    old, new = REFACTORED[how]
    run = audited(project, {PATH: old}, {PATH: new})
    assert [it for it in weighed(run) if it[0] != "note"] == [], run.text
    assert run.status == 0, run.text
    assert run.reasons == ""


def test_a_deleted_test_that_alone_ran_its_subject(project: Project) -> None:
    run = audited(project, {PATH: TWO}, {PATH: TWO.replace(TEST, HEAD)})
    ((level, message, _),) = weighed(run, "removed-test")
    assert (level, message.partition("; ")[2].partition(". ")[2]) == (
        "error",
        "Of all tests, only it would run `price`.",
    )


def test_a_deleted_file_whose_functions_other_tests_run(project: Project) -> None:
    other = TEST.replace("[1, 2]) == 6", "[1]) == 2")
    run = audited(project, {PATH: TWO, "tests/test_costs.py": other}, {PATH: None})
    assert run.report
    (found,) = run.report["findings"]
    assert (found["rule"], found["level"]) == ("removed-test", "note"), run.text
    assert found["evidence"]["proof"] == "run on the new code, it enters no function that other tests do not enter"


WEAKER = TEST.replace("== 6", "> 0")


def test_workers_make_no_difference(project: Project) -> None:
    runs = [audited(project, {PATH: TWO}, {PATH: TWO.replace(TEST, WEAKER)})]
    runs += [project.pytest(MUTANTS, "-n", n, plugins=("xdist",)) for n in ("1", "2")]
    first, *others = [{**run.report, "stats": None} for run in runs if run.report]
    ((level, _, mutant),) = weighed(runs[0])
    assert (level, mutant.splitlines()[1]) == ("error", "+++ src/prices.py (perturb)")
    assert len(others) == len(runs) - 1
    assert all(it == first for it in others), runs[-1].text


def test_no_time(project: Project) -> None:
    run = audited(project, {PATH: TEST}, {PATH: WEAKER}, MUTANTS, "--agent-audit-budget=0s")
    assert [(it[0], it[2]) for it in weighed(run)] == [("error", "")], run.text
    assert run.reasons == "altered and deleted tests: budget"


def test_tests_that_fail_without_a_mutant_weigh_nothing(project: Project) -> None:
    frozen = "import gc\n\n\n@pytest.fixture(autouse=True)\ndef thawed():\n    assert not gc.get_freeze_count()\n\n\n"
    old, new = (HEAD + frozen + it.removeprefix(HEAD) for it in (TEST, WEAKER))
    run = audited(project, {PATH: old}, {PATH: new})
    assert [(it[0], it[2]) for it in weighed(run)] == [("error", "")], run.text
    assert "mutants for altered tests: no covering test can be a witness" in run.reasons


def test_functions_that_the_control_does_not_reach_weigh_nothing(project: Project) -> None:
    old, new = (
        it.replace("import pytest", "import gc\nimport pytest").replace(
            "    assert price([1, 2])", "    found = 6 if gc.get_freeze_count() else price([1, 2])\n    assert found"
        )
        for it in (TEST, WEAKER)
    )
    run = audited(project, {PATH: old}, {PATH: new})
    assert [(it[0], it[2]) for it in weighed(run)] == [("error", "")], run.text
    assert "mutants for altered tests: its tests do not reach the control mutant" in run.reasons


MOVED = {
    "to where the module is imported": HEAD + "FOUND = price([1, 2])\n\n\ndef test_price():\n    assert FOUND == 6\n",
    "to another program": HEAD + "import subprocess, sys\n\n\ndef test_price():\n"
    "    code = \"import sys; sys.path.insert(0, 'src'); import prices; print(prices.price([1, 2]))\"\n"
    "    assert subprocess.check_output([sys.executable, '-c', code], text=True) == '6\\n'\n",
}


@pytest.mark.parametrize("where", MOVED)
def test_what_mutants_do_not_reach_any_more_is_no_loss(project: Project, where: str) -> None:
    run = audited(project, {PATH: TEST}, {PATH: MOVED[where]})
    assert [it for it in weighed(run) if it[0] == "error" or it[2]] == [], run.text
