"""Cases that a test no longer runs through: rows that are gone, and what hypothesis draws less of."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta, Pairing, TestPair
from pytest_agentaudit.facts.fallen import FreshCalls
from pytest_agentaudit.facts.kinds.tests import ASSUME, EXAMPLE, GIVEN, SETTINGS
from pytest_agentaudit.facts.literals import number
from pytest_agentaudit.facts.model import CaseTable, Skip, TestCase
from pytest_agentaudit.facts.nodes import dotted, last, normal, parsed
from pytest_agentaudit.patterns import regex

_LITERAL = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<![\w.])\d[\w.]*")


class LostCases(Struct, frozen=True):
    """Rows of base's test that head's has no more. `line` is head's table, or 0 where there is none; `left` is how
    many rows it has, `added` how many of these are new. `anew` is true where that table has other names too.
    """

    line: int
    rows: tuple[str, ...]
    left: int
    added: int
    anew: bool = False

    @property
    def single(self) -> bool:
        """Whether the rows are single values."""
        return not any(row.startswith(("(", "pytest.param(", "[")) for row in self.rows)


class LessDrawn(Struct, frozen=True):
    """What hypothesis was told, and what it is told now."""

    name: str
    was: str
    now: str


class Narrowing(Struct, frozen=True, eq=False, dict=True):
    """Looks for a change's lost cases in all of its tests."""

    delta: Delta

    @cached_property
    def _rows(self) -> frozenset[tuple[str, ...]]:
        """All rows that head's touched tests have."""
        return frozenset(row for test in self._now for table in test.tables for row in table.rows)

    @cached_property
    def _now(self) -> tuple[TestCase, ...]:
        pairs = (*self.delta.tests, *self.delta.support)
        return tuple({id(pair.new): pair.new for pair in pairs if pair.new}.values())

    def lost(self, pair: TestPair) -> Iterator[LostCases]:
        """The tables of a paired test that shrank, with the rows that are nowhere else."""
        if not pair.old or not pair.new or pair.how in {Pairing.MERGED, Pairing.SPLIT}:
            return
        for before in pair.old.tables:
            after = _counterpart(before, pair.new.tables)
            if after is None and self._is_elsewhere(before, pair):
                continue
            anew = None if after else _written_anew(pair.old.tables, pair.new.tables)
            after = after or anew
            left = len(after.rows) if after else 1
            gone = [row for row in _held(before, pair.old.skips) if not self._is_kept(row[0], after, pair.new)]
            if gone and left < len(set(before.rows)):
                count = min(len(gone), len(set(before.rows)) - left)
                added = len(set(after.rows) - set(before.rows)) if after else 0
                line, rows = after.line if after else 0, tuple(source for _, source in gone[:count])
                yield LostCases(line, rows, left, added, anew=anew is not None)

    def _is_elsewhere(self, before: CaseTable, pair: TestPair) -> bool:
        """Whether the cases of a table that is gone may come from somewhere else: a computed list, another table, a
        fixture, hypothesis, new tests of the same.
        """
        old, new = pair.old, pair.new
        if not old or not new or new.cases is None or len(new.tables) >= len(old.tables):
            return True
        if new.computed_cases and not old.computed_cases:
            return True
        asked = self._parameters.get((pair.new_path, new.line), frozenset())
        drawn = any(name.startswith(GIVEN) for name, _ in new.draws)
        return drawn or not asked.isdisjoint(before.names) or self._fresh.meet(pair.new_path, new.calls)

    @cached_property
    def _fresh(self) -> FreshCalls:
        return FreshCalls(self.delta)

    @cached_property
    def _parameters(self) -> Mapping[tuple[str, int], frozenset[str]]:
        """The parameters of head's functions, by path and line."""
        return {
            (file.new.path, it.line): frozenset(it.parameters)
            for file in self.delta.files
            if file.new
            for it in file.new.definitions
        }

    @cached_property
    def _held(self) -> tuple[tuple[TestCase, frozenset[str]], ...]:
        """Each test of head with the literals that it holds."""
        return tuple((test, test.literals) for test in self._now if test.holds)

    def _is_kept(self, row: tuple[str, ...], after: CaseTable | None, new: TestCase) -> bool:
        """Whether the row stands in a table of head, as it was or with more or fewer cells, or in a test's body."""
        if row in self._rows or (after and any(_alike(row, other) for other in after.rows)):
            return True
        values = {value for cell in row for value in _LITERAL.findall(cell)}
        bodies = (held for test, held in self._held if test is not new or after is None)
        return bool(values) and any(values <= held for held in bodies)


def _counterpart(before: CaseTable, tables: Iterable[CaseTable]) -> CaseTable | None:
    """The table that became of it: of the same names, else the one that shares most rows."""
    listed = list(tables)
    same = [it for it in listed if it.names == before.names]
    rows = set(before.rows)
    found = max(same or listed, key=lambda it: len(rows & set(it.rows)), default=None)
    return found if found and (same or rows & set(found.rows)) else None


def _written_anew(old: Iterable[CaseTable], new: Iterable[CaseTable]) -> CaseTable | None:
    """The longest table that shares neither names nor rows with any that was there."""
    was = list(old)
    names, rows = {it.names for it in was}, {row for it in was for row in it.rows}
    fresh = (it for it in new if it.names not in names and rows.isdisjoint(it.rows))
    return max(fresh, key=lambda it: len(it.rows), default=None)


def _held(table: CaseTable, skips: Iterable[Skip]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The rows, each once, that were not skipped or expected to fail."""
    off = {it.row for it in skips if it.row}
    seen: set[tuple[str, ...]] = set()
    for row, source in zip(table.rows, table.sources, strict=True):
        if source not in off and row not in seen:
            seen.add(row)
            yield row, source


def _alike(row: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one row has all cells of the other."""
    one, two = set(row), set(other)
    return len(row) != len(other) and bool(one) and bool(two) and (one <= two or two <= one)


def less_drawn(pair: TestPair) -> Iterator[LessDrawn]:
    """What hypothesis draws less of, or passes over, in a paired test."""
    if not pair.old or not pair.new or pair.old.draws == pair.new.draws:
        return
    was, now = dict(pair.old.draws), dict(pair.new.draws)
    yield from _fewer(was, now)
    for name in was.keys() & now.keys():
        if name.startswith(GIVEN) and is_narrower(was[name], now[name]):
            yield LessDrawn(name.removeprefix(GIVEN), was[name], now[name])
    given = any(name.startswith(GIVEN) for name in was)
    had = {source for name, source in pair.old.draws if name == ASSUME}
    for name, source in pair.new.draws:
        if name == ASSUME and given and source not in had:
            yield LessDrawn("assume", "", source)
    kept = {source for name, source in pair.new.draws if name == EXAMPLE}
    for name, source in pair.old.draws:
        if name == EXAMPLE and source not in kept and len(kept) < len([1 for at, _ in pair.old.draws if at == EXAMPLE]):
            yield LessDrawn("example", source, "")


def _fewer(was: dict[str, str], now: dict[str, str]) -> Iterator[LessDrawn]:
    """Fewer examples or steps than before; hypothesis draws a hundred where nothing is said."""
    for name, default in (("max_examples", "100"), ("stateful_step_count", "50")):
        key = f"{SETTINGS}{name}"
        before, after = was.get(key, default), now.get(key, default)
        counts = number(parsed(before)), number(parsed(after))
        if counts[0] is not None and counts[1] is not None and counts[1] < counts[0]:
            yield LessDrawn(name, before, now.get(key, ""))


_BOUND = regex(r"(?:min|max)_\w+=-?[\w.]+|whitelist|alphabet=")


_NUMBERS = frozenset({"integers", "floats", "decimals", "fractions"})
"""Strategies whose first two arguments are their bounds."""


def is_narrower(was: str, now: str) -> bool:
    """Whether a strategy draws less than before: it got bounds or a filter that it had not, its bounds are closer, it
    samples from fewer values, or it is one value only.
    """
    one, filters = _unfiltered(parsed(was))
    other, more = _unfiltered(parsed(now))
    if not isinstance(one, ast.Call) or not isinstance(other, ast.Call) or more < filters:
        return False
    name = last(dotted(other.func))
    if name == "just" and last(dotted(one.func)) not in {"just", ""}:
        return True
    if ast.dump(one.func) != ast.dump(other.func):
        return False
    bounds = set(_BOUND.findall(was)) < set(_BOUND.findall(now))
    return more > filters or bounds or _is_closer(_bounds(one), _bounds(other)) or _is_fewer(one, other)


def _unfiltered(node: ast.expr | None) -> tuple[ast.expr | None, int]:
    """A strategy without its filters, and how many these are."""
    count = 0
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "filter":
        node, count = node.func.value, count + 1
    return node, count


def _bounds(call: ast.Call) -> dict[str, float]:
    """The bounds that are numbers, by their word."""
    words = {it.arg: it.value for it in call.keywords if it.arg and it.arg.startswith(("min_", "max_"))}
    if last(dotted(call.func)) in _NUMBERS:
        words |= dict(zip(("min_value", "max_value"), call.args, strict=False))
    found = {word: number(value) for word, value in words.items()}
    return {word: value for word, value in found.items() if value is not None}


def _is_closer(was: dict[str, float], now: dict[str, float]) -> bool:
    """Whether no bound leaves more room than before, and one leaves less."""
    if not was.keys() <= now.keys():
        return False
    room = [now[word] - was[word] if word.startswith("max_") else was[word] - now[word] for word in was]
    return max(room, default=0) <= 0 and (min(room, default=0) < 0 or was.keys() < now.keys())


def _is_fewer(was: ast.Call, now: ast.Call) -> bool:
    """Whether what is written out to be sampled from is a part of what was."""
    match was.args, now.args:
        case [ast.List() | ast.Tuple() | ast.Set() as one], [ast.List() | ast.Tuple() | ast.Set() as other]:
            before, after = ({normal(it) for it in side.elts} for side in (one, other))
            return after < before
    return False
