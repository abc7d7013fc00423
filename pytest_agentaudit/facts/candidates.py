"""The tests that a change brought or edited, and that ran code of it: those whose word can be put to the proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import takewhile

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.altered import Altered, altered_functions
from pytest_agentaudit.facts.delta import Delta, FileDelta, TestPair
from pytest_agentaudit.facts.fresh_examples import fresh_examples, has_examples
from pytest_agentaudit.facts.model import Line, LineKind, Predicate, TestCase
from pytest_agentaudit.facts.reverted import REVERTED
from pytest_agentaudit.facts.strength import real_demands
from pytest_agentaudit.facts.touched_tests import passed
from pytest_agentaudit.model import Evidence


class Candidate(Struct, frozen=True):
    """A new or edited test whose cases all passed, and the altered functions that it ran.

    Where it ran none, but the change altered what modules do when they are imported, `functions` is empty. A test is a
    function, or the examples (doctest) of one docstring or text; `test` is its path and its name in the run, `title`
    what people call it (of examples, in the plural). It `demands_more` where it is new, or has a case that it did not
    have, or more demands: what a
    test of a change has. `of_product` tells examples in the docstrings of what they test.
    """

    test: tuple[str, str]
    title: str
    line: int
    functions: tuple[Altered, ...]
    is_edited: bool = False
    demands_more: bool = True
    asserts: bool = True
    is_contract: bool = False
    examples: bool = False
    of_product: bool = False


def candidates(delta: Delta, evidence: Evidence) -> tuple[Candidate, ...]:
    """In the order of the tests' files and lines, each test once; then the examples."""
    ran = runners(delta, evidence)
    found: dict[tuple[str, str], Candidate] = {}
    for it in (*_functions(delta, evidence, ran), *_examples(delta, evidence, ran)):
        found.setdefault(it.test, it)
    return tuple(found.values())


def _functions(delta: Delta, evidence: Evidence, ran: Mapping[int, list[Altered]]) -> Iterator[Candidate]:
    at_import = _alters_import_time(delta)
    for pair in delta.tests:
        old, new = pair.old, pair.new
        if new is None or not _is_edited(pair):
            continue
        cases = passed(evidence, pair.new_path, new.qualified_name)
        functions = {id(it): it for case in cases for it in ran.get(case, ())}
        if functions or (cases and at_import):
            yield Candidate(
                (pair.new_path, new.qualified_name),
                f"`{new.qualified_name.rpartition('.')[2]}`",
                new.line,
                tuple(functions.values()),
                is_edited=old is not None,
                demands_more=old is None or _demands_more(old, new),
                asserts=bool(real_demands(new)),
                is_contract=new.contract,
            )


def _examples(delta: Delta, evidence: Evidence, ran: Mapping[int, list[Altered]]) -> Iterator[Candidate]:
    """The new and edited examples of docstrings and texts that ran altered functions."""
    files = {file.path: file for file in delta.files if has_examples(file)}
    functions = {(pair.new_path, pair.new.qualified_name) for pair in delta.tests if pair.new}
    for index in sorted(ran) if files else ():
        it = evidence.tests[index]
        file, place = files.get(it.path), (it.path, it.function)
        if file is None or place in functions or not passed(evidence, *place):
            continue
        if fresh := fresh_examples(file, it.function):
            of_product = file.role in REVERTED
            yield Candidate(place, fresh.title, fresh.line, tuple(ran[index]), examples=True, of_product=of_product)


def _demands_more(old: TestCase, new: TestCase) -> bool:
    return bool(set(new.rows) - set(old.rows)) or _demands(new) > _demands(old)


def _demands(test: TestCase) -> int:
    """How much a test demands; what is asserted for a type checker alone is no demand."""
    return sum(it.predicate not in {Predicate.NONE, Predicate.NOT_NONE, Predicate.TYPE} for it in test.assertions)


def _is_edited(pair: TestPair) -> bool:
    """Whether head's test says something else than the base's did."""
    old, new = pair.old, pair.new
    if new is None or not new.touched or new.uncollected:
        return False
    return old is None or (old.fingerprint != new.fingerprint and not _is_dressed(old, new)) or old.rows != new.rows


def _is_dressed(old: TestCase, new: TestCase) -> bool:
    """Whether nothing but what stands around a test's body is another text: the condition of a skip, say."""
    before, after = (
        (it.statements, it.names, it.marks, it.draws, [mock.target for mock in it.mocks]) for it in (old, new)
    )
    return before == after


def _alters_import_time(delta: Delta) -> bool:
    """Whether the change met what a product module does on import: tables, constants, class attributes."""
    return any(_statements(file) for file in delta.files if file.role is FileRole.PRODUCT)


def _statements(file: FileDelta) -> list[bytes]:
    """The changed statements of a file's head that run on import, those aside that import or begin a definition."""
    if not file.new or not file.pair.new:
        return []
    heads = {number for it in file.new.definitions for number in range(it.start_line, it.line + 1)}
    starts = {it.line for it in file.new.lines}
    told = (it for it in file.new.lines if it.kind is LineKind.IMPORT_TIME and it.line not in heads)
    numbers = sorted(file.pair.added)
    code = zip(numbers, file.pair.new.lines(numbers), strict=False)
    added = {number for number, text in code if not text.lstrip().startswith(b"#")}
    met = [it.line for it in told if not added.isdisjoint(_own_lines(it, starts))]
    return [text for text in file.pair.new.lines(met) if not text.lstrip().startswith((b"import ", b"from "))]


def _own_lines(it: Line, starts: set[int]) -> Iterator[int]:
    """The lines of a statement, up to the first that begins another one."""
    yield it.line
    yield from takewhile(lambda number: number not in starts, range(it.line + 1, it.end_line + 1))


def runners(delta: Delta, evidence: Evidence) -> dict[int, list[Altered]]:
    """The altered functions by the index of each test that ran them: their changed lines, or where they begin."""
    ran: dict[int, list[Altered]] = defaultdict(list)
    for function in altered_functions(delta):
        hits = evidence.hits.get(function.path)
        if hits is not None:
            tests = (test for line in function.extent for test in hits.by_test.get(line, ()))
            for test in dict.fromkeys(tests):
                ran[test].append(function)
    return ran
