"""Whether tests reach definitions, as far as names tell; looked for near the change first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pytest_agentaudit.facts.callers import Callers, is_reached
from pytest_agentaudit.facts.lookups import Mentions
from pytest_agentaudit.facts.tree_texts import TreeTexts

Names = Mapping[str, frozenset[str]]


class Reaching:
    """`is_reached` of a whole tree, given who calls and who mentions what in it. Who is found to reach a definition
    among the files near the change does so in the whole tree, which then need not be read.
    """

    def __init__(self, callers: Names, mentions: Names, texts: TreeTexts | None = None) -> None:
        self._whole = callers, mentions
        self._texts = texts
        self._near: dict[TreeTexts, tuple[Names, Names]] = {}

    def expect(self, names: Iterable[str]) -> None:
        """Be ready for definitions of these names."""
        if self._texts:
            self._texts.expect({name.encode(errors="surrogateescape") for name in names})

    def __call__(self, names: Iterable[str], module: str) -> bool:
        """Whether a test names one of these definitions of a module, or what calls them."""
        names = list(names)
        words = [name.encode(errors="surrogateescape") for name in names]
        for near in self._texts.near(words) if self._texts else ():
            found = self._near.get(near) or self._near.setdefault(near, (Callers(near), Mentions(near)))
            if is_reached(names, module, *found):
                return True
        return is_reached(names, module, *self._whole)
