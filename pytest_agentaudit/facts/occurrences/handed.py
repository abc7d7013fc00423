"""What the fixtures of tests hand out, where it is written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.change.model import TESTS
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.tests import HANDED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.modules import is_fixture

_LITERALS = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.Constant)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """The literals of fixtures that hand out one thing."""
    if side.role not in TESTS or not side.names_any("fixture"):
        return
    for function, symbol in side.functions:
        if any(is_fixture(mark, side.imports) for mark in function.decorator_list):
            given = [it.value for it in ast.walk(function) if isinstance(it, ast.Return | ast.Yield) and it.value]
            if len(given) == 1 and isinstance(given[0], _LITERALS):
                yield side.occurrence(HANDED, given[0], symbol, text=ast.unparse(given[0]))
