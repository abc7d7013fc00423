"""What rules look for in the changed lines of any text file, code or not. No bytes make it raise."""

from __future__ import annotations

from collections.abc import Callable

from pytest_agentaudit.change.model import FilePair, FileRole
from pytest_agentaudit.facts.command_lines import command_lines
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.unseen import unseen

Found = tuple[tuple[Occurrence, ...], tuple[Occurrence, ...]]
TextCollector = Callable[[FilePair], Found]

COLLECTORS: tuple[TextCollector, ...] = (unseen, command_lines)


def text_occurrences(pair: FilePair) -> Found:
    """The occurrences of the old and of the new side, in the order of the source. Generated files have none."""
    if pair.role is FileRole.GENERATED:
        return (), ()
    old, new = zip(*(collect(pair) for collect in COLLECTORS), strict=True)
    return tuple(it for found in old for it in found), tuple(it for found in new for it in found)
