"""The functions at module level of one file."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.bindings import parameters
from pytest_agentaudit.facts.decoding import decode
from pytest_agentaudit.facts.fingerprint import digest
from pytest_agentaudit.facts.imports import imports
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.product_functions import ProductFunction


class TopFunctions:
    """Those of the file at `path`, parsed once."""

    def __init__(self, content: bytes, path: str) -> None:
        self._path = path
        self._parsed = parse(decode(content).text)

    def named(self, name: str) -> Iterator[ProductFunction]:
        """The functions of a name."""
        for span in self._parsed.definitions():
            if span.qualified_name == name and isinstance(span.node, ast.FunctionDef | ast.AsyncFunctionDef):
                found = digest(span.node, imports(self._parsed, self._path))
                yield ProductFunction(self._path, span.line, parameters(span.node), found.fingerprint)
