"""Demands that expect another value of the same subject: in an assertion, or in a row of cases."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from math import isclose

from msgspec import Struct

from pytest_agentaudit.facts.delta import AssertionPair, TestPair
from pytest_agentaudit.facts.literals import UNKNOWN, value_of
from pytest_agentaudit.facts.model import Assertion, CaseTable, Form, Predicate, TestCase
from pytest_agentaudit.facts.nodes import parsed
from pytest_agentaudit.facts.strength import ROUNDING, literal
from pytest_agentaudit.patterns import regex

_LITERAL = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<![\w.])\d[\w.]*|\b(?:True|False|None)\b")
_WORD = regex(r"[^\W\d]\w*")
_QUOTED = regex(r"[rbuf]{0,2}(['\"])(.*)\1", re.IGNORECASE | re.DOTALL)
_RELEASE = regex(r"\b[vV]?\d+\.\d+(\.\d+)+((a|b|rc|\.dev|\.post)\d+)?\b")
_NUMBER_OF_RELEASE = regex(r"(?<=[vV])\d+\.\d+(\.\d+)+\b")
_FORMATTED = regex(r"\b(?:[fF][rR]?|[rR][fF])['\"]")
_EDGES = regex(r"\\{1,2}[bBAZ]|^\^|\$$")
_ESCAPED = regex(r"\\{1,2}([^\w\s])")
_TYPE = regex(r"[A-Z]\w*(?![\w.])")
_EXACT = frozenset({Predicate.EQUALITY_LITERAL, Predicate.MEMBERSHIP, Predicate.TYPE})


class Expectation(Struct, frozen=True):
    """What a test expected and what it expects now of `subject`, at a line of head."""

    line: int
    end_line: int
    subject: str
    was: str
    now: str
    base: str
    head: str


def changed_expectations(pair: TestPair) -> list[Expectation]:
    """The demands of a paired test whose expected value is another one, inputs and predicate being the same."""
    if not pair.old or not pair.new:
        return []
    found = [_expectation(it.old, it.new) for it in pair.assertions if it.old and it.new and _is_changed(it)]
    return _without_swaps([*found, *_rows(pair.old, pair.new)])


def changed_snapshots(pair: TestPair) -> list[Expectation]:
    """The snapshots written into a test (`== snapshot(105)`) that hold another value now."""
    return [
        _expectation(it.old, it.new)
        for it in pair.assertions
        if it.old and it.new and it.old.form is Form.SNAPSHOT and it.new.form is Form.SNAPSHOT and _is_rewritten(it)
    ]


def _is_rewritten(it: AssertionPair) -> bool:
    if not it.old or not it.new or not same_subject(it.old.subject, it.new.subject):
        return False
    was, now = (_LITERAL.findall(side.expected) for side in (it.old, it.new))
    return bool(was) and Counter(map(_value, was)) != Counter(map(_value, now))


def _is_changed(it: AssertionPair) -> bool:
    old, new = it.old, it.new
    if it.loss or not old or not new or old.constant or new.constant or old.form is Form.SNAPSHOT:
        return False
    if old.form is not new.form or old.negated != new.negated or not _same_strength(old, new):
        return False
    if Form.HELPER in {old.form, new.form} and old.subject == old.expected:
        return False
    return same_subject(old.subject, new.subject) and _expects_other(old, new)


def _expects_other(old: Assertion, new: Assertion) -> bool:
    if old.predicate is Predicate.TYPE:
        other = bool(old.match and new.match) and _as_text(old.match) != _as_text(new.match)
        return _other_types(old.expected, new.expected) or (other and another_value(old.match, new.match))
    if old.predicate is Predicate.MEMBERSHIP and not old.negated and _as_text(old.expected) in _as_text(new.expected):
        return False  # a longer piece of the text, or a pattern of it: more is asked than before
    return another_value(old.expected, new.expected)


def _as_text(source: str) -> str:
    """A string's source without quotes and without what makes it a pattern; other sources as they are."""
    found = _QUOTED.fullmatch(source)
    return _ESCAPED.sub(r"\1", _EDGES.sub("", found[2])) if found else source


def _other_types(old: str, new: str) -> bool:
    """Whether none of the old types is among the new ones, whatever module they are taken from."""
    was, now = (set(_TYPE.findall(source)) for source in (old, new))
    return bool(was and now) and was.isdisjoint(now)


def _same_strength(old: Assertion, new: Assertion) -> bool:
    if old.form is Form.MOCK or old.form is Form.RAISES:
        return old.predicate is new.predicate and bool(old.expected and new.expected)
    return old.predicate is new.predicate and old.predicate in _EXACT


def _expectation(old: Assertion, new: Assertion) -> Expectation:
    by_text = old.form is Form.RAISES and old.expected == new.expected
    was, now = (old.match, new.match) if by_text else (old.expected, new.expected)
    return Expectation(new.line, new.end_line, new.subject, was, now, old.text, new.text)


def same_subject(old: str, new: str) -> bool:
    """Whether two subjects are one, apart from the names of variables: the literals in them agree, and their shape."""
    if old == new:
        return True
    blank = [_WORD.sub("_", _LITERAL.sub("0", source)) for source in (old, new)]
    return blank[0] == blank[1] and _LITERAL.findall(old) == _LITERAL.findall(new) and bool(_common(old, new))


def _common(old: str, new: str) -> set[str]:
    return set(_WORD.findall(old)) & set(_WORD.findall(new))


def another_value(old: str, new: str) -> bool:
    """Whether two sources of expected values stand for different ones: not where one is reformatted or computed.

    Where names take part, the same ones have to stand on both sides: what a new name stands for is not known.
    """
    if old == new:
        return False
    was, now = _evaluated(old), _evaluated(new)
    if was is not UNKNOWN and now is not UNKNOWN:
        return not _equal(was, now)
    if Counter(_words(old)) != Counter(_words(new)):
        return False
    return Counter(map(_value, _LITERAL.findall(old))) != Counter(map(_value, _LITERAL.findall(new)))


def _evaluated(source: str) -> object:
    """The value of a literal or of arithmetic with literals, else UNKNOWN."""
    found: object = literal(source)
    if found is None and source != "None":
        node = parsed(source)
        found = value_of(node) if node is not None else UNKNOWN
    return found


def _equal(was: object, now: object) -> bool:
    if isinstance(was, bool) != isinstance(now, bool):
        return False
    if isinstance(was, int | float) and isinstance(now, int | float):
        return isclose(was, now, rel_tol=ROUNDING)
    return was == now


def is_release(it: Expectation) -> bool:
    """Whether an expected text differs in nothing but the number of a release, or in that it names none any more."""
    if not _RELEASE.search(it.was):
        return False
    if _RELEASE.sub("#", it.now) == _RELEASE.sub("#", it.was):
        return True
    without = {pattern.sub("", it.was) for pattern in (_RELEASE, _NUMBER_OF_RELEASE)}
    return it.now in without and _WORD.search(_RELEASE.sub("", it.was)) is not None


def pins_release(it: Assertion) -> bool:
    """Whether a demand says which release the product itself is of: each release makes it wrong."""
    owner, _, name = it.subject.rpartition(".")
    named = name in {"__version__", "VERSION", "version"} and "(" not in owner
    return named and _RELEASE.fullmatch(it.expected.strip("'\"")) is not None


def grows(it: Expectation) -> bool:
    """Whether entries were added to an expected mapping and none was taken back: more is asked than before."""
    was, now = literal(it.was), literal(it.now)
    return isinstance(was, dict) and isinstance(now, dict) and was != now and _within(was, now)


def _within(was: object, now: object) -> bool:
    if isinstance(was, dict) and isinstance(now, dict):
        return all(key in now and _within(value, now[key]) for key, value in was.items())
    if isinstance(was, list | tuple) and isinstance(now, list | tuple):
        return len(was) == len(now) and all(map(_within, was, now))
    return was == now


def _words(source: str) -> list[str]:
    """The names in a source, those in the fields of a formatted string too."""
    found = _WORD.findall(_LITERAL.sub("", source))
    node = parsed(source) if _FORMATTED.search(source) else None
    fields = (it for it in ast.walk(node) if isinstance(it, ast.FormattedValue)) if node is not None else ()
    return found + [it.id for field in fields for it in ast.walk(field.value) if isinstance(it, ast.Name)]


def _value(source: str) -> str:
    return repr(literal(source))


def _without_swaps(found: list[Expectation]) -> list[Expectation]:
    """Without values that only changed places among the demands of one test: the demands were reordered."""
    was = Counter(it.was for it in found)
    now = Counter(it.now for it in found)
    return found if was != now else []


def _rows(old: TestCase, new: TestCase) -> Iterator[Expectation]:
    """Rows with the same inputs and another expected value."""
    for before in old.tables:
        after = next((it for it in new.tables if it.names == before.names and it.rows != before.rows), None)
        if after is None:
            continue
        asked = expected_columns(after, new)
        inputs = [at for at in range(len(after.names)) if at not in asked]
        if asked and inputs:
            yield from _changed_rows(before, after, asked, inputs)


def _changed_rows(before: CaseTable, after: CaseTable, asked: list[int], inputs: list[int]) -> Iterator[Expectation]:
    width = len(after.names)
    known = {tuple(row[at] for at in inputs): row for row in before.rows if len(row) == width}
    kept = {row for row in after.rows if row in set(before.rows)}
    taken = {tuple(row[at] for at in inputs) for row in kept}
    for row, source in zip(after.rows, after.sources, strict=True):
        key = tuple(row[at] for at in inputs) if len(row) == width else ()
        was = known.get(key)
        if was is None or was == row or key in taken:
            continue
        for at in asked:
            if another_value(was[at], row[at]):
                given = ", ".join(key)
                yield Expectation(after.line, after.line, given, was[at], row[at], ", ".join(was), source)
                break


def expected_columns(table: CaseTable, test: TestCase) -> list[int]:
    """The columns of a table that the test holds its results against."""
    subjects = {word for it in test.assertions for word in _WORD.findall(it.subject)}
    expected = {word for it in test.assertions for word in _WORD.findall(it.expected)} - subjects
    return [at for at, name in enumerate(table.names) if name in expected]
