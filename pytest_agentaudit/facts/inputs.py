"""Inputs of tests that were made easier while what is expected of them stayed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from msgspec import Struct

from pytest_agentaudit.facts.delta import AssertionPair, TestPair
from pytest_agentaudit.facts.expectations import expected_columns
from pytest_agentaudit.facts.model import CaseTable, Form, TestCase
from pytest_agentaudit.facts.nodes import parsed, unparsed
from pytest_agentaudit.patterns import regex

_PLAIN = regex(r"[\w ]")

_SIZED = (list, tuple, dict, set, str)

Difference = tuple[ast.expr, ast.expr]


class Eased(Struct, frozen=True):
    """An input that was made easier: what it was, what it is, and how that is easier, at a line of head."""

    line: int
    end_line: int
    subject: str
    was: str
    now: str
    how: str
    base: str
    head: str


def eased_literal(was: str, now: str) -> str:
    """How a literal is easier than another one; "" where it is not. What is empty is, and so is a part of a mapping."""
    one, other = parsed(was), parsed(now)
    if one is None or other is None:
        return ""
    old, new = _value(one), _value(other)
    if isinstance(old, _SIZED) and isinstance(new, _SIZED) and old and not new:
        return "it is empty"
    return _easier(one, other, "")


def eased_inputs(pair: TestPair) -> list[Eased]:
    """The inputs of a paired test that became easier, in its demands and in its rows."""
    if not pair.old or not pair.new:
        return []
    found = [eased for it in pair.assertions for eased in _of_demand(it)]
    return [*{(it.was, it.now): it for it in found}.values(), *_of_rows(pair.old, pair.new)]


def _of_demand(it: AssertionPair) -> Iterator[Eased]:
    old, new = it.old, it.new
    if not old or not new or it.loss or old.constant or new.constant or old.form is Form.MOCK:
        return
    if (old.expected, old.predicate, old.negated, old.match) != (new.expected, new.predicate, new.negated, new.match):
        return
    if old.subject == new.subject:
        return
    one, other = parsed(old.subject), parsed(new.subject)
    found = _differences(one, other) if one is not None and other is not None else None
    if found:
        hows = [_easier(was, now, new.expected) for was, now in found]
        if all(hows):
            was, now = found[0]
            yield Eased(new.line, new.end_line, new.subject, unparsed(was), unparsed(now), hows[0], old.text, new.text)


def _differences(old: ast.expr, new: ast.expr) -> list[Difference] | None:
    """The arguments of calls in which two expressions differ; None where they differ in anything else."""
    if ast.dump(old) == ast.dump(new):
        return []
    match old, new:
        case ast.Call(), ast.Call():
            return _in_call(old, new)
        case (ast.Attribute(value=one, attr=name), ast.Attribute(value=other, attr=same)) if name == same:
            return _differences(one, other)
        case (ast.Subscript(value=one, slice=at), ast.Subscript(value=other, slice=there)) if ast.dump(at) == ast.dump(
            there
        ):
            return _differences(one, other)
        case ast.Await(value=one), ast.Await(value=other):
            return _differences(one, other)
    return None


def _in_call(old: ast.Call, new: ast.Call) -> list[Difference] | None:
    found = _differences(old.func, new.func)
    words = [[(word.arg, word.value) for word in call.keywords] for call in (old, new)]
    if found is None or len(old.args) != len(new.args) or [it[0] for it in words[0]] != [it[0] for it in words[1]]:
        return None
    values = [*zip(old.args, new.args, strict=True), *((a[1], b[1]) for a, b in zip(*words, strict=True))]
    for was, now in values:
        inner = _differences(was, now)
        found += [(was, now)] if inner is None else inner
    return found


def _easier(was: ast.expr, now: ast.expr, expected: str) -> str:
    """How one input is easier than another one; "" where it is not, or nobody can tell."""
    old, new = _value(was), _value(now)
    if old is _NO_VALUE or new is _NO_VALUE or type(old) is not type(new):
        return ""
    if unparsed(now) == expected and unparsed(was) != expected and not isinstance(new, bool):
        return "it is the expected value itself"
    return next(filter(None, (how(old, new) for how in (_plainer, _smaller, _fewer, _tamer))), "")


def _fewer(old: object, new: object) -> str:
    if not isinstance(old, dict | set) or not isinstance(new, dict | set):
        return ""
    return "it is smaller" if len(new) < len(old) and all(it in old for it in new) else ""


def _tamer(old: object, new: object) -> str:
    if isinstance(old, bool) or not isinstance(old, int | float) or not isinstance(new, int | float):
        return ""
    if old < 0 <= new:
        return "it is not negative any more"
    return "it is trivial" if new in {0, 1} and abs(old) > 1 else ""


class _NoValue:
    """The type of what has no value that can be told from its source."""


_NO_VALUE = _NoValue()


def _value(node: ast.expr) -> object:
    try:
        found: object = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _NO_VALUE
    return found


def _plainer(old: object, new: object) -> str:
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    if not old.isascii() and new.isascii():
        return "it holds ASCII only"
    odd = set(_PLAIN.sub("", old)), set(_PLAIN.sub("", new))
    if len(new) < len(old) and odd[1] < odd[0]:
        return "it holds fewer special characters"
    return "it is empty" if old and not new else ""


def _smaller(old: object, new: object) -> str:
    if not isinstance(old, list | tuple) or not isinstance(new, list | tuple):
        return ""
    if len(new) < len(old) and all(it in old for it in new):
        return "it is shorter"
    if len(new) == len(old) and old != new and all(it in old for it in new) and _in_order(list(new)):
        return "it is in order already"
    return ""


def _in_order(items: list[object]) -> bool:
    numbers = [it for it in items if isinstance(it, int | float)]
    words = [it for it in items if isinstance(it, str)]
    if len(numbers) == len(items):
        return numbers == sorted(numbers)
    return len(words) == len(items) and words == sorted(words)


def _of_rows(old: TestCase, new: TestCase) -> Iterator[Eased]:
    """Rows that kept what is expected and have an easier input."""
    for before in old.tables:
        after = next((it for it in new.tables if it.names == before.names and len(it.rows) == len(before.rows)), None)
        asked = expected_columns(after, new) if after else []
        if after and asked and len(asked) < len(after.names) and after.rows != before.rows:
            yield from _eased_rows(before, after, asked)


def _eased_rows(before: CaseTable, after: CaseTable, asked: list[int]) -> Iterator[Eased]:
    for was, now, source in zip(before.rows, after.rows, after.sources, strict=True):
        differ = [at for at, (one, other) in enumerate(zip(was, now, strict=False)) if one != other]
        if len(was) != len(now) or max(asked) >= len(now):  # a row may be one name, or unpack another
            continue
        if was in after.rows or not differ or set(differ) & set(asked):
            continue
        cells = [(parsed(was[at]), parsed(now[at])) for at in differ]
        hows = [_easier(one, other, now[asked[0]]) if one and other else "" for one, other in cells]
        if all(hows):
            at = differ[0]
            yield Eased(
                after.line, after.line, after.names[at], was[at], now[at], hows[0], f"({', '.join(was)})", source
            )
