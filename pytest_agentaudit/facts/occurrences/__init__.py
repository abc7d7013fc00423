"""What families of rules look for in code, one module a family, found by listing this folder.

Each module has one collector, `occurrences(side: CodeSide) -> Iterator[Occurrence]`. It sees the touched code of one
side; what the change added or took away is what pairing leaves over (`FileDelta.appeared` and `vanished`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.siblings import modules_of

Collector = Callable[[CodeSide], Iterator[Occurrence]]


@cache
def collectors() -> tuple[Collector, ...]:
    """The collector of every module of this folder, in the order of their names."""
    return tuple(import_module(f"{__name__}.{name}").occurrences for name in sorted(modules_of(__path__)))


def all_occurrences(side: CodeSide) -> tuple[Occurrence, ...]:
    """Everything that any family looks for, in the order of the source."""
    if not side.parsed.tree or not side.touched:
        return ()
    found = [it for collect in collectors() for it in collect(side)]
    return tuple(sorted(found, key=lambda it: (it.line, it.kind, it.end_line)))
