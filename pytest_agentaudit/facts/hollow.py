"""Why something that reads like an assertion asserts nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from pytest_agentaudit.facts.bindings import Bindings
from pytest_agentaudit.facts.kinds.tests import EQUAL_TO_ALL, NEW_OBJECT, NO_SUCH_METHOD, NOT_ASSERTED, NOT_CALLED
from pytest_agentaudit.facts.model import Predicate
from pytest_agentaudit.facts.nodes import dotted, last_part, root
from pytest_agentaudit.patterns import regex

MISSPELT = frozenset(
    {
        *("called_once", "called_once_with", "called_with", "called_any_with", "not_called", "has_calls"),
        *("any_call", "called_twice", "called_only_once", "awaited_once", "awaited_with", "awaited_once_with"),
        *("not_awaited", "has_awaits", "was_called", "was_called_with", "was_not_called", "called_once_only"),
        *("assert_called_one", "assert_called_oncewith"),
    }
)
"""Attributes that read like assertions of unittest.mock and are none: a mock makes a true child mock of each."""

MOCK_ASSERTIONS: dict[str, tuple[Predicate, str]] = {
    "assert_called": (Predicate.TRUTH, ""),
    "assert_awaited": (Predicate.TRUTH, ""),
    "assert_any_call": (Predicate.MEMBERSHIP, ""),
    "assert_any_await": (Predicate.MEMBERSHIP, ""),
    "assert_has_calls": (Predicate.MEMBERSHIP, ""),
    "assert_has_awaits": (Predicate.MEMBERSHIP, ""),
    "assert_called_once": (Predicate.EQUALITY, "1 call"),
    "assert_awaited_once": (Predicate.EQUALITY, "1 call"),
    "assert_called_with": (Predicate.EQUALITY, ""),
    "assert_awaited_with": (Predicate.EQUALITY, ""),
    "assert_called_once_with": (Predicate.EQUALITY_LITERAL, ""),
    "assert_awaited_once_with": (Predicate.EQUALITY_LITERAL, ""),
    "assert_not_called": (Predicate.EQUALITY_LITERAL, "no call"),
    "assert_not_awaited": (Predicate.EQUALITY_LITERAL, "no call"),
}
"""The whole assertion interface of unittest.mock, with what each method pins."""


COMPARES_BY_DESIGN = regex(
    r"(?i)equal|hash|reflexiv|identi|same|compar|ordering|dunder|(^|_)(eq|cmp|nan|is|ne|lt|le|gt|ge)(_|$)"
)
"""Names of tests for which comparing a value with itself is the point."""

_ANY = frozenset({"mock.ANY", "unittest.mock.ANY", "umock.ANY"})
"""unittest.mock's object that is equal to everything; `ANY` alone is also the name of other things."""
_QUESTIONS = frozenset(
    {"isinstance", "issubclass", "all", "any", "callable", "hasattr", "isclose", "allclose", "array_equal"}
)


def hollow(node: ast.expr, known: Bindings) -> str:
    """Why an expression that does ask the program something is true all the same."""
    match node:
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return NEW_OBJECT if isinstance(left, ast.Name) and left.id in known.objects else ""
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            return EQUAL_TO_ALL if _ANY & {dotted(left), dotted(right)} else ""
        case ast.Attribute(value=owner, attr=attr) if attr in MISSPELT and root(owner) not in known.objects:
            return NO_SUCH_METHOD if is_mock(owner, known) else ""
        case ast.Call(func=ast.Attribute(value=owner, attr=attr)) if attr in MISSPELT:
            return NO_SUCH_METHOD if is_mock(owner, known) else ""
        case ast.Attribute(attr=attr) if attr in MOCK_ASSERTIONS:
            return NOT_CALLED
        case _:
            return ""


def is_mock(owner: ast.expr, known: Bindings) -> bool:
    """Whether an object is a mock, by what made it or (where nothing in the test did) by its name."""
    name = root(owner)
    words = (dotted(owner) or name).lower()
    return name in known.mocks or (
        name not in known.values and ("mock" in words or name in {"m", "spy", "stub", "patched"})
    )


def idle(value: ast.expr, known: Bindings) -> str:
    """Why an expression that stands alone, and reads like an assertion, asserts nothing; "" where it is none."""
    found = ""
    match value:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            found = NOT_ASSERTED
        case ast.BoolOp(values=parts):
            found = NOT_ASSERTED if all(idle(part, known) == NOT_ASSERTED for part in parts) else ""
        case ast.Attribute(value=owner, attr=attr) | ast.Call(func=ast.Attribute(value=owner, attr=attr)) if (
            attr in MISSPELT
        ):
            found = NO_SUCH_METHOD if is_mock(owner, known) else ""
        case ast.Attribute(attr=attr) if attr in MOCK_ASSERTIONS or re.match(r"assert[A-Z]", attr):
            found = NOT_CALLED
        case ast.Call(func=ast.Name() | ast.Attribute(value=ast.Name(id="math" | "np" | "numpy" | "torch"))):
            found = NOT_ASSERTED if last_part(value) in _QUESTIONS else ""
    return found


def compares_itself(nodes: Iterable[ast.AST]) -> bool:
    """Whether a test looks at equality itself: it hashes, or compares one name both with itself and with others."""
    alone: set[str] = set()
    others: set[str] = set()
    for node in nodes:
        match node:
            case ast.Call(func=ast.Name(id="hash")):
                return True
            case ast.Compare(left=ast.Name(id=left), comparators=[ast.Name(id=right)]):
                (alone if left == right else others).update((left, right))
    return bool(alone & others)
