"""What product code asserts of itself: mostly a word to type checkers, and no decision that a test could take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.tests import ASSERTED
from pytest_agentaudit.facts.model import Occurrence


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every `assert` of the touched code."""
    if side.role is FileRole.PRODUCT:
        for node, symbol in side.of(ast.Assert):
            yield side.occurrence(ASSERTED, node, symbol)
