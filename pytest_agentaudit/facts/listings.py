"""Collections that a module binds to a name: what tests take their cases from."""

from __future__ import annotations

import ast
from collections.abc import Iterator


def listings(tree: ast.Module | None) -> Iterator[tuple[str, int, int]]:
    """Name, first and last line of each assignment of a list, tuple, set or dictionary at module level."""
    for node in tree.body if tree else ():
        match node:
            case (
                ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.BinOp()
                )
                | ast.AnnAssign(
                    target=ast.Name(id=name),
                    value=ast.List() | ast.Tuple() | ast.Set() | ast.Dict() | ast.BinOp(),
                )
            ):
                yield name, node.lineno, node.end_lineno or node.lineno
