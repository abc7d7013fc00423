"""Which definition of the base is which one at head: by name, by body, by what is left in the same file."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from pytest_agentaudit.facts.delta import DefinitionPair
from pytest_agentaudit.facts.model import Definition, Kind
from pytest_agentaudit.facts.overlap import Overlap, greedy, matched

MOVED = 0.5
"""Overlap of names from which a definition of the same name in another file is the old one, moved and edited."""

RENAMED = 0.6
"""Likeness (names, parameters, place) from which a new definition of the same file is the old one, renamed."""

Placed = tuple[str, Definition]
Key = Callable[[str, str, Definition], Hashable]
"""A key of a definition out of its head path, its name at head, and itself."""

_SAME_NAME: tuple[Key, ...] = (
    lambda _, name, it: (name, it.kind, it.decorators, it.fingerprint),
    lambda _, name, it: (name, it.kind, it.decorators),
    lambda _, name, it: (name, it.kind),
)


def pair_definitions(
    old: Iterable[Placed], new: Iterable[Placed], *, renamed_files: Mapping[str, str] | None = None
) -> tuple[DefinitionPair, ...]:
    """The touched definitions of a change, paired; what stands on one side only has None on the other.

    `old` and `new` are (path, definition) of the changed files, in any order. `renamed_files` maps base paths to head
    paths where they differ. In order of old path and line, then new ones.
    """
    return tuple(_Definitions(old, new, renamed_files or {}).pairs())


def leaf(qualified_name: str) -> str:
    """The bare name: "retry" of "Client.retry"."""
    return qualified_name.rpartition(".")[2]


def _order(placed: Placed) -> tuple[str, int, int, str]:
    path, it = placed
    return path, it.line, it.end_line, it.qualified_name


class _Definitions:
    """The state of one pairing: who is left, and who went with whom."""

    def __init__(self, old: Iterable[Placed], new: Iterable[Placed], renamed_files: Mapping[str, str]) -> None:
        self.files = renamed_files
        left_old, left_new = _met(old, new, renamed_files)
        self.olds, self.news = sorted(left_old, key=_order), sorted(left_new, key=_order)
        self.partner: dict[int, int] = {}
        self.taken: set[int] = set()
        self.classes: dict[tuple[str, str], str] = {}

    def pairs(self) -> Iterator[DefinitionPair]:
        """Pair in order of certainty."""
        self.same_names()
        self.equal_bodies()
        self.moved()
        self.renamed(Kind.CLASS)
        self.same_names()
        self.renamed(Kind.FUNCTION)
        for index, (path, old) in enumerate(self.olds):
            partner = self.partner.get(index)
            if partner is None:
                if old.touched:
                    yield DefinitionPair(path, "", old, None)
                continue
            new_path, new = self.news[partner]
            if old.touched or new.touched:
                yield DefinitionPair(path, new_path, old, new)
        for index, (path, new) in enumerate(self.news):
            if index not in self.taken and new.touched:
                yield DefinitionPair("", path, None, new)

    def left_old(self) -> list[int]:
        """Old ones without a partner."""
        return [index for index in range(len(self.olds)) if index not in self.partner]

    def left_new(self) -> list[int]:
        """New ones without a partner."""
        return [index for index in range(len(self.news)) if index not in self.taken]

    def join(self, found: Iterable[tuple[int, int]]) -> None:
        """Make these pairs. A class that got another name takes its members along."""
        for old, new in list(found):
            self.partner[old] = new
            self.taken.add(new)
            was, now = self.olds[old][1], self.news[new][1]
            if was.kind is Kind.CLASS and was.qualified_name != now.qualified_name:
                self.classes[self.home(old), was.qualified_name] = now.qualified_name

    def home(self, old: int) -> str:
        """The head path of the old one's file."""
        path = self.olds[old][0]
        return self.files.get(path, path)

    def called_now(self, old: int) -> str:
        """The qualified name that the old one would have at head, where its class was renamed."""
        name = self.olds[old][1].qualified_name
        scope, _, bare = name.rpartition(".")
        renamed = self.classes.get((self.home(old), scope))
        return f"{renamed}.{bare}" if renamed else name

    def keyed(self, key: Key) -> None:
        """Pair what is left by equal keys, in order."""
        left_old, left_new = self.left_old(), self.left_new()
        if left_old and left_new:
            self.match(left_old, left_new, key)

    def match(self, olds: Sequence[int], news: Sequence[int], key: Key) -> None:
        """Pair some of what is left by equal keys, in order."""
        self.join(
            matched(
                olds,
                news,
                lambda old: key(self.home(old), self.called_now(old), self.olds[old][1]),
                lambda new: key(self.news[new][0], self.news[new][1].qualified_name, self.news[new][1]),
            )
        )

    def same_names(self) -> None:
        """Same name in the same file. Of several (overloads, accessors) equal bodies first, then equal decorators. File
        by file: keys of all definitions of a large change at once are as large as their facts.
        """
        files: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for old in self.left_old():
            files[self.home(old)][0].append(old)
        for new in self.left_new():
            files[self.news[new][0]][1].append(new)
        for olds, news in files.values():
            for key in _SAME_NAME:
                left_old = [old for old in olds if old not in self.partner]
                left_new = [new for new in news if new not in self.taken]
                if left_old and left_new:
                    self.match(left_old, left_new, key)

    def equal_bodies(self) -> None:
        """Equal body: under the same name elsewhere, in the same file, then anywhere if the body says something."""
        self.keyed(lambda _, name, it: (name, it.kind, it.fingerprint) if it.fingerprint else None)
        self.keyed(lambda _, name, it: (leaf(name), it.kind, it.fingerprint) if it.fingerprint else None)
        self.keyed(lambda path, _, it: (path, it.kind, it.fingerprint) if _telling(it) else None)
        self.keyed(lambda _, __, it: (it.kind, it.fingerprint) if _telling(it) else None)

    def moved(self) -> None:
        """The same bare name in another file, with enough of the same names read."""
        self.join(self.likest(lambda old, new: self.same_leaf(old, new) and MOVED, lambda _, __, dice: dice))

    def renamed(self, kind: Kind) -> None:
        """Another name in the same file and scope, with enough in common."""
        self.join(self.likest(lambda old, new: self.same_scope(old, new, kind) and RENAMED, self.likeness))

    def likest(
        self, bar: Callable[[int, int], float], score: Callable[[int, int, float], float]
    ) -> Iterator[tuple[int, int]]:
        """The best of the likely pairs whose score reaches their bar (0: no pair)."""
        olds, news = self.left_old(), self.left_new()
        if not olds or not news:
            return iter(())
        overlap = Overlap([self.olds[old][1].names for old in olds], [self.news[new][1].names for new in news])
        scored = []
        for at, old in enumerate(olds):
            for candidate in overlap.candidates(at):
                new = news[candidate]
                least = bar(old, new)
                value = score(old, new, overlap.dice(at, candidate)) if least else 0.0
                if least and value >= least:
                    scored.append((value, old, new))
        return greedy(scored)

    def same_leaf(self, old: int, new: int) -> bool:
        """Whether kind and bare name agree."""
        was, now = self.olds[old][1], self.news[new][1]
        return was.kind is now.kind and leaf(was.qualified_name) == leaf(now.qualified_name)

    def same_scope(self, old: int, new: int, kind: Kind) -> bool:
        """Whether both are of this kind and stand in the same class (or function) of the same file."""
        (path, now), was = self.news[new], self.olds[old][1]
        scopes = self.called_now(old).rpartition(".")[0], now.qualified_name.rpartition(".")[0]
        return kind is was.kind is now.kind and self.home(old) == path and scopes[0] == scopes[1]

    def likeness(self, old: int, new: int, dice: float) -> float:
        """Names read (0.7), parameters (0.2) and place in the file (0.1)."""
        was, now = self.olds[old][1], self.news[new][1]
        parameters = len({*was.parameters} & {*now.parameters}) / (len({*was.parameters, *now.parameters}) or 1)
        if not was.parameters and not now.parameters:
            parameters = 1.0
        near = 1 / (1 + abs(was.line - now.line) / 20)
        return 0.7 * dice + 0.2 * parameters + 0.1 * near


def _met(
    old: Iterable[Placed], new: Iterable[Placed], files: Mapping[str, str]
) -> tuple[Iterator[Placed], Iterator[Placed]]:
    """The definitions without those that stand in the same file on both sides, just as they were, and that the change
    did not touch: nine of ten, of which no pair is told. They are looked for file by file, since the state of a pairing
    of all is as large as the facts.
    """
    sides: dict[str, tuple[list[Placed], list[Placed]]] = defaultdict(lambda: ([], []))
    for placed in old:
        sides[files.get(placed[0], placed[0])][0].append(placed)
    for placed in new:
        sides[placed[0]][1].append(placed)
    for both in sides.values():
        same = _untouched(*both)
        for side in both if same else ():
            side[:] = (placed for placed in side if _identity(placed[1]) not in same)
    return (it for olds, _ in sides.values() for it in olds), (it for _, news in sides.values() for it in news)


def _untouched(olds: Iterable[Placed], news: Iterable[Placed]) -> set[Hashable]:
    """What stands in a file on both sides just as it was, once on each, and untouched."""
    before, after = _alone(olds), _alone(news)
    return {key for key, it in before.items() if key in after and not (it.touched or after[key].touched)}


def _identity(it: Definition) -> Hashable:
    """What a definition that is just as it was has on both sides."""
    return it.qualified_name, it.kind, it.decorators, it.fingerprint


def _alone(side: Iterable[Placed]) -> dict[Hashable, Definition]:
    """The definitions of a file's side that no other one of it is equal to."""
    counts = Counter(_identity(it) for _, it in side)
    return {key: it for _, it in side if counts[key := _identity(it)] == 1}


def _telling(it: Definition) -> bool:
    """Whether an equal body elsewhere is hardly by chance: `pass` and `return None` are everywhere."""
    return bool(it.fingerprint) and len(it.reads) > 1
