"""Which names the product of a tree defines: asked when a test is gone, to know whether its subject went too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.tree_texts import TreeTexts, places
from pytest_agentaudit.patterns import regex

_DEFINED = regex(rb"^[ \t]*(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)
_BEFORE = regex(rb"[ \t]*(?:async[ \t]+def|def|class)[ \t]+")
_NAME = regex(rb"[^\W\d]\w*")
_PRODUCT = frozenset({FileRole.PRODUCT})


class Defined(Mapping[str, frozenset[str]]):
    """Bare name -> the tree's product files that define a function or class of that name.

    Every name has an answer: no file, where nobody defines it. Names are read by their first words on a line, so one in
    a long string counts too: the answer errs on the side of "still there".
    """

    def __init__(self, texts: TreeTexts) -> None:
        self._texts = texts
        self._known: dict[str, frozenset[str]] = {}

    @cached_property
    def _names(self) -> frozenset[str]:
        sides = self._texts.of_role(_PRODUCT)
        return frozenset(name.decode(errors="replace") for side in sides for name in _DEFINED.findall(side.content))

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that define it."""
        if name not in self._known:
            word = name.encode(errors="surrogateescape")
            sides = self._texts.holding(word, _PRODUCT) if _NAME.fullmatch(word) else ()
            self._known[name] = frozenset(side.path for side in sides if _defines(side.content, word))
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _defines(text: bytes, name: bytes) -> bool:
    """Whether a line of the text begins with a definition of that name."""
    return any(_BEFORE.fullmatch(text, text.rfind(b"\n", 0, at) + 1, at) for at in places(text, name))
