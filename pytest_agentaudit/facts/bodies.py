"""What the body of a test speaks of: its callees, names, literals, and a digest of each statement."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator

from pytest_agentaudit.facts.nodes import dotted, unparsed
from pytest_agentaudit.facts.walk import SUITES


def calls(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The callees of a body, normalised, in the order in which they are called."""
    found = [it for it in nodes if isinstance(it, ast.Call)]
    for call in sorted(found, key=lambda it: (it.end_lineno or 0, it.end_col_offset or 0)):
        yield dotted(call.func) or unparsed(call.func)


def names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The names and attributes."""
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def literals(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The source of strings and numbers."""
    for node in nodes:
        if isinstance(node, ast.Constant) and node.value is not None and not isinstance(node.value, bool):
            yield unparsed(node)


def statement_digest(node: ast.stmt) -> str:
    """A digest of one statement; of a compound one, its header."""
    words: list[str] = []
    left_out = SUITES.get(node.__class__, ())
    stack: list[object] = [node]
    while stack:
        item = stack.pop()
        if item.__class__ is str:
            words.append(repr(item))
        elif isinstance(item, ast.AST):
            words.append(item.__class__.__name__)
            stack += [getattr(item, name, None) for name in item._fields if name != "ctx" and name not in left_out]
            left_out = ()
        elif isinstance(item, list):
            words.append(f"[{len(item)}")
            stack += item
        else:
            words.append(repr(item))
    text = "\n".join(words)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
