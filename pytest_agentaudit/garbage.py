"""What an audit has done with, and when it is cleared away: the interpreter's collector is held off where it can find
nothing, and freed memory stays at hand.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

LARGE = 1 << 24
"""Bytes, half of what the C library's threshold may grow to."""


def keep_freed_memory() -> None:
    """Let the C library hold on to the memory of trees and texts that come and go, file after file. Given back and
    asked for again, it costs half of all page faults of an audit of many files, a fiftieth of its time.

    The glibc learns it by itself from a large block that is freed (mallopt(3), M_MMAP_THRESHOLD): from then on smaller
    ones come from the heap, and the heap's end goes back to the system only where twice as much is free. Nobody writes
    to the block, so it costs no page.
    """
    bytes(LARGE)


@contextmanager
def without_collector() -> Iterator[None]:
    """Look for no circles of garbage in the block: the trees that come and go have none, and looking at all of them
    costs a sixth of an audit's time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def load(module: str) -> Any:
    """Import the module by name. What an import leaves behind stays, so the collector would look through all that the
    process holds, which in a run of pytest takes as long as a dozen of our modules, and find nothing.
    """
    with without_collector():
        return import_module(module)
