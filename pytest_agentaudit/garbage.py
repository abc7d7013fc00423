"""The interpreter's garbage collector, held off where it can find nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any


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
