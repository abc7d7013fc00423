"""Which suppressions a change added: old and new ones are paired as multisets over the whole change.

A suppression is the same when it silences the same thing on the same code, wherever that code went; it is the same
when its code was only reformatted or edited, there or on its way to another file; and one that was narrowed is not a
new one. Removing it in one place and putting it on other code is.
"""

from __future__ import annotations

import keyword
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from pytest_agentaudit.facts.silencing import Scope, Silences, Suppression
from pytest_agentaudit.facts.source_names import names_in
from pytest_agentaudit.patterns import regex

Placed = tuple[str, Suppression]

_MOST_CANDIDATES = 64
_ALIKE = 0.5
_TARGET = regex(r"((?:[^\W\d]\w*\.)+[^\W\d]\w*) *=(?!=)")
_ASSIGNED = regex(r"([^\W\d]\w*) *=(?!=)")
_UP_TO_CALL = regex(r"[^(]*[^\W\d]\w*\(")
_PART = regex(r"= *(?:[^\W\d]\w*\.)+([^\W\d]\w*)$")
_OWNERS = regex(r"(?<!\w)(?:[^\W\d]\w*(?:\(\))?\.)+(?=[^\W\d]\w*\()")


def added(old: Iterable[Placed], new: Iterable[Placed], lifted: Iterable[Placed] = ()) -> list[Placed]:
    """The new suppressions, each with its path, that no old one accounts for; in the order of `new`. Those in `lifted`
    are gone from code that stands as it did: they were not edited into others.
    """
    pairing = _Pairing(list(old), list(new))
    pairing.equal(lambda path, s: (path, s.directive, s.codes, s.scope, s.honoured, _folded(s.target)))
    pairing.equal(lambda _, s: (s.directive, s.codes, s.scope, s.honoured, _folded(s.target)))
    pairing.equal(_file_wide)
    pairing.forget(lifted)
    pairing.taken_apart()
    pairing.narrowed()
    pairing.wrapped()
    pairing.equal(_of_other_object)
    pairing.cut_in_two()
    pairing.edited()
    pairing.equal(_renamed_header)
    pairing.edited(anywhere=True)
    pairing.equal(_of_same_part)
    pairing.equal(_of_same_target)
    return [pairing.new[index] for index in pairing.open_new]


def _folded(code: str) -> str:
    """Code without what a formatter changes: white space, quotes, trailing commas."""
    return re.sub(r",(?=[)\]}])", "", re.sub(r"\s+", "", code).replace('"', "'")).rstrip(",")


def _file_wide(path: str, suppression: Suppression) -> Hashable:
    """A file-wide directive stays the same while the first definition of its file changes."""
    if suppression.scope is not Scope.FILE:
        return None
    return path, suppression.directive, suppression.codes, suppression.honoured


def _renamed_header(path: str, suppression: Suppression) -> Hashable:
    """The header of a suite that coverage leaves out stays the same where only its names are others."""
    target = suppression.target
    if suppression.silences is not Silences.COVERAGE or not target.endswith(":"):
        return None
    shape = re.sub(r"[^\W\d]\w*", lambda it: it[0] if keyword.iskeyword(it[0]) else "_", target)
    return path, suppression.directive, suppression.scope, suppression.honoured, shape


def _of_other_object(path: str, suppression: Suppression) -> Hashable:
    """A call stays the same where only the object is another one that it is asked of."""
    target = _folded(suppression.target)
    called = _OWNERS.sub("", target)
    if called == target or "(" not in called:
        return None
    return path, suppression.directive, suppression.codes, suppression.scope, suppression.honoured, called


def _of_same_part(path: str, suppression: Suppression) -> Hashable:
    """What is done with the same part of something stays the same, wherever that part comes from and goes to."""
    part = _PART.search(suppression.target)
    if suppression.silences is not Silences.TYPES or part is None:
        return None
    return path, suppression.directive, suppression.codes, suppression.scope, suppression.honoured, part[1]


def _of_same_target(path: str, suppression: Suppression) -> Hashable:
    """What is assigned to an attribute stays the same, whatever is assigned."""
    target = _TARGET.match(suppression.target)
    if suppression.silences is not Silences.TYPES or target is None:
        return None
    return path, suppression.directive, suppression.codes, suppression.scope, suppression.honoured, target[1]


class _Pairing:
    """What is still unpaired on both sides, by index."""

    def __init__(self, old: list[Placed], new: list[Placed]) -> None:
        self.old, self.new = old, new
        self.open_old = dict.fromkeys(range(len(old)))
        self.open_new = dict.fromkeys(range(len(new)))

    def equal(self, key: Callable[[str, Suppression], Hashable]) -> None:
        """Pair those with equal keys, first come first; a key of None pairs nothing."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in reversed(self.open_old):
            waiting[key(*self.old[index])].append(index)
        waiting.pop(None, None)
        for index in list(self.open_new):
            candidates = waiting.get(key(*self.new[index]))
            if candidates:
                self._pair(candidates.pop(), index)

    def forget(self, lifted: Iterable[Placed]) -> None:
        """Pair none of these old ones any more."""
        for placed in lifted:
            index = next((it for it in self.open_old if self.old[it] == placed), None)
            if index is not None:
                del self.open_old[index]

    def taken_apart(self) -> None:
        """Pair all those of a file that together take the place of a file-wide one that is gone."""
        gone: dict[str, list[int]] = defaultdict(list)
        for index in self.open_old:
            path, suppression = self.old[index]
            if suppression.scope is Scope.FILE:
                gone[path].append(index)
        for index in list(self.open_new):
            path, suppression = self.new[index]
            before = [self.old[old][1] for old in gone.get(path, ())[:_MOST_CANDIDATES]]
            if suppression.scope is not Scope.FILE and any(not _widens(it, suppression) for it in before):
                del self.open_new[index]
        for index in (index for indexes in gone.values() for index in indexes):
            del self.open_old[index]

    def narrowed(self) -> None:
        """Pair those on the same code whose new directive silences no more than the old one."""
        waiting: dict[Hashable, list[int]] = defaultdict(list)
        for index in self.open_old:
            waiting[_folded(self.old[index][1].target)].append(index)
        for index in list(self.open_new):
            suppression = self.new[index][1]
            candidates = waiting[_folded(suppression.target)][:_MOST_CANDIDATES]
            paired = next((c for c in candidates if not _widens(self.old[c][1], suppression)), None)
            if paired is not None:
                waiting[_folded(suppression.target)].remove(paired)
                self._pair(paired, index)

    def wrapped(self) -> None:
        """Pair those on an argument of a call that was wrapped with one that stood on the whole call and silenced no
        less.
        """
        calls: dict[tuple[str, str], list[int]] = defaultdict(list)
        for index in self.open_old:
            path, before = self.old[index]
            for argument in _arguments(before.target):
                calls[path, argument].append(index)
        for index in list(self.open_new) if calls else ():
            path, suppression = self.new[index]
            around = calls.get((path, _folded(suppression.target)), ())[:_MOST_CANDIDATES]
            fits = (c for c in around if c in self.open_old and not _widens(self.old[c][1], suppression))
            paired = next(fits, None)
            if paired is not None:
                self._pair(paired, index)

    def edited(self, *, anywhere: bool = False) -> None:
        """Pair those of one file (or of any) whose code has most of its names in common."""
        waiting: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for index in self.open_old:
            path, suppression = self.old[index]
            for name in _names(suppression):
                waiting["" if anywhere else path, suppression.directive, name].append(index)
        for index in list(self.open_new):
            best = self._most_alike(index, waiting, anywhere=anywhere)
            if best is not None:
                self._pair(best, index)

    def _most_alike(self, index: int, waiting: dict[tuple[str, str, str], list[int]], *, anywhere: bool) -> int | None:
        """The old suppression whose code shares most names with the new one's, if it shares enough."""
        path, suppression = self.new[index]
        path, names = "" if anywhere else path, _names(suppression)
        candidates: dict[int, None] = {}
        for name in sorted(names, key=lambda name: len(waiting.get((path, suppression.directive, name), ()))):
            candidates |= dict.fromkeys(waiting.get((path, suppression.directive, name), ())[:_MOST_CANDIDATES])
        best, most = None, _ALIKE
        for candidate in candidates:
            before = self.old[candidate][1]
            if candidate in self.open_old and not _widens(before, suppression):
                alike = _likeness(_names(before), names, inside=not anywhere)
                best, most = (candidate, alike) if alike > most else (best, most)
        return best

    def cut_in_two(self) -> None:
        """Pair both parts of a statement whose argument came to stand before it, as `found = load(it)` before
        `keep(found)` in the place of `keep(load(it))`.
        """
        firsts: dict[tuple[str, str], int] = {}
        for index in self.open_new:
            path, suppression = self.new[index]
            if given := _ASSIGNED.match(suppression.target):
                firsts[path, given[1]] = index
        whole: dict[str, list[int]] = defaultdict(list)
        for index in self.open_old if firsts else ():
            whole[self.old[index][0]].append(index)
        for index in list(self.open_new) if firsts else ():
            path, rest = self.new[index]
            parts = (firsts.get((path, name)) for name in sorted(names_in(rest.target)))
            first = next((it for it in parts if it in self.open_new and it != index), None)
            if first is None:
                continue
            before = (at for at in whole[path][:_MOST_CANDIDATES] if at in self.open_old)
            cut = next((at for at in before if _is_cut(self.old[at][1], self.new[first][1], rest)), None)
            if cut is not None:
                self._pair(cut, first)
                del self.open_new[index]

    def _pair(self, old: int, new: int) -> None:
        del self.open_old[old], self.open_new[new]


def _is_cut(before: Suppression, first: Suppression, rest: Suppression) -> bool:
    """Whether what `before` stood on became an assignment, on which `first` stands, and the rest of it."""
    start, moved = _UP_TO_CALL.match(rest.target), _folded(first.target.partition("=")[2])
    whole = _folded(before.target)
    if start is None or _widens(before, first) or _widens(before, rest):
        return False
    return whole.startswith(_folded(start[0])) and moved in whole


def _names(suppression: Suppression) -> frozenset[str]:
    """The names of the code that a suppression stands on; one that only became private is the same."""
    return frozenset(it.lstrip("_") or it for it in names_in(suppression.target))


def _likeness(old: frozenset[str], new: frozenset[str], *, inside: bool) -> float:
    """The share of names in common; one inside the other (a call that was wrapped) counts as the larger of the two
    where `inside` is true.
    """
    common = len(old & new)
    if inside and common > 1 and common == min(len(old), len(new)):
        return 1.0
    return common / (len(old | new) or 1)


def _arguments(code: str) -> frozenset[str]:
    """The arguments of the last call of a line, as they stand."""
    inside = _folded(code).rpartition("(")[2]
    return frozenset(filter(None, inside.rstrip(")").split(","))) if "(" in code else frozenset()


def _widens(old: Suppression, new: Suppression) -> bool:
    """Whether the new directive silences more than the old one: another kind of checker, a wider scope, more codes."""
    if new.honoured and not old.honoured:
        return True
    if new.silences is not old.silences or _width(new.scope) > _width(old.scope):
        return True
    if new.codes and old.codes and _renamed(old, new):
        return False
    return bool(old.codes) and not (new.codes and set(new.codes) <= set(old.codes))


def _renamed(old: Suppression, new: Suppression) -> bool:
    """Whether another checker took over, which has its own names for the same diagnostics."""
    foreign = new.silences is Silences.TYPES or not set(new.checker.split(", ")) & set(old.checker.split(", "))
    return new.directive != old.directive and foreign


def _width(scope: Scope) -> int:
    """Lines count as one width, whichever side of its code the comment stands on."""
    return {Scope.BLOCK: 1, Scope.RANGE: 1, Scope.FILE: 2}.get(scope, 0)
