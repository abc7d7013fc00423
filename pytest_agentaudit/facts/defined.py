"""Which names the product of a tree defines: asked when a test is gone, to know whether its subject went too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import PRODUCT, Side
from pytest_agentaudit.facts.tree_texts import TreeTexts, places
from pytest_agentaudit.patterns import regex

FEW_NAMES = 8
"""So many names are looked for one by one; for more it is cheaper to note all that are defined."""

_DEFINED = regex(rb"\n[ \t]*(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)")
"""Begins with a sign of its own: so the engine runs over all others, twice as fast as from "^" to "^"."""
_BEFORE = regex(rb"[ \t]*(?:async[ \t]+def|def|class)[ \t]+")
_NAME = regex(rb"[^\W\d]\w*")
_NOWHERE: frozenset[str] = frozenset()


class Defined(Mapping[str, frozenset[str]]):
    """Bare name -> the tree's product files that define a function or class of that name.

    Every name has an answer: no file, where nobody defines it. Names are read by their first words on a line, so one in
    a long string counts too: the answer errs on the side of "still there".
    """

    def __init__(self, texts: TreeTexts, known: Mapping[str, frozenset[str]] | None = None) -> None:
        """`known` has all names, where somebody noted them."""
        self._texts, self._noted = texts, known
        self._known: dict[str, frozenset[str]] = {}
        self._there: dict[str, bool] = {}

    @cached_property
    def _all(self) -> Mapping[str, frozenset[str]]:
        return definitions(self._texts.of_role(PRODUCT)) if self._noted is None else self._noted

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that define it. A few names are looked for one by one; for many, all are noted once."""
        if self._is_noted:
            return self._all.get(name, _NOWHERE)
        if name not in self._known:
            word = name.encode(errors="surrogateescape")
            sides = self._texts.holding(word, PRODUCT) if _NAME.fullmatch(word) else ()
            self._known[name] = frozenset(side.path for side in sides if defines(side.content, word))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        """Whether a file defines it: far cheaper than which ones do."""
        if not isinstance(name, str) or name in self._known or self._is_noted:
            return isinstance(name, str) and bool(self[name])
        if name not in self._there:
            word = name.encode(errors="surrogateescape")
            is_name = _NAME.fullmatch(word) is not None
            self._there[name] = is_name and self._texts.holds(word, PRODUCT, lambda it: defines(it.content, word))
        return self._there[name]

    @property
    def _is_noted(self) -> bool:
        """Whether so many names were asked for that all are noted."""
        return len(self._known) + len(self._there) >= FEW_NAMES

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def defines(text: bytes, name: bytes) -> bool:
    """Whether a line of the text begins with a definition of that name."""
    return any(_BEFORE.fullmatch(text, text.rfind(b"\n", 0, at) + 1, at) for at in places(text, name))


def definitions(sides: Iterable[Side]) -> dict[str, frozenset[str]]:
    """Every name that files define, with the paths of these."""
    found: dict[str, set[str]] = defaultdict(set)
    for side in sides:
        for name in _DEFINED.findall(b"\n" + side.content):
            found[name.decode(errors="replace")].add(side.path)
    return {name: frozenset(paths) for name, paths in found.items()}
