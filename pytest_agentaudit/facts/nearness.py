"""Which files of a tree stand near a change: what a rule looks for is mostly found there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import chain
from math import fsum


def nearest(paths: Sequence[str], to: Collection[str]) -> list[str]:
    """The paths, those first that share rare words with one of `to` (`mysql` more than `tests`), else in their order.

    A word weighs one over the number of paths that hold it, so that all who share it weigh one together.
    """
    if not to:
        return list(paths)
    wanted = {word for path in to for word in _words(path)}
    shared = [wanted.intersection(_words(path)) for path in paths]
    counts = Counter(chain.from_iterable(shared))
    weights = [fsum(1 / counts[word] for word in words) for words in shared]  # in any order of the words
    order = sorted(range(len(paths)), key=lambda at: -weights[at])
    return [paths[at] for at in order]


def _words(path: str) -> list[str]:
    """The words of a path. A pattern takes three times as long, and a tree has many paths."""
    return path.replace("_", "/").replace(".", "/").replace("-", "/").split("/")
