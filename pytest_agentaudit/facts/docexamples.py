"""The examples in a test's docstring (doctest), as demands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib import import_module

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.model import Assertion, Form, Predicate


def examples(function: Function) -> Iterator[Assertion]:
    """The examples of a docstring that say what must come out."""
    text = ast.get_docstring(function, clean=False) or ""
    if ">>>" not in text:
        return
    try:  # doctest loads unittest and the debugger, and few docstrings hold examples
        examples = import_module("doctest").DocTestParser().get_examples(text)
    except ValueError:
        return
    for example in examples:
        if example.want:
            line = function.body[0].lineno + example.lineno
            source, want = example.source.strip(), example.want.strip()
            yield Assertion(line, line, Form.LIBRARY, Predicate.EQUALITY_LITERAL, source, want, f">>> {source}")
