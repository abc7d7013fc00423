"""Reading tests out of source text, without git."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent
from typing import Any

from pytest_agentaudit.change.model import MemoryTree
from pytest_agentaudit.facts.helpers import TreeHelpers
from pytest_agentaudit.facts.model import Assertion, Skip, TestCase
from pytest_agentaudit.facts.parse import parse
from pytest_agentaudit.facts.tests import Collecting, test_cases

DEFAULTS = Collecting()


def read(
    text: str,
    *,
    path: str = "tests/test_a.py",
    files: Mapping[str, str] | None = None,
    settings: Collecting = DEFAULTS,
    touched: frozenset[int] | None = None,
) -> dict[str, TestCase]:
    """The tests of a file by qualified name; `files` are others of its tree."""
    text = dedent(text)
    tree = MemoryTree({path: text, **{name: dedent(other) for name, other in (files or {}).items()}})
    found = test_cases(parse(text), path=path, settings=settings, touched=touched, helpers=TreeHelpers(tree))
    return {it.qualified_name: it for it in found}


def read_one(text: str, **more: Any) -> TestCase:
    """The only test of a file."""
    (found,) = read(text, **more).values()
    return found


def body(*lines: str, header: str = "def test_it():", above: str = "") -> str:
    """A file with one test."""
    inner = "\n".join(f"    {line}" for whole in lines for line in whole.split("\n"))
    return f"{above}\n\n\n{header}\n{inner}\n" if above else f"{header}\n{inner}\n"


def demanded(*lines: str, header: str = "def test_it():", above: str = "") -> tuple[Assertion, ...]:
    """What a test with this body demands."""
    return next(iter(read(body(*lines, header=header, above=above)).values())).assertions


def demand(*lines: str, header: str = "def test_it():", above: str = "") -> Assertion:
    """The one demand of a test with this body."""
    (found,) = demanded(*lines, header=header, above=above)
    return found


def skips(text: str, **more: Any) -> tuple[Skip, ...]:
    """The skips of the only test of a file."""
    return read_one(text, **more).skips
