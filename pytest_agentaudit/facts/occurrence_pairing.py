"""Which occurrences a change added and took away: both sides are paired as multisets over the whole change.

The same thing is the same wherever it moved, and a thing that was edited in its own definition is not a new one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence

from pytest_agentaudit.facts.model import Occurrence

Placed = tuple[str, Occurrence]

Kept = tuple[Callable[[Placed], bool], Callable[[Placed], bool]]
"""Whether an old, and a new occurrence stands on lines that the change left alone."""


def unpaired(
    old: Iterable[Placed], new: Iterable[Placed], kept: Kept = (lambda _: False, lambda _: False)
) -> tuple[list[Placed], list[Placed]]:
    """The old occurrences that are gone, and the new ones that no old one accounts for, each with its path. Those on
    lines that the change left alone are paired among themselves first: of two that are alike the new one is told.
    """
    (olds, old_kept), (news, new_kept) = _apart(old, kept[0]), _apart(new, kept[1])
    old_kept, new_kept = _without_pairs(old_kept, new_kept, _same_place)
    olds, news = [*olds, *old_kept], [*news, *new_kept]
    for key in (_same_place, _same_thing, _edited):
        olds, news = _without_pairs(olds, news, key)
    return olds, news


def _apart(placed: Iterable[Placed], is_kept: Callable[[Placed], bool]) -> tuple[list[Placed], list[Placed]]:
    """Those on lines of the change, and the others."""
    both = list(placed)
    return [it for it in both if not is_kept(it)], [it for it in both if is_kept(it)]


def _same_place(path: str, it: Occurrence) -> Hashable:
    return path, it.kind, it.symbol, it.key


def _same_thing(_path: str, it: Occurrence) -> Hashable:
    return it.kind, it.key


def _edited(path: str, it: Occurrence) -> Hashable:
    """The same kind of thing in the same definition. Module level holds too much for that."""
    return (path, it.kind, it.symbol) if it.symbol else None


def _without_pairs(
    olds: Sequence[Placed], news: Sequence[Placed], key: Callable[[str, Occurrence], Hashable]
) -> tuple[list[Placed], list[Placed]]:
    """What is left of both after those of equal keys were paired, first come first; None pairs nothing."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index in reversed(range(len(olds))):
        waiting[key(*olds[index])].append(index)
    waiting.pop(None, None)
    gone = set(range(len(olds)))
    left: list[Placed] = []
    for placed in news:
        candidates = waiting.get(key(*placed))
        if candidates:
            gone.discard(candidates.pop())
        else:
            left.append(placed)
    return [olds[index] for index in sorted(gone)], left
