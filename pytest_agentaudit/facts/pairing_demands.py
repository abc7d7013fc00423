"""The demands of paired tests: of one test, of several that became one, of one that became several, of other tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec.structs import replace

from pytest_agentaudit.facts.delta import Pairing, TestPair
from pytest_agentaudit.facts.model import Assertion, TestCase
from pytest_agentaudit.facts.pairing_assertions import ALIKE, Match, likeness, losses, match, pair_up
from pytest_agentaudit.facts.strength import loss
from pytest_agentaudit.patterns import regex

Placed = tuple[str, TestCase]
Rename = Callable[[str], str]

FRESH = 400
"""How many demands of new tests of a file are looked through for one that a test dropped."""

_LITERAL = regex(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\b\d[\w.]*")
_WORD = regex(r"[^\W\d]\w*")


class Draft:
    """An old test with all new ones that it became, and the matches of their demands."""

    def __init__(self, how: Pairing, path: str, old: TestCase, found: Sequence[Placed], rename: Rename) -> None:
        self.how, self.path, self.old, self.found, self.rename = how, path, old, found, rename
        self.now = [(owner, demand) for owner, (_, new) in enumerate(found) for demand in new.assertions]
        self.was = [_renamed(demand, rename) for demand in old.assertions]
        grown = [new for _, new in found if how is Pairing.MERGED or has_more_cases(old, new)]
        self.listed = frozenset[str]().union(*(new.literals for new in grown))
        self.matches = self.matched(grown) if found else []

    def matched(self, grown: Sequence[TestCase]) -> list[Match]:
        """Pair by index. Where the new test has more cases, several old demands may have become rows of one."""
        now = [demand for _, demand in self.now]
        matches = match(self.was, now)
        if not grown:
            return matches
        anything = any(new.cases is None for new in grown)
        shared = {was: at for was, at in match(self.was, now, reuse=True) if was is not None}
        return [
            (was, shared[was])
            if was is not None and at is None and (anything or self.is_listed(self.was[was]))
            else (was, at)
            for was, at in matches
        ]

    def is_listed(self, demand: Assertion) -> bool:
        """Whether all values of a demand stand among those of the grown test."""
        return all(value in self.listed for value in _LITERAL.findall(f"{demand.subject} {demand.expected}"))

    def dropped(self) -> Iterator[tuple[int, int]]:
        """Place and old index of the matches without a new side."""
        return ((at, was) for at, (was, now) in enumerate(self.matches) if was is not None and now is None)

    def gained(self) -> Iterator[tuple[TestCase, Assertion]]:
        """The demands that only the new tests make."""
        added = (self.now[now] for was, now in self.matches if was is None and now is not None)
        return ((self.found[owner][1], demand) for owner, demand in added)

    def take(self, place: int, demand: Assertion) -> None:
        """Let a dropped demand have gone to this one, of another test."""
        self.matches[place] = (self.matches[place][0], len(self.now))
        self.now.append((0, demand))

    def pairs(self) -> Iterator[TestPair]:
        """One pair for each new test; demands that only the old one makes go with the first."""
        if not self.found:
            yield TestPair(self.how, self.path, "", self.old, None)
            return
        if not any(new.touched for _, new in self.found):  # only the gap beside it was met: its demands were not read
            yield from (TestPair(self.how, self.path, path, self.old, new) for path, new in self.found)
            return
        demands = [demand for _, demand in self.now]
        found = losses(pair_up(self.old.assertions, demands, self.matches), demands, self.listed)
        owners = [0 if now is None else self.now[now][0] for _, now in self.matches]
        for at, (path, new) in enumerate(self.found):
            mine = tuple(pair for pair, owner in zip(found, owners, strict=True) if owner == at)
            how = Pairing.SPLIT if at and self.how is not Pairing.MERGED else self.how
            yield TestPair(how, self.path, path, self.old, new, mine)


def has_more_cases(old: TestCase, new: TestCase) -> bool:
    """Whether a test became parametrised, or got more rows."""
    return old.cases is not None and (new.cases is None or new.cases > old.cases)


def _renamed(demand: Assertion, rename: Rename) -> Assertion:
    """The demand in the words of head."""
    if rename is str:
        return demand
    return replace(demand, subject=rename(demand.subject), expected=rename(demand.expected), text=rename(demand.text))


def settle(drafts: Sequence[Draft], fresh: Iterable[Placed]) -> None:
    """Find dropped demands again in other tests that make them only now: word for word anywhere, else alike in a new
    test of the same file. Both tests have to call the same.
    """
    fresh = list(fresh)
    by_text: dict[str, list[tuple[TestCase, Assertion]]] = defaultdict(list)
    for test, demand in (*(it for draft in drafts for it in draft.gained()), *_demands(fresh)):
        by_text[demand.text].append((test, demand))
    by_file: dict[str, list[tuple[TestCase, Assertion]]] = defaultdict(list)
    for path, test in fresh:
        by_file[path].extend((test, demand) for demand in test.assertions)
    for draft in drafts:
        near = by_file.get(draft.found[0][0], []) if draft.found else []
        for place, was in list(draft.dropped()):
            demand = draft.was[was]
            found = _word_for_word(draft, by_text.get(demand.text, [])) or _alike(draft, demand, near)
            if found:
                draft.take(place, found)


def _demands(tests: Iterable[Placed]) -> Iterator[tuple[TestCase, Assertion]]:
    return ((test, demand) for _, test in tests for demand in test.assertions)


def _word_for_word(draft: Draft, same: list[tuple[TestCase, Assertion]]) -> Assertion | None:
    """The first of equal demands whose test calls something that the old one called; each serves once."""
    calls = {draft.rename(call) for call in draft.old.calls}
    for place, (test, demand) in enumerate(same):
        if calls.intersection(test.calls):
            del same[place]
            return demand
    return None


def _alike(draft: Draft, old: Assertion, near: list[tuple[TestCase, Assertion]]) -> Assertion | None:
    """The likest demand that is no weaker, of a test that calls the same. It serves once, unless its test has cases."""
    words = {*_WORD.findall(old.subject)}
    calls = {draft.rename(call) for call in draft.old.calls}
    best, score = -1, 0.0
    for place, (test, new) in enumerate(near[:FRESH]):
        common = not calls.isdisjoint(test.calls) and not words.isdisjoint(_WORD.findall(new.subject))
        likely = likeness(old, new) if common else 0.0
        if likely >= ALIKE and likely > score and loss(old, new) is None:
            best, score = place, likely
    if best < 0:
        return None
    test, found = near[best]
    if test.cases == 1:
        del near[best]
    return found
