"""Which functions ran between two moments: threads, generators, and other tools in the way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from cProfile import Profile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from pytest_agentaudit.witness.entries import COLLECTING, ELSEWHERE, Entries, choose_entries

HAS_MONITORING = sys.version_info >= (3, 12)

SHOP = (
    "import functools\n\n\nclass Cart:\n    def total(self):\n        return sum(self.items())\n\n"
    "    def items(self):\n        yield from [1, 2]\n\n\n"
    "@functools.cache\ndef rate():\n    return 2\n\n\ndef unused():\n    return rate()\n\n\n"
    "async def wait():\n    return 1\n"
)


@pytest.fixture
def shop(tmp_path: Path) -> ModuleType:
    file = tmp_path / "shop.py"
    file.write_text(SHOP)
    spec = spec_from_file_location("entered_shop", file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def watched(folder: Path, *phases: tuple[str, Callable[[], object]]) -> Entries:
    """What watched pieces of work, each of a test."""
    entries = choose_entries(str(folder), ["shop.py", "other/shop.py"])
    for test, work in phases:
        entries.begin(test)
        work()
        entries.end()
    entries.stop()
    return entries


def ran(folder: Path, work: Callable[[], object]) -> set[tuple[str, int]]:
    """The functions of the shop that some work entered."""
    entries = watched(folder, ("t::one", work))
    assert entries.problem == ""
    found = entries.entered()
    assert all(it.path == "shop.py" and it.tests == ("t::one",) for it in found)
    return {(it.qualname, it.first_line) for it in found}


def in_thread(work: Callable[[], object]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_functions(shop: ModuleType, tmp_path: Path) -> None:
    assert ran(tmp_path, shop.rate) == {("rate", 12)}
    assert ran(tmp_path, shop.rate) == set()  # its value is kept
    assert ran(tmp_path, lambda: shop.Cart().total()) == {("Cart.total", 5), ("Cart.items", 8)}


def test_coroutines(shop: ModuleType, tmp_path: Path) -> None:
    def work() -> None:
        with pytest.raises(StopIteration):
            shop.wait().send(None)

    assert ran(tmp_path, work) == {("wait", 21)}


def test_threads(shop: ModuleType, tmp_path: Path) -> None:
    assert ran(tmp_path, lambda: in_thread(lambda: shop.Cart().total())) == {("Cart.total", 5), ("Cart.items", 8)}
    assert threading.getprofile() is None


def test_each_test_that_is_to_be_noted_is(shop: ModuleType, tmp_path: Path) -> None:
    cart = shop.Cart()
    found = watched(
        tmp_path,
        (COLLECTING, shop.unused),
        ("t::one", cart.total),
        (ELSEWHERE, cart.total),
        ("t::two", lambda: [cart.total(), cart.total(), shop.unused()]),
        (ELSEWHERE, shop.unused),
        ("t::two", shop.unused),
        ("t::three", shop.unused),
        (ELSEWHERE, cart.total),
    )
    both = ("t::one", "t::two")
    assert {(it.qualname, it.tests, it.at_import, it.elsewhere) for it in found.entered()} == {
        ("Cart.total", both, False, True),
        ("Cart.items", both, False, True),
        ("rate", (), True, False),
        ("unused", ("t::three", "t::two"), True, True),
    }


def test_what_runs_beside_the_phases_is_not_seen(shop: ModuleType, tmp_path: Path) -> None:
    entries = choose_entries(str(tmp_path), ["shop.py"])
    shop.Cart().total()
    entries.begin(ELSEWHERE)
    shop.rate()
    entries.end()
    shop.unused()
    entries.begin("t::one")
    shop.unused()
    entries.end()
    entries.stop()
    assert [(it.qualname, it.tests) for it in entries.entered()] == [("rate", ()), ("unused", ("t::one",))]


@pytest.mark.skipif(HAS_MONITORING, reason="the profiler is needed below")
def test_another_profiler_is_left_alone(shop: ModuleType, tmp_path: Path) -> None:
    other = Profile()
    other.enable()
    entries = watched(tmp_path, (ELSEWHERE, shop.rate))
    running: object = sys.getprofile()
    other.disable()
    assert entries.problem
    assert running is other
    assert any(getattr(it.code, "co_name", "") == "rate" for it in other.getstats())


@pytest.mark.skipif(not HAS_MONITORING, reason="needs sys.monitoring")
def test_a_profiler_sees_all_and_so_do_we(shop: ModuleType, tmp_path: Path) -> None:
    other = Profile()
    other.enable()
    found = ran(tmp_path, shop.rate)
    other.disable()
    assert found == {("rate", 12)}
    assert any(getattr(it.code, "co_name", "") == "rate" for it in other.getstats())


@pytest.mark.skipif(not HAS_MONITORING, reason="needs sys.monitoring")
def test_tool_ids_that_others_have(shop: ModuleType, tmp_path: Path) -> None:
    monitoring = vars(sys)["monitoring"]
    free = [tool for tool in range(6) if monitoring.get_tool(tool) is None]
    for tool in free[1:]:
        monitoring.use_tool_id(tool, "another")
    entries = watched(tmp_path, ("t::one", shop.rate))
    for tool in free[1:]:
        monitoring.free_tool_id(tool)
    assert "taken by other tools" in entries.problem
    stolen = choose_entries(str(tmp_path), ["shop.py"])
    stolen.begin("t::one")
    shop.rate()
    (second,) = (tool for tool in free if "functions" in (monitoring.get_tool(tool) or ""))
    monitoring.free_tool_id(second)
    shop.Cart().total()
    stolen.end()
    for tool in free:
        if monitoring.get_tool(tool):
            monitoring.free_tool_id(tool)
    stolen.begin("t::two")
    assert "took the tool ids" in stolen.problem
    shop.Cart().total()
    stolen.end()
    stolen.stop()
