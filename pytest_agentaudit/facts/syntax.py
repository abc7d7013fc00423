"""Source as trees. What Python warns of while it reads (an odd escape in a string) is not ours to print."""

from __future__ import annotations

import ast
import warnings


def module_tree(text: str | bytes) -> ast.Module:
    """The tree of a whole text. SyntaxError, ValueError, RecursionError or MemoryError where Python refuses it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def expression_tree(text: str) -> ast.expr:
    """The tree of one expression. Errors as in `module_tree`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
