"""What a demand looks at in the place of the whole: its length, its members in any order, a part of a call, itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from pytest_agentaudit.facts.delta import Loss
from pytest_agentaudit.facts.model import Assertion, Predicate
from pytest_agentaudit.facts.nodes import parsed
from pytest_agentaudit.facts.strength import EQUALITIES, literal
from pytest_agentaudit.patterns import regex

_VIEW = regex(r"(?:\w+\.)?(\w+)\((.*)\)")
_UNORDERED = frozenset({"sorted", "set", "frozenset", "Counter"})
_SUMMARIES = frozenset({"len", "bool", "any", "all", "min", "max", "sum", "type"})
_ARGUMENTS = regex(r"\b(args|kwargs|call|calls|call_args|call_args_list|await_args|mock_calls|method_calls)\b")


def lesser_view(old: Assertion, new: Assertion) -> Loss | None:
    """What an equality lost that is asked of a view of the same thing, or of that thing itself, in the place of a
    value.
    """
    if not all(it.predicate in EQUALITIES and not it.negated for it in (old, new)):
        return None
    if new.expected == new.subject and old.expected != old.subject:
        return Loss.ITSELF
    found = _VIEW.fullmatch(new.subject)
    if found is None or found[2] != old.subject:
        return None
    if found[1] in _UNORDERED:
        return None if isinstance(literal(old.expected), set | dict) else Loss.ORDER
    return Loss.PART if found[1] in _SUMMARIES else None


def arguments_told(old: Assertion, now: Iterable[Assertion]) -> bool:
    """Whether the demands of a test tell of a mock's call all kinds of arguments (positional, named) that an old demand
    on it gave.
    """
    call = parsed(f"call({old.expected})")
    told = {word for it in now if it.predicate >= Predicate.MEMBERSHIP for word in _told(it)}
    if not isinstance(call, ast.Call) or not told:
        return False
    return ("args" in told or not call.args) and ("kwargs" in told or not call.keywords)


def _told(it: Assertion) -> Iterable[str]:
    """The kinds of arguments of a call that a demand speaks of."""
    words = set(_ARGUMENTS.findall(it.subject))
    if not words:
        return ()
    if "kwargs" in words or "[1]" in it.subject:
        return ("kwargs",)
    return ("args",) if "args" in words or "[0]" in it.subject else ("args", "kwargs")
