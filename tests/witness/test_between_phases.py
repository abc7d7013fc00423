"""What a whole run sees of code that runs beside the tests: while modules are loaded, in teardowns, in hooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

WATCHING = """
import json, os, pytest
from pytest_agentaudit.model import Watch
from pytest_agentaudit.observation import Observation
from pytest_agentaudit.wire import to_plain


class Told:
    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session):
        evidence = to_plain(seen.evidence(session))
        print("SEEN", json.dumps([evidence["hits"]["shop.py"], evidence["tracer_problem"]]))
        return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config, parser):
    global seen
    seen = Observation(early_config, parser, Watch(os.getcwd(), {"shop.py": ((1, 20),)}))
    early_config.pluginmanager.register(Told())
    seen.start()
"""
SHOP = """\
def total(value):
    return value


def close(value):
    return value


def rest(value):
    return value
"""
TEST = """\
def test_total():
    from shop import total

    assert total(1) == 1


def test_again():
    test_total()
"""
SHUT = """\
import pytest


@pytest.fixture(autouse=True)
def shut():
    yield
    import shop

    shop.close(1)
"""
BODY, CLOSED, RESTED = 2, 6, 10
"""Lines of the three functions."""


def seen(folder: Path, files: Mapping[str, str]) -> tuple[list[int], list[int]]:
    """The lines of shop.py that ran in tests, and those that ran beside them."""
    for name, text in {"watching.py": WATCHING, "shop.py": SHOP, "test_shop.py": TEST, **files}.items():
        (folder / name).write_text(text)
    switched_off = [part for name in ("cacheprovider", "agentaudit", "cov") for part in ("-p", f"no:{name}")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "watching", *switched_off],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    (line,) = (line for line in done.stdout.split("\n") if "SEEN " in line)
    hits, problem = json.loads(line.partition("SEEN ")[2])
    assert problem == "", done.stdout
    return sorted(map(int, hits["by_test"])), hits["at_import"]


def test_teardowns_are_beside_the_tests(tmp_path: Path) -> None:
    by_test, beside = seen(tmp_path, {"conftest.py": SHUT})
    assert by_test == [BODY]
    assert CLOSED in beside
    assert RESTED not in beside


@pytest.mark.parametrize("hook", ["pytest_runtest_logreport", "pytest_runtest_logfinish", "pytest_exception_interact"])
def test_so_are_hooks_of_the_repository_between_phases(tmp_path: Path, hook: str) -> None:
    conftest = f"def {hook}():\n    import shop\n\n    shop.rest(1)\n"
    failing = {"test_last.py": "def test_last():\n    assert False\n"}
    by_test, beside = seen(tmp_path, {"conftest.py": conftest, **failing})
    assert by_test == [BODY]
    assert RESTED in beside


def test_so_is_what_a_conftest_loads_in_its_own_way(tmp_path: Path) -> None:
    conftest = (
        "import importlib.util\n\nspec = importlib.util.spec_from_file_location('own', 'shop.py')\n"
        "own = importlib.util.module_from_spec(spec)\nspec.loader.exec_module(own)\nown.rest(1)\n"
    )
    by_test, beside = seen(tmp_path, {"conftest.py": conftest})
    assert by_test == [BODY]
    assert {1, 5, 9, RESTED} <= set(beside)


def test_so_is_what_a_hook_runs_before_the_collection(tmp_path: Path) -> None:
    conftest = "def pytest_sessionstart():\n    import shop\n\n    shop.rest(1)\n"
    by_test, beside = seen(tmp_path, {"conftest.py": conftest})
    assert by_test == [BODY]
    assert {1, 5, 9, RESTED} <= set(beside)
