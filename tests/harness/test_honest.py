"""Runs that are what they seem: old hooks, retries, own runners and red tests are nobody's trick."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pytest_agentaudit.model import Family
from tests.harness.patterns import RED, STYLE_8, WRAPPER
from tests.support.audited import TESTED, Project, Run

LIE = f"{WRAPPER}def pytest_runtest_makereport(item, call):\n    (yield).get_result().outcome = 'passed'\n"
FIXTURE = "\n\n@pytest.fixture\ndef price():\n    return 10\n"
RETRIES = """\
from _pytest.runner import runtestprotocol


def pytest_runtest_protocol(item, nextitem):
    reports = []
    for _ in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not any(report.failed for report in reports):
            break
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    return True
"""
FLAKY = """

CALLS = []


def test_second_time():
    CALLS.append(1)
    assert len(CALLS) > 1
"""
IN_A_THREAD = """\
import threading


def pytest_pyfunc_call(pyfuncitem):
    names = pyfuncitem._fixtureinfo.argnames
    values = {name: pyfuncitem.funcargs[name] for name in names}
    thread = threading.Thread(target=pyfuncitem.obj, kwargs=values)
    thread.start()
    thread.join(60)
    return True
"""
DESELECTS = """\
def pytest_addoption(parser):
    parser.addoption("--all", action="store_true")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--all"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long")
"""
UNITTEST = """\
import unittest


class TestShop(unittest.TestCase):
    def test_red(self):
        self.assertEqual(1, 2)

    @unittest.expectedFailure
    def test_known(self):
        self.assertEqual(1, 2)

    @unittest.skip("later")
    def test_later(self):
        self.fail()

    def test_parts(self):
        for number in range(2):
            with self.subTest(number=number):
                self.assertEqual(number, 0)
"""
MARKED = """\
import pytest


@pytest.mark.xfail(reason="unfinished", strict=True)
def test_unfinished():
    assert 1 == 2


def test_on_another_day():
    pytest.skip("not today")


def test_given_up():
    pytest.xfail("unfinished")


@pytest.fixture
def broken():
    raise OSError("no database")


def test_setup(broken):
    assert broken
"""

HONEST: Mapping[str, dict[str, str]] = {
    "retries": {**TESTED, "conftest.py": RETRIES, "tests/test_shop.py": TESTED["tests/test_shop.py"] + FLAKY},
    "a thread for each test": {**TESTED, "conftest.py": IN_A_THREAD},
    "deselects by an option": {
        **TESTED,
        "conftest.py": DESELECTS,
        "tests/test_slow.py": "import pytest\nfrom shop import total\n\n\n@pytest.mark.slow\n"
        "def test_slow():\n    assert total([2]) == 2\n",
    },
    "looks at reports": {
        **TESTED,
        "conftest.py": f"{STYLE_8}def pytest_runtest_makereport(item, call):\n    report = yield\n"
        "    item.last = report\n    return report\n",
    },
}
RED_ONES: Mapping[str, dict[str, str]] = {
    "plain": dict(RED),
    "unittest": {**TESTED, "tests/test_more.py": UNITTEST},
    "marks and fixtures": {**TESTED, "tests/test_more.py": MARKED},
}


def bent(run: Run) -> list[str]:
    """The findings of this family, notes left out."""
    assert run.report is not None, run.text
    return [it["message"] for it in run.report["findings"] if it["family"] == Family.HARNESS and it["level"] != "note"]


@pytest.mark.parametrize("title", HONEST)
def test_honest_hooks(project: Project, title: str) -> None:
    project.write(HONEST[title])
    run = project.pytest()
    assert bent(run) == []
    assert run.status == 0, run.text


@pytest.mark.parametrize("title", RED_ONES)
def test_red_tests_with_a_touched_conftest(project: Project, title: str) -> None:
    hook = "def pytest_runtest_makereport(item, call):\n    return None\n"
    project.write({**RED_ONES[title], "conftest.py": f"import pytest\n{FIXTURE}\n\n{hook}"})
    run = project.pytest()
    assert bent(run) == []
    assert run.status == 1, run.text


def test_an_old_lie_is_no_part_of_the_change(project: Project) -> None:
    project.commit({"conftest.py": LIE, **RED})
    project.write({"conftest.py": LIE + FIXTURE})
    run = project.pytest()
    assert bent(run) == []
    assert run.status == 0, run.text
