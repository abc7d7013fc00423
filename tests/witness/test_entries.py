"""Which functions ran between two moments: threads, generators, and other profilers in the way."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from cProfile import Profile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from pytest_agentaudit.witness.entries import Entries

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


def ran(folder: Path, work: Callable[[], object]) -> set[tuple[str, int]]:
    """The functions of the shop that some work entered."""
    entries = Entries(str(folder), ["shop.py", "other/shop.py"])
    entries.begin()
    work()
    entries.end("t::one")
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


def test_what_runs_beside_the_phases_is_not_seen(shop: ModuleType, tmp_path: Path) -> None:
    entries = Entries(str(tmp_path), ["shop.py"])
    shop.Cart().total()
    entries.begin()
    shop.rate()
    entries.end()
    shop.unused()
    assert [(it.qualname, it.tests) for it in entries.entered()] == [("rate", ())]


def test_another_profiler_is_left_alone(shop: ModuleType, tmp_path: Path) -> None:
    entries, other = Entries(str(tmp_path), ["shop.py"]), Profile()
    other.enable()
    entries.begin()
    shop.rate()
    entries.end()
    running: object = sys.getprofile()
    other.disable()
    assert entries.problem
    assert running is other or sys.version_info >= (3, 12)
    assert any(getattr(it.code, "co_name", "") == "rate" for it in other.getstats())
