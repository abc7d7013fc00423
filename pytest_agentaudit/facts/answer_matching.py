"""Written answers of the product that tests demand: which, and how telling they are together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.telling import answer_weight, asked_weight, is_particular, reread, weight
from pytest_agentaudit.facts.tested_answers import Tested, TestedAnswer, is_digest
from pytest_agentaudit.lazy_json import loads

MOST_CALLERS = 30
"""Names above which the callers of callers are not asked for any more."""

_ALONE = 2
"""The weight from which a literal is searched in the tests of anything."""


class Match(Struct, frozen=True):
    """An answer that stands in the product and in a test. `asked` and `answer` are spellings; `weighs` says how telling
    what is asked for is, `tells` the same of the answer. `before` is true where the base's tests demanded it already.
    """

    asked: tuple[str, ...]
    answer: str
    weighs: float
    tells: float
    test: TestedAnswer
    before: bool

    @property
    def is_text(self) -> bool:
        """Whether only words are asked for: they may be a message that somebody else writes."""
        values = [reread(it) for it in self.asked]
        return all(isinstance(it, str) and not it.isdigit() and not is_digest(it) for it in values)

    @property
    def is_particular(self) -> bool:
        """Whether several numbers are asked for at once."""
        return is_particular([reread(it) for it in self.asked], reread(self.answer))

    @property
    def names_a_kind(self) -> bool:
        """Whether words are answered by one word: what something is called."""
        value = reread(self.answer)
        return self.is_text and isinstance(value, str) and value.isidentifier() and value.islower()


class Matched(Struct, frozen=True, dict=True):
    """All of one function's written answers that tests demand. `written` counts the telling ones that it has."""

    matches: tuple[Match, ...]
    written: int
    computes: bool

    @property
    def weighs(self) -> float:
        """How telling all that is asked for is."""
        return sum(it.weighs for it in self.matches)

    @property
    def tells(self) -> float:
        """How telling the answers are."""
        return sum(it.tells for it in self.matches)

    @cached_property
    def first(self) -> Match:
        """The most telling one."""
        return max(self.matches, key=lambda it: (it.test.direct, it.weighs + it.tells))


def matched(delta: Delta, symbol: str, found: Iterable[Occurrence]) -> Matched:
    """Which answers of a function the tests of it, or of what calls it, demand."""
    occurrences = list(found)
    pairs = [(tuple(asked), answer) for it in occurrences for asked, answer in loads(it.details["pairs"])]
    computes = any(it.details["computes"] for it in occurrences)
    best: tuple[Match, ...] = ()
    if not _may_tell(pairs, computes=computes):
        return Matched(best, len(pairs), computes)
    answers = frozenset(answer for _asked, answer in pairs)
    for names in _names(delta, symbol):
        matches = tuple(_matches(pairs, delta.answers.of(names, answers), delta.old_answers.of(names, answers)))
        best = max(best, matches, key=len)
        if len(best) == len(pairs):
            break
    if not best:
        best = tuple(_anywhere(delta, pairs))
    return Matched(best, len(pairs), computes)


def _may_tell(pairs: Collection[tuple[tuple[str, ...], str]], *, computes: bool) -> bool:
    """Whether the answers could be telling if tests demanded them all: else no test has to be read."""
    weighs = sum(asked_weight([reread(it) for it in asked], reread(answer)) for asked, answer in pairs)
    tells = sum(answer_weight(reread(answer)) for _asked, answer in pairs)
    if computes and any(is_particular([reread(it) for it in asked], reread(answer)) for asked, answer in pairs):
        return True
    least = 1 if computes else 2 * max(len(pairs), 2)
    return weighs >= least and tells >= (1 if computes else len(pairs))


def names_of(symbol: str) -> frozenset[str]:
    """The names by which tests call a function: its own, and its class's for a method that an operator calls."""
    owner, _, name = symbol.rpartition(".")
    dunder = name.startswith("__") and name.endswith("__")
    return frozenset({owner.rpartition(".")[2]} if dunder and owner else {name})


def _names(delta: Delta, symbol: str) -> Iterator[frozenset[str]]:
    """The function's own name, then with the names of what calls it."""
    names = names_of(symbol)
    yield names
    for _ in range(2):
        callers = frozenset(caller for name in names for caller in delta.callers.get(name, ()) if caller)
        if callers <= names or len(names | callers) > MOST_CALLERS:
            return
        names |= callers
        yield names


def _anywhere(delta: Delta, pairs: Iterable[tuple[tuple[str, ...], str]]) -> Iterator[Match]:
    """Demands on whatever is called: only where both sides are telling by themselves."""
    telling = [
        (asked, answer)
        for asked, answer in pairs
        if max(map(weight, map(reread, asked))) >= _ALONE and answer_weight(reread(answer)) >= _ALONE
    ]
    if telling:
        texts = [str(reread(answer)) for _asked, answer in telling]
        yield from _matches(telling, delta.answers.holding(texts), delta.old_answers.holding(texts))


def _matches(pairs: Iterable[tuple[tuple[str, ...], str]], now: Tested, before: Tested) -> Iterator[Match]:
    for asked, answer in pairs:
        tests = now.find(asked, answer), before.find(asked, answer)
        found = [it for it in tests if it]
        if found:
            values, value = [reread(it) for it in asked], reread(answer)
            test = max(found, key=lambda it: it.direct)
            yield Match(asked, answer, asked_weight(values, value), answer_weight(value), test, tests[1] is not None)
