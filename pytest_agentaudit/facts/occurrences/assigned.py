"""What tests put in place of something else's: an attribute or an item that they assign to."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.tests import ASSIGNED
from pytest_agentaudit.facts.model import Occurrence


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """Every assignment to one attribute or item in the touched code of a test file."""
    if side.role is not FileRole.TEST:
        return
    for node, symbol in side.of(ast.Assign):
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Attribute | ast.Subscript):
            target, value = side.source(node.targets[0]), side.source(node.value)
            yield side.occurrence(ASSIGNED, node, symbol, key=f"assert {target} == {value}")
