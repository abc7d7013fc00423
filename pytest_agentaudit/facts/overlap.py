"""How much two bags of features have in common, weighted by rarity, with capped look-ups of likely partners."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from math import log2

COMMON = 64
"""A feature that more members than this share says nothing about who is whose partner."""

CANDIDATES = 24
"""How many likely partners are looked at for each member."""


class Overlap:
    """Old and new members, each a set of features. Members are named by their index.

    A feature weighs log2(1 + members / members that have it), the inverse document frequency of text retrieval,
    counted on the side where it is more frequent.
    """

    def __init__(self, olds: Sequence[frozenset[str]], news: Sequence[frozenset[str]]) -> None:
        self._olds, self._news = olds, news
        old_counts = Counter(feature for features in olds for feature in features)
        new_counts = Counter(feature for features in news for feature in features)
        members = max(len(olds), len(news), 2)
        self._weights = {
            feature: log2(1 + members / max(old_counts[feature], new_counts[feature]))
            for feature in old_counts.keys() | new_counts.keys()
        }
        self._sums: dict[frozenset[str], float] = {}
        self._postings: dict[str, list[int]] = defaultdict(list)
        for index, features in enumerate(news):
            for feature in features:
                self._postings[feature].append(index)

    def weigh(self, features: Iterable[str]) -> float:
        """The sum of the features' weights, in a fixed order of summing."""
        return sum(self._weights[feature] for feature in sorted(features))

    def _sum(self, features: frozenset[str]) -> float:
        """The weight of a member: few are ever asked about."""
        if features not in self._sums:
            self._sums[features] = self.weigh(features)
        return self._sums[features]

    def shared(self, old: int, new: int) -> frozenset[str]:
        """What both have."""
        return self._olds[old] & self._news[new]

    def dice(self, old: int, new: int) -> float:
        """Twice what both have over what each has: 1 for equal sets, 0 for nothing in common."""
        total = self._sum(self._olds[old]) + self._sum(self._news[new])
        return 2 * self.weigh(self.shared(old, new)) / total if total else 0.0

    def contained(self, old: int, news: Iterable[int]) -> float:
        """Which share of the old member, by weight, the new ones have together."""
        found = frozenset[str]().union(*(self._news[new] for new in news)) & self._olds[old]
        total = self._sum(self._olds[old])
        return self.weigh(found) / total if total else 0.0

    def candidates(self, old: int) -> list[int]:
        """The new members that share most with the old one, best first, at most CANDIDATES."""
        features = sorted(self._olds[old] & self._postings.keys(), key=lambda it: (len(self._postings[it]), it))
        telling = [feature for feature in features if len(self._postings[feature]) <= COMMON] or features[:1]
        score: Counter[int] = Counter()
        for feature in telling:
            for new in self._postings[feature][:COMMON]:
                score[new] += round(1000 * self._weights[feature])
        return sorted(score, key=lambda new: (-score[new], new))[:CANDIDATES]


def greedy(scored: Iterable[tuple[float, int, int]]) -> Iterator[tuple[int, int]]:
    """(old, new) pairs out of (score, old, new), the best first; nobody is paired twice."""
    olds: set[int] = set()
    news: set[int] = set()
    for _, old, new in sorted(scored, key=lambda it: (-it[0], it[1], it[2])):
        if old not in olds and new not in news:
            olds.add(old)
            news.add(new)
            yield old, new


def matched(
    olds: Iterable[int],
    news: Sequence[int],
    old_key: Callable[[int], Hashable],
    new_key: Callable[[int], Hashable],
    *,
    reuse: bool = False,
) -> Iterator[tuple[int, int]]:
    """Pair members of equal key, in order. A key of None pairs with nothing; with `reuse` new ones serve repeatedly."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)  # the first last: a deque takes 700 bytes, and most hold one
    for new in reversed(news):
        key = new_key(new)
        if key is not None:
            waiting[key].append(new)
    for old in olds:
        key = old_key(old)
        if key is not None and waiting.get(key):
            yield old, waiting[key][-1] if reuse else waiting[key].pop()
