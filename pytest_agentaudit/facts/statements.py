"""The executable statements of a changed file's head, those of tests too."""

from __future__ import annotations

from pytest_agentaudit.change.model import TESTS
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.lines import lines
from pytest_agentaudit.facts.model import Depth, Line
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.scan import scan


def statements(file: FileDelta) -> tuple[Line, ...]:
    """In the order of the source, at least those that the change met; none where the file was not read as a tree. No
    rule asks for those of tests, so they are read here anew.
    """
    if file.new is None or file.pair.new is None or file.new.depth is not Depth.TREE:
        return ()
    if file.role not in TESTS:
        return file.new.lines
    return lines(parse(scan(file.pair.new.content).text), file.pair.added)
