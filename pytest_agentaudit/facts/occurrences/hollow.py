"""What makes the tests of a file hollow: each reader's finds, function by function."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.hollow_tests.broad import broad_raises
from pytest_agentaudit.facts.hollow_tests.copied import copied, copies
from pytest_agentaudit.facts.hollow_tests.mocked import mocked
from pytest_agentaudit.facts.hollow_tests.reading import functions
from pytest_agentaudit.facts.hollow_tests.shadowed import shadowed
from pytest_agentaudit.facts.hollow_tests.source_text import source_text
from pytest_agentaudit.facts.hollow_tests.swallowed import swallowed
from pytest_agentaudit.facts.hollow_tests.unreached import branched, unreached
from pytest_agentaudit.facts.model import Occurrence

_READERS = (unreached, branched, swallowed, broad_raises, mocked, copied, source_text)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Everything that the rules on hollow tests look for in a test file."""
    if side.role not in {FileRole.TEST, FileRole.CONFTEST}:
        return
    codes = functions(side)
    for code in codes:
        for reader in _READERS:
            yield from reader(code)
    yield from copies(side, codes)
    yield from shadowed(side)
