"""What a test's names mean outside of it: functions that assert, and where to look them up."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.model import Assertion, Form
from pytest_agentaudit.facts.nodes import normal, parsed


class Helper(Struct, frozen=True):
    """A function that was read: its parameters, and what it asserts. `late` is what a fixture asserts after its
    `yield`.
    """

    parameters: tuple[str, ...] = ()
    assertions: tuple[Assertion, ...] = ()
    late: tuple[Assertion, ...] = ()
    is_async: bool = False


class HelperLookup(Protocol):
    """Finds functions outside a file."""

    def function(self, origin: str, *, product: bool = False) -> Helper | None:
        """The function at a dotted origin ("tests.support.check_tree", "pkg.Base.check"); None where it is not read.

        Only test code is, unless `product` asks for more.
        """
        ...

    def fixture(self, name: str, path: str) -> Helper | None:
        """The fixture that a conftest.py gives to the tests of the file at `path`; None where none does."""
        ...

    def is_first_party(self, module: str, near: str = "") -> bool:
        """Whether the tree holds this module; with `near`, a path, in the project that the file belongs to."""
        ...


class Scope(Protocol):
    """What a function can see: the names of its module, of its class, of the fixtures that it asks for."""

    @property
    def imports(self) -> Mapping[str, str]:
        """Local names and their dotted origins."""
        ...

    def is_async(self, name: str) -> bool:
        """Whether the function behind a dotted local name is an `async def`."""
        ...

    def helper(self, name: str) -> Helper | None:
        """The function behind a dotted local name ("check", "self.check", "support.check"); None where unread."""
        ...

    def source(self, node: ast.AST) -> str:
        """A node's source as it stands, folded to one line."""
        ...


MOST = 24
"""How many demands of one helper count at a call of it."""


def followed(helper: Helper, call: ast.Call, line: int, end_line: int, text: str) -> Iterator[Assertion]:
    """The helper's demands at one call of it, with the call's arguments put in for its parameters."""
    values = filled(helper.parameters, call)
    for found in helper.assertions[:MOST]:
        if not found.constant:
            yield replace(
                found,
                line=line,
                end_line=end_line,
                form=Form.RAISES if found.form is Form.RAISES else Form.HELPER,
                text=text,
                subject=_put_in(found.subject, values),
                expected=_put_in(found.expected, values),
            )


def filled(parameters: Sequence[str], call: ast.Call) -> dict[str, ast.expr]:
    """The arguments that a call gives to parameters."""
    given: dict[str, ast.expr] = {}
    for name, value in zip(parameters, call.args, strict=False):
        if isinstance(value, ast.Starred):
            break
        given[name] = value
    return given | {word.arg: word.value for word in call.keywords if word.arg}


def _put_in(source: str, values: Mapping[str, ast.expr]) -> str:
    if not any(name in source for name in values):
        return source
    node = parsed(source)
    return source if node is None else normal(node, values)
