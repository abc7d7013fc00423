"""The equalities that a test asserts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.hollow_tests.reading import TestCode
from pytest_agentaudit.facts.nodes import last_part, root

_METHODS = frozenset({"assertEqual", "assertEquals", "assertDictEqual", "assertListEqual", "assertSequenceEqual"})


class Equality(Struct, frozen=True):
    """One asserted `left == right` (`is` too, by `identity`), with the node that asserts it."""

    node: ast.Assert | ast.Call
    left: ast.expr
    right: ast.expr
    identity: bool = False

    @property
    def sides(self) -> tuple[tuple[ast.expr, ast.expr], tuple[ast.expr, ast.expr]]:
        """Either side with the other one."""
        return (self.left, self.right), (self.right, self.left)


def equalities(code: TestCode) -> Iterator[Equality]:
    """Every equality that a function asserts."""
    for node in code.demands:
        match node:
            case ast.Assert(test=test):
                for part in test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) else [test]:
                    match part:
                        case ast.Compare(left=left, ops=[ast.Eq() | ast.Is() as op], comparators=[right]):
                            yield Equality(node, left, right, isinstance(op, ast.Is))
            case ast.Call(args=[left, right, *_]) if last_part(node) in _METHODS:
                yield Equality(node, left, right)


def is_own(code: TestCode, call: ast.Call) -> bool:
    """Whether a call goes to something that the file imports from the project itself."""
    origin = code.side.imports.get(root(call.func), "")
    parts = origin.split(".") if origin else []
    return any(code.side.helpers.is_first_party(".".join(parts[:end])) for end in range(1, len(parts) + 1))
