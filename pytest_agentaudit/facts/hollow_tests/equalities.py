"""The equalities that a test asserts, and the single assignments behind their sides."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentaudit.facts.hollow_tests.reading import TestCode
from pytest_agentaudit.facts.nodes import last_part, root

_METHODS = frozenset({"assertEqual", "assertEquals", "assertDictEqual", "assertListEqual", "assertSequenceEqual"})


@dataclass(frozen=True)
class Equality:
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


def once(code: TestCode) -> Mapping[str, ast.expr]:
    """What the names of a function stand for that are bound in one place; `await` is left out."""
    bound = Counter(it.id for it in code.nodes if isinstance(it, ast.Name) and not isinstance(it.ctx, ast.Load))
    found: dict[str, ast.expr] = {}
    for node in code.nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if bound[name] == 1:
                found[name] = bare(value)
    return found


def bare(node: ast.expr) -> ast.expr:
    """An expression without the `await` around it."""
    return node.value if isinstance(node, ast.Await) else node


def is_own(code: TestCode, call: ast.Call) -> bool:
    """Whether a call goes to something that the file imports from the project itself."""
    origin = code.side.imports.get(root(call.func), "")
    parts = origin.split(".") if origin else []
    return any(code.side.helpers.is_first_party(".".join(parts[:end])) for end in range(1, len(parts) + 1))
