"""Which test of the base is which one at head: kept, renamed, moved, merged, split, kept elsewhere, or gone.

What is left unpaired at the end was removed; so every stage looks for what people do to tests without weakening them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, partial

from msgspec import Struct

from pytest_agentaudit.facts.delta import Pairing, TestPair
from pytest_agentaudit.facts.model import NO_NAMES, TestCase
from pytest_agentaudit.facts.overlap import Overlap, greedy, matched
from pytest_agentaudit.facts.pairing_definitions import leaf
from pytest_agentaudit.facts.pairing_demands import Draft, Placed, settle

Elsewhere = Callable[[TestCase], Placed | None]

EDITED = 0.6
"""Statement overlap from which a test is another one, renamed or moved and edited."""

NAMESAKE = 0.3
"""Overlap that suffices where the bare name is the same."""

SLOT = 0.5
"""Likeness (words, words of the name, same place) from which a test took another one's place in its file."""

ROWS = 0.75
"""Share of a test's words that the parametrised (or joined) test has to hold which took it in."""

PIECE = 0.5
"""Share of a new test's statements that come from one old test from which it is a piece of that one."""


def pair_tests(
    old: Iterable[Placed],
    new: Iterable[Placed],
    elsewhere: Elsewhere,
    *,
    renamed_files: Mapping[str, str] | None = None,
    renamed_names: Mapping[str, str] | None = None,
) -> tuple[TestPair, ...]:
    """The tests of a change's files, paired, with their demands.

    `old` and `new` are (path, test) in any order; `elsewhere` finds a vanished test among those that the change did not
    touch. `renamed_files` maps base paths to head paths where they differ, `renamed_names` bare names of product
    definitions that were renamed: a test that follows them is the same test. In order of old path and line, then new.
    """
    return tuple(_Tests(old, new, renamed_files or {}, renamed_names or {}).pairs(elsewhere))


class _Family(Struct):
    """The new tests that an old one became: one, which others may have become too (merged), or several (split)."""

    how: Pairing
    news: tuple[int, ...]


def _order(placed: Placed) -> tuple[str, int, int, str]:
    path, it = placed
    return path, it.line, it.end_line, it.qualified_name


def renamer(names: Mapping[str, str]) -> Callable[[str], str]:
    """Replaces whole words by their new names."""
    if not names:
        return str
    word = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names))) + r")\b")
    return partial(word.sub, lambda found: names[found[0]])


def words(test: TestCase, rename: Callable[[str], str] = str) -> frozenset[str]:
    """What a test speaks of: names, callees, literals, rows and demands."""
    demands = (f"{it.subject} {it.predicate} {it.expected}" for it in test.assertions)
    said = (*test.reads, *test.calls, *test.holds, *test.rows, *demands)
    return frozenset(said if rename is str else map(rename, said))


class _Tests:
    """The state of one pairing."""

    def __init__(
        self, old: Iterable[Placed], new: Iterable[Placed], files: Mapping[str, str], names: Mapping[str, str]
    ) -> None:
        self.olds, self.news = sorted(old, key=_order), sorted(new, key=_order)
        self.files = files
        self.rename = renamer(names)
        self.families: dict[int, _Family] = {}
        self.taken: dict[int, int] = {}
        self._likely: dict[int, list[int]] = {}

    def pairs(self, elsewhere: Elsewhere) -> list[TestPair]:
        """Pair in order of certainty."""
        self.same_names()
        self.namesakes()
        self.edited()
        self.merged()
        self.split()
        self.slots()
        return list(self.written(elsewhere))

    @cached_property
    def statements(self) -> Overlap:
        """What the tests do: put together where one is left without a partner."""
        return Overlap(
            [frozenset(test.statements) or NO_NAMES for _, test in self.olds],
            [frozenset(test.statements) or NO_NAMES for _, test in self.news],
        )

    @cached_property
    def words(self) -> Overlap:
        """All that the tests speak of: put together where an old one is left, for that is as large as the facts."""
        return Overlap([words(test, self.rename) for _, test in self.olds], [words(test) for _, test in self.news])

    def left_old(self) -> list[int]:
        """Old ones without a family."""
        return [at for at in range(len(self.olds)) if at not in self.families]

    def left_new(self) -> list[int]:
        """New ones that no old one became."""
        return [at for at in range(len(self.news)) if at not in self.taken]

    def home(self, old: int) -> str:
        """The head path of the old one's file."""
        path = self.olds[old][0]
        return self.files.get(path, path)

    def join(self, found: Iterable[tuple[int, int]], how: Pairing | None = None) -> None:
        """Make one-to-one pairs."""
        for old, new in list(found):
            same_file = self.home(old) == self.news[new][0]
            named = how or (Pairing.RENAMED if same_file else Pairing.MOVED)
            self.families[old] = _Family(named, (new,))
            self.taken[new] = old

    def keyed(self, key: Callable[[str, TestCase], Hashable], how: Pairing | None = None) -> None:
        """Pair what is left by equal keys, in order."""
        found = matched(
            self.left_old(),
            self.left_new(),
            lambda old: key(self.home(old), self.olds[old][1]),
            lambda new: key(*self.news[new]),
        )
        self.join(found, how)

    def same_names(self) -> None:
        """Same name and body; then equal bodies anywhere, if they say something; then the same name alone."""
        self.keyed(lambda path, it: (path, it.qualified_name, it.fingerprint), Pairing.SAME)
        self.keyed(lambda _, it: (it.fingerprint, leaf(it.qualified_name)) if _telling(it) else None)
        olds = {(self.home(at), self.olds[at][1].qualified_name) for at in self.left_old()}
        news = {(path, it.qualified_name) for path, it in self.news}
        kept = olds & news
        self.keyed(lambda path, it: it.fingerprint if _telling(it) and (path, it.qualified_name) not in kept else None)
        self.keyed(lambda path, it: (path, it.qualified_name), Pairing.SAME)
        self.keyed(lambda path, it: (path, it.fingerprint) if it.fingerprint else None)
        self.keyed(lambda _, it: it.fingerprint or None)

    def likeness(self, old: int, new: int) -> float:
        """Overlap of statements, or (a little less) of all that the two speak of."""
        return max(self.statements.dice(old, new), 0.85 * self.words.dice(old, new))

    def likely(self, old: int) -> list[int]:
        """The new tests worth a look, free or not: the same at every stage."""
        if old not in self._likely:
            self._likely[old] = sorted({*self.statements.candidates(old), *self.words.candidates(old)})
        return self._likely[old]

    def best(self, score: Callable[[int, int], float], least: float) -> Iterator[tuple[int, int]]:
        """The best pairs of what is left, from a score on."""
        free = set(self.left_new())
        scored = (
            (value, old, new)
            for old in self.left_old()
            for new in self.likely(old)
            if new in free and (value := score(old, new)) >= least
        )
        return greedy(scored)

    def namesakes(self) -> None:
        """The same bare name in another class or file, with something in common."""

        def score(old: int, new: int) -> float:
            same = leaf(self.olds[old][1].qualified_name) == leaf(self.news[new][1].qualified_name)
            return self.likeness(old, new) if same else 0.0

        self.join(self.best(score, NAMESAKE))

    def edited(self) -> None:
        """Another name, most of the statements."""
        self.join(self.best(self.likeness, EDITED))

    def merged(self) -> None:
        """Several tests that one new test took in: joined, or made rows of a parametrised one."""
        takers: dict[int, list[int]] = defaultdict(list)
        for old in self.left_old():
            found = max(((self.taken_in(old, new), -new) for new in self.likely(old)), default=(0.0, 0))
            if found[0] > 0:
                takers[-found[1]].append(old)
        for new, olds in sorted(takers.items()):
            if len(olds) == 1 and new not in self.taken:
                self.join([(olds[0], new)])
                continue
            for old in olds:
                self.families[old] = _Family(Pairing.MERGED, (new,))
            self.taken.setdefault(new, olds[0])

    def taken_in(self, old: int, new: int) -> float:
        """How much of the old test the new one holds; 0 where that is not enough."""
        was, now = self.olds[old][1], self.news[new][1]
        joined = self.statements.contained(old, [new])
        if len(was.statements) > 1 and joined >= EDITED:
            return joined
        if self.asks_the_same(was, new):
            return ROWS
        many = now.cases is None or now.cases > 1 or len(now.assertions) > len(was.assertions)
        if not many or not self.calls_kept(was, now) or not self.literals_kept(was, now):
            return 0.0
        names = frozenset(map(self.rename, was.names))
        share = len(names & now.names) / len(names) if names else 0.0
        return share if share >= ROWS else 0.0

    def asks_the_same(self, was: TestCase, new: int) -> bool:
        """Whether a test that was edited asks for all that the old one asked for, by whatever demand, and did not."""
        now = self.news[new][1]
        partner = self.olds[self.taken[new]][1] if new in self.taken else None
        if partner is None or partner.fingerprint == now.fingerprint:
            return False
        asked = {self.rename(it.subject) for it in was.assertions}
        known = {self.rename(it.subject) for it in partner.assertions}
        gained = {it.subject for it in now.assertions} - known
        return bool(asked) and asked <= gained and all("(" in it for it in asked)

    def calls_kept(self, was: TestCase, now: TestCase) -> bool:
        """Whether the new test calls all that the old one called."""
        return {self.rename(call) for call in was.calls} <= {*now.calls} and bool(was.calls)

    def literals_kept(self, was: TestCase, now: TestCase) -> bool:
        """Whether the new test's body and rows hold the old one's literals (a computed list of cases may)."""
        return now.cases is None or all(it in now.literals or any(it in row for row in now.rows) for it in was.literals)

    def split(self) -> None:
        """One old test whose statements went to several new ones, also where one of these kept its name."""
        pieces: dict[int, list[int]] = defaultdict(list)
        sources = self.sources()
        for new in self.left_new():
            telling = frozenset(self.news[new][1].statements)
            origin = max(((self.piece(old, new), -old) for old in sources.get(new, ())), default=(0.0, 0))
            if origin[0] >= PIECE and telling:
                pieces[-origin[1]].append(new)
        for old, news in sorted(pieces.items()):
            family = self.families.get(old)
            if family is None and (len(news) == 1 or self.statements.contained(old, news) < EDITED):
                continue
            if family is None:
                self.families[old] = _Family(Pairing.SPLIT, tuple(news))
            else:
                family.news = (*family.news, *news)
            self.taken.update(dict.fromkeys(news, old))

    def sources(self) -> dict[int, list[int]]:
        """New test -> the old ones that it may be a piece of."""
        found: dict[int, list[int]] = defaultdict(list)
        wanted = frozenset(it for new in self.left_new() for it in self.news[new][1].statements)
        for old, (_, test) in enumerate(self.olds):
            if wanted.isdisjoint(test.statements):
                continue
            for new in self.statements.candidates(old):
                found[new].append(old)
        return found

    def piece(self, old: int, new: int) -> float:
        """The share of the new test's statements that the old one had."""
        now = frozenset(self.news[new][1].statements)
        return self.statements.weigh(self.statements.shared(old, new)) / (self.statements.weigh(now) or 1.0)

    def slots(self) -> None:
        """A test that took another one's place in its file: the contract changed, and with it name and demands."""
        self.before = self.neighbours()

        def score(old: int, new: int) -> float:
            if self.home(old) != self.news[new][0]:
                return 0.0
            same_slot = self.before[0].get(old) == self.before[1].get(new)
            alike = 0.4 * self.words.dice(old, new) + 0.3 * self.statements.dice(old, new)
            return alike + 0.3 * self.named_alike(old, new) + 0.2 * same_slot

        self.join(self.best(score, SLOT))

    def named_alike(self, old: int, new: int) -> float:
        """The share of words that both bare names have."""
        one = {*leaf(self.olds[old][1].qualified_name).split("_")} - {"test"}
        other = {*leaf(self.news[new][1].qualified_name).split("_")} - {"test"}
        return 2 * len(one & other) / ((len(one) + len(other)) or 1)

    def neighbours(self) -> tuple[dict[int, int], dict[int, int]]:
        """For old and new tests without partner: the paired test (by its new index) that stands before them."""
        old_before, new_before = {}, {}
        last = ("", -1)
        for at, (path, _) in enumerate(self.olds):
            last = last if last[0] == path else (path, -1)
            family = self.families.get(at)
            if family is None:
                old_before[at] = last[1]
            elif family.how is Pairing.SAME:
                last = (path, family.news[0])
        last = ("", -1)
        for at, (path, _) in enumerate(self.news):
            last = last if last[0] == path else (path, -1)
            family = self.families[self.taken[at]] if at in self.taken else None
            if family is None:
                new_before[at] = last[1]
            elif family.how is Pairing.SAME and family.news[0] == at:
                last = (path, at)
        return old_before, new_before

    def written(self, elsewhere: Elsewhere) -> Iterator[TestPair]:
        """The families as pairs, old ones first."""
        drafts: dict[int, Draft] = {}
        for at, (path, old) in enumerate(self.olds):
            family = self.families.get(at)
            found = [self.news[new] for new in family.news] if family else []
            if family and (old.touched or found[0][1].touched):
                drafts[at] = Draft(family.how, path, old, found, self.rename)
            elif not family and old.touched:
                kept = elsewhere(old)
                drafts[at] = Draft(
                    Pairing.MOVED if kept else Pairing.GONE, path, old, [kept] if kept else [], self.rename
                )
        fresh = [placed for at, placed in enumerate(self.news) if at not in self.taken and placed[1].touched]
        settle([*drafts.values()], fresh)
        for draft in drafts.values():
            yield from draft.pairs()
        for path, new in fresh:
            yield TestPair(Pairing.NEW, "", path, None, new)


def _telling(it: TestCase) -> bool:
    """Whether an equal body is hardly by chance."""
    return bool(it.fingerprint) and len(it.statements) + len(it.assertions) > 1
