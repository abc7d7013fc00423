"""The definition around a place, and the lines of its file."""

from __future__ import annotations

import pytest

from pytest_agentaudit.audit.around import Around
from pytest_agentaudit.change.model import FilePair, FileRole, Side
from pytest_agentaudit.facts.definitions import definitions
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Depth, FileFacts
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.model import Location

TEXT = """\
import os


@mark
class Shop:
    size = 3

    def items(self):
        def each(value):
            return value

        return each

    def total(self): return 1


def total():
    return 2


def total():
    return 3


SIZE = 4
"""


@pytest.fixture
def around() -> Around:
    parsed = parse(TEXT)
    facts = FileFacts("shop.py", FileRole.PRODUCT, Depth.TREE, None, 24, definitions=definitions(parsed, None))
    pair = FilePair(None, Side("shop.py", 0o100644, TEXT.encode()), FileRole.PRODUCT)
    return Around({"shop.py": FileDelta(pair, None, facts)})


@pytest.mark.parametrize(
    ("line", "end_line", "expected"),
    [
        (1, 1, ""),
        (4, 4, "Shop"),
        (6, 6, "Shop"),
        (8, 8, "Shop.items"),
        (10, 10, "Shop.items.each"),
        (10, 12, "Shop.items"),
        (11, 11, "Shop.items"),
        (10, 14, "Shop"),
        (14, 14, "Shop.total"),
        (14, 18, ""),
        (18, 18, "total"),
        (22, 22, "total"),
        (25, 25, ""),
        (99, 99, ""),
    ],
)
def test_the_innermost_definition(around: Around, line: int, end_line: int, expected: str) -> None:
    found = around.definition(Location("shop.py", line, end_line))
    assert (found.qualified_name if found else "") == expected
    if line in {18, 22}:
        assert found is not None
        assert found.start_line == line - 1


def test_the_lines_of_a_file(around: Around) -> None:
    assert around.lines("shop.py") == TEXT.encode().split(b"\n")
    assert around.lines("none.py") == ()
    assert around.lines("shop.py")[0] == b"import os"
    assert around.definition(Location("none.py", 1, 1)) is None
