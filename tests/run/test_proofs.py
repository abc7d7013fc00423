"""New and edited tests on the base's code: real runs, and what they leave alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.audited import SHOP, TEST_SHOP, Project

FIXED = SHOP.replace("sum(items)", "sum(it for it in items if it > 0)")
IDLE = TEST_SHOP + "\n\ndef test_refunds():\n    assert total([4, 5]) == 9\n"
SHOWING = IDLE.replace("[4, 5]", "[4, 5, -1]")


def change(product: str, test: str, **files: str) -> Mapping[str, str]:
    return {"src/shop.py": product, "tests/test_shop.py": test, **files}


def test_a_test_that_passes_without_the_change(project: Project) -> None:
    project.write(change(FIXED, IDLE))
    run = project.pytest()
    assert run.rules == ["unproven-test"], run.text
    assert "`test_refunds` also passes without the change of `total`" in run.stdout
    assert "3 passed" not in run.stdout


def test_a_test_that_fails_without_the_change(project: Project) -> None:
    project.write(change(FIXED, SHOWING))
    run = project.pytest()
    assert run.rules == []
    assert run.reasons == ""


def test_the_tree_and_the_reports_of_the_run_stay_as_they_are(project: Project) -> None:
    project.write(change(FIXED, SHOWING))
    run = project.pytest("--junitxml=out.xml", "--basetemp=scratch", "-p", "cacheprovider")
    assert run.rules == []
    assert 'tests="2"' in (project.path / "out.xml").read_text()
    assert (project.path / "src/shop.py").read_text() == FIXED
    assert not list(project.path.rglob("*.pyc"))
    assert "2 passed" in project.pytest("--lf").stdout


def test_the_temporary_folders_of_earlier_runs_stay(project: Project, tmp_path: Path) -> None:
    """pytest keeps those of three runs, and a child of a proof is none."""
    room = tmp_path / "room"
    room.mkdir()
    kept = SHOWING.replace("def test_refunds():\n", "def test_refunds(tmp_path):\n    (tmp_path / 'kept').touch()\n")
    assert "tmp_path" in kept
    project.write(change(FIXED, kept))
    for runs in (1, 2, 3):
        run = project.pytest("--agent-audit-prove=mutants", environ={"TMPDIR": str(room)})
        assert run.rules == []
        assert run.reasons == ""
        assert len(list(room.rglob("kept"))) == runs


def test_off_makes_no_trial(project: Project) -> None:
    project.write(change(FIXED, IDLE))
    run = project.pytest("--agent-audit-prove=off")
    assert run.rules == []
    assert run.reasons == ""


def test_no_time(project: Project) -> None:
    project.write(change(FIXED, IDLE))
    run = project.pytest("--agent-audit-budget=0s")
    assert run.rules == []
    assert run.reasons == "1 of 1 new or edited tests: budget"


def test_a_trial_that_takes_too_long(project: Project) -> None:
    slow = "import os, time\n\nif not os.path.exists('quick'):\n    time.sleep(60)\n"
    (project.path / "quick").write_text("")
    project.commit({"src/shop.py": slow + SHOP})
    leave = "import os\n\n\ndef teardown_module():\n    os.remove('quick')\n"
    project.write(change(FIXED, leave + IDLE))
    run = project.pytest("--agent-audit-budget=2s")
    assert run.reasons == "1 of 1 new or edited tests: budget", run.text


SHAPES = {
    "class": "class TestRefunds:\n    def test_it(self):\n        assert total([4, {}]) == 4\n",
    "unittest": "import unittest\n\n\nclass Refunds(unittest.TestCase):\n    def test_it(self):\n"
    "        self.assertEqual(total([4, {}]), 4)\n",
    "fixture of the session": "import pytest\n\n\n@pytest.fixture(scope='session')\ndef items():\n"
    "    return [4, {}]\n\n\ndef test_it(items):\n    assert total(items) == 4\n",
    "one case of several": "import pytest\n\n\n@pytest.mark.parametrize('n', [0, {}])\ndef test_it(n):\n"
    "    assert total([4, n]) == 4\n",
    "generated cases": "from hypothesis import given, strategies\n\n\n@given(strategies.just({}))\ndef test_it(n):\n"
    "    assert total([4, n]) == 4\n",
    "coroutine": "import asyncio\n\n\ndef test_it():\n    async def ask():\n        return total([4, {}])\n\n"
    "    assert asyncio.run(ask()) == 4\n",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_tests(project: Project, shape: str) -> None:
    idle, showing = (f"{TEST_SHOP}\n\n{SHAPES[shape].format(refund)}" for refund in ("0", "-3"))
    project.write(change(FIXED, idle))
    assert project.pytest().rules == ["unproven-test"]
    project.write(change(FIXED, showing))
    assert project.pytest().rules == []


def test_settings_of_the_project_hold_in_a_trial(project: Project) -> None:
    conftest = "import pytest\n\n\n@pytest.fixture\ndef refund():\n    return -1\n"
    project.commit({"tests/conftest.py": conftest})
    test = TEST_SHOP + "\n\ndef test_refunds(refund):\n    assert total([4, refund]) == 4\n"
    project.write(change(FIXED, test))
    run = project.pytest("-W", "error", "-k", "refunds or total", "-x")
    assert "unproven-test" not in run.rules, run.text


@pytest.mark.parametrize("prove", ["revert", "mutants-fine"])
def test_workers_make_no_difference(project: Project, prove: str) -> None:
    log = "\n\ndef log(items, sink):\n    sink.append(items)\n    return 1\n"
    test = IDLE.replace("import total", "import log, total") + "\n\ndef test_log():\n    log(1, [])\n    assert log\n"
    project.write(change(FIXED + log, test))
    runs = [project.pytest(f"--agent-audit-prove={prove}")]
    runs += [project.pytest(f"--agent-audit-prove={prove}", "-n", n, plugins=("xdist",)) for n in ("1", "2", "4")]
    first, *others = [{**run.report, "stats": None} for run in runs if run.report]
    assert len(others) == len(runs) - 1
    assert "unproven-test" in runs[0].rules
    assert all(it == first for it in others), runs[-1].text


def test_beside_a_coverage_measurement(project: Project) -> None:
    project.write(change(FIXED, IDLE))
    run = project.pytest("--cov=src", "--cov-report=term", plugins=("cov",))
    assert run.rules == ["unproven-test"], run.text
    assert run.stdout.count("TOTAL") == 1


def test_a_deleted_guard(project: Project) -> None:
    project.commit(
        {"src/shop.py": SHOP.replace("    return", "    if not items:\n        raise ValueError\n    return")}
    )
    project.write(change(SHOP, TEST_SHOP + "\n\ndef test_one():\n    assert total([4]) == 4\n"))
    run = project.pytest()
    assert "unproven-test" in run.rules, run.text


def test_a_product_that_cannot_be_put_back(project: Project) -> None:
    project.commit({"src/shop.py": "import no_such_module\n\n\n" + SHOP})
    project.write(change(FIXED, IDLE))
    run = project.pytest()
    assert "unproven-test" in run.rules, run.text


def test_a_module_of_its_own(project: Project) -> None:
    test = "from refunds import refund\n\n\ndef test_refund():\n    assert refund(3) == -3\n"
    project.write({"src/refunds.py": "def refund(value):\n    return -value\n", "tests/test_refunds.py": test})
    run = project.pytest()
    assert run.rules == [], run.text
    assert run.reasons == ""


MUTANTS = "--agent-audit-prove=mutants"
BARE = TEST_SHOP.replace("    assert total([1, 2]) == 3", "    total([1, 2])")


def test_a_test_that_asserts_nothing_about_the_change(project: Project) -> None:
    project.commit({"tests/test_shop.py": BARE})
    refund = "\n\ndef refund(value):\n    return -value\n"
    test = (
        "from shop import refund, total\n\n\ndef test_total():\n    total([1])\n\n\ndef test_refund():\n    refund(2)\n"
    )
    project.write(change(SHOP + refund, test))
    run = project.pytest(MUTANTS)
    assert run.report
    found = [(it["level"], it["message"]) for it in run.report["findings"] if it["rule"] == "unproven-test"]
    assert found == [("error", "`test_refund` runs `refund` and demands nothing of it.")], run.text
    assert run.status == 1


def test_a_test_that_notices_no_mutant_of_what_it_passes_without(project: Project) -> None:
    project.write(change(FIXED, TEST_SHOP + "\n\ndef test_refunds():\n    assert total([4, 5]) is not None\n"))
    run = project.pytest(MUTANTS)
    assert run.report
    found = [it for it in run.report["findings"] if it["rule"] == "unproven-test"]
    assert [it["level"] for it in found] == ["warning"], run.text  # emptied, it gives None


def test_a_function_that_may_do_nothing(project: Project) -> None:
    quiet = SHOP + "\n\ndef log(items, sink):\n    sink.append(items)\n    return 1\n"
    test = "from shop import log, total\n\n\ndef test_total():\n    assert total([1]) == 1\n\n\ndef test_log():\n"
    project.write(change(quiet, test + "    sink = []\n    log(1, sink)\n    assert isinstance(sink, list)\n"))
    run = project.pytest(MUTANTS)
    assert run.report
    found = [it for it in run.report["findings"] if it["rule"] == "unproven-test"]
    assert [(it["level"], it["message"]) for it in found] == [
        ("warning", "No test notices when `log` does nothing at all.")
    ], run.text
    assert "+    return None" in found[0]["evidence"]["mutant"]


def test_what_tests_notice_by_crashing_alone(project: Project) -> None:
    test = "from shop import refund, total\n\n\ndef test_total():\n    assert total([1]) == 1\n\n\n"
    test += "def test_refund():\n    text = 'ab' * refund(-2)\n    assert isinstance(text, str)\n"
    project.write(change(SHOP + "\n\ndef refund(value):\n    return -value\n", test))
    run = project.pytest(MUTANTS)
    assert run.report
    found = [(it["level"], it["message"]) for it in run.report["findings"] if it["rule"] == "unproven-test"]
    said = "The tests that run `refund` notice changes of it by crashing alone, and by no assertion."
    assert found == [("note", said)], run.text
    assert run.status == 0


LISTED = "list[int]:", "return [it for it in items if it % 2 == 0]"
LAZY = "'Iterator[int]':", "yield from (it for it in items if it % 2 == 0)"


@pytest.mark.parametrize("edited", ["total([4]) == 4", "total([4, 5]) == 9"])
def test_an_edited_test_that_no_longer_notices_the_change(project: Project, edited: str) -> None:
    project.commit({"tests/test_shop.py": TEST_SHOP.replace("[1, 2]) == 3", "[4, -1]) == 3")})
    project.write(change(FIXED, TEST_SHOP.replace("total([1, 2]) == 3", edited)))
    run = project.pytest()
    assert run.report
    found = [it for it in run.report["findings"] if it["rule"] == "unproven-test"]
    assert [it["level"] for it in found] == ["warning"], run.text
    assert "`test_total` was edited: what was demanded before fails on the new code" in found[0]["message"]
    assert "the base's version of the test fails on the new code" in found[0]["evidence"]["proof"]


def test_edited_tests_of_a_function_that_says_to_give_back_another_type(project: Project) -> None:
    before, after = (f"def even(items) -> {kind}\n    {code}\n" for kind, code in (LISTED, LAZY))
    test = "from shop import even\n\n\ndef test_even():\n    assert {}([1, 2, 4]){} == [2, 4]\n"
    project.commit({"src/shop.py": before, "tests/test_shop.py": test.format("even", "")})
    project.write({"src/shop.py": after, "tests/test_shop.py": test.format("list(even", ")")})
    run = project.pytest()
    assert run.report
    found = [(it["rule"], it["level"]) for it in run.report["findings"] if it["rule"] == "unproven-test"]
    assert found == [("unproven-test", "note")], run.text


def test_an_edited_test_beside_one_that_shows_the_change(project: Project) -> None:
    project.commit({"tests/test_shop.py": TEST_SHOP.replace("[1, 2]) == 3", "[4, -1]) == 3")})
    shown = "\n\ndef test_refunds():\n    assert total([4, -1]) == 4\n"
    project.write(change(FIXED, TEST_SHOP.replace("[1, 2]) == 3", "[4]) == 4") + shown))
    run = project.pytest()
    assert "unproven-test" not in run.rules, run.text


def test_a_deleted_test_that_fails_on_the_new_code(project: Project) -> None:
    gone = "\n\ndef test_refunds():\n    assert total([4, -1]) == 3\n"
    project.commit({"tests/test_shop.py": TEST_SHOP + gone})
    project.write(change(FIXED, TEST_SHOP))
    run = project.pytest()
    assert run.report
    found = [(it["rule"], it["level"]) for it in run.report["findings"]]
    assert found == [("removed-test", "warning")], run.text


def test_an_honest_change_before_mutants(project: Project) -> None:
    project.write(change(FIXED, SHOWING))
    run = project.pytest("--agent-audit-prove=mutants-fine")
    assert [it for it in run.rules if it != "unproven-test"] == []
    assert run.status == 0, run.text
    assert run.reasons == ""


def test_no_time_for_mutants(project: Project) -> None:
    project.write(change(FIXED, SHOWING))
    run = project.pytest(MUTANTS, "--agent-audit-budget=0s")
    assert "mutants: budget" in run.reasons


def test_tests_that_cannot_be_forked_are_not_judged(project: Project) -> None:
    test = SHOWING + "\n\nimport threading, time\nthreading.Thread(target=time.sleep, args=(3,), daemon=True).start()\n"
    project.write(change(FIXED, test))
    run = project.pytest(MUTANTS)
    assert "mutants: " in run.reasons, run.text


PRICES = "def price(items):\n    return sum(items) * 2\n\n\ndef label(items):\n    return f'{price(items)} EUR'\n"
TEST_PRICES = (
    "from prices import label, price\n\n\ndef test_price():\n    assert price([1, 2]) == 6\n\n\n"
    "def test_label():\n    assert label([1]) == '2 EUR'\n"
)


@pytest.fixture
def prices(project: Project) -> Project:
    project.commit({"src/prices.py": PRICES, "tests/test_prices.py": TEST_PRICES})
    return project


def levels(project: Project, product: str, test: str, *arguments: str) -> list[tuple[str, str]]:
    """What the audit says of a changed product and test."""
    project.write({"src/prices.py": product, "tests/test_prices.py": test})
    run = project.pytest(*arguments)
    assert run.report, run.text
    found = [(it["rule"], it["level"]) for it in run.report["findings"]]
    return [it for it in found if it[0] != "shallow-assertion"]


WEAKER = TEST_PRICES.replace("price([1, 2]) == 6", "price([1, 2]) > 0")


def test_a_weaker_demand_where_the_old_one_fails(prices: Project) -> None:
    product = PRICES.replace("sum(items) * 2", "sum(items) * 3").replace("price(items)}", "sum(items) * 2}")
    assert ("weakened-assertion", "error") in levels(prices, product, WEAKER)


def test_a_weaker_demand_where_the_old_one_holds(prices: Project) -> None:
    product = PRICES.replace("sum(items) * 2", "2 * sum(items)")
    assert levels(prices, product, WEAKER) == [("weakened-assertion", "warning")]
    assert "the base's version of the test still passes on the new code" in prices.pytest().stdout.replace(
        "\n    ", " "
    )


def test_a_weaker_demand_that_nobody_tried(prices: Project) -> None:
    product = PRICES.replace("sum(items) * 2", "2 * sum(items)")
    assert levels(prices, product, WEAKER, "--agent-audit-prove=off") == [("weakened-assertion", "warning")]


def test_a_weaker_demand_beside_code_that_stayed(prices: Project) -> None:
    assert levels(prices, PRICES, WEAKER) == [("weakened-assertion", "error")]


def test_another_expectation_with_another_contract(prices: Project) -> None:
    product = PRICES.replace("sum(items) * 2", "sum(items) * 3")
    test = TEST_PRICES.replace("== 6", "== 9").replace("2 EUR", "3 EUR")
    assert levels(prices, product, test) == [("changed-expectation", "note")]


def test_a_flaky_old_test_proves_nothing(prices: Project) -> None:
    flaky = "import os\n\n\ndef is_even():\n    return os.getpid() % 2 == 0\n\n\n"
    prices.commit({"tests/test_prices.py": flaky + TEST_PRICES.replace("== 6", "in ((6, 7) if is_even() else ())")})
    product = PRICES.replace("sum(items) * 2", "2 * sum(items)")
    found = levels(prices, product, flaky + TEST_PRICES.replace("== 6", "> 0"))
    assert ("weakened-assertion", "error") not in found


def test_old_tests_bring_their_helpers_and_fixtures(prices: Project) -> None:
    conftest = "import pytest\n\n\n@pytest.fixture\ndef items():\n    return [1, 2]\n"
    test = (
        "from known import SIX\nfrom prices import price\n\n\ndef test_price(items):\n    assert price(items) == SIX\n"
    )
    prices.commit({"tests/known.py": "SIX = 6\n", "tests/conftest.py": conftest, "tests/test_prices.py": test})
    prices.write({"tests/known.py": None, "tests/conftest.py": conftest.replace("[1, 2]", "[4, 0]")})
    product = PRICES.replace("sum(items) * 2", "2 * sum(items)")
    now = "from prices import price\n\n\ndef test_price(items):\n    assert price(items) > 0\n"
    assert ("weakened-assertion", "warning") in levels(prices, product, now)
    assert "still passes on the new code" in prices.pytest().stdout.replace("\n    ", " ")
