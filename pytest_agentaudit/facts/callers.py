"""Which product definitions name a definition: how a test may reach what it does not name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, FileRole, Tree

MOST_CALLERS = 200
"""Of a name that stands in more places than this (`get`, `run`) the first ones are enough."""

MOST_STEPS = 5
"""How many calls there may be between a test and what it runs, for names to tell."""

_LONG_WORD = 10
_PASSES_ON = re.compile(rb"[ \t]*(?:from|import|__all__|async|def|class)\b|[ \t]+[\"']?\w+[\"']?,?[ \t]*\n")
_HEADER = re.compile(rb"^([ \t]*)(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)", re.MULTILINE)
_REGISTERED = re.compile(rb"[ \t]*(?:@\w+(?:\.\w+)+(?<!\.setter)(?<!\.cached_property)(?<!\.cache)\b|\)[ \t]*$)")


class Callers(Mapping[str, frozenset[str]]):
    """Bare name -> bare names of the product definitions in whose text it stands.

    An empty name stands for the module level, and for a framework that a decorator hands the definition to.

    Names are matched as words of the text, comments and strings included, so the answer errs on the side of "is
    called". A definition is not its own caller, nor is an import or `__all__`. Reads the tree's product once, when
    asked.
    """

    def __init__(self, tree: Tree, role_of: Callable[[str, bytes], FileRole]) -> None:
        self._tree, self._role_of = tree, role_of
        self._known: dict[str, frozenset[str]] = {}

    @cached_property
    def _texts(self) -> tuple[bytes, ...]:
        entries = sorted(self._tree.entries().items())
        paths = [path for path, it in entries if path.endswith(".py") and it.mode not in {SYMLINK, SUBMODULE}]
        sides = ((path, self._tree.read(path)) for path in paths)
        return tuple(text for path, text in sides if text and self._role_of(path, text) is FileRole.PRODUCT)

    def __getitem__(self, name: str) -> frozenset[str]:
        """The callers' names; none, where nobody names it."""
        if name not in self._known:
            self._known[name] = frozenset(self._find(name))
        return self._known[name]

    def _find(self, name: str) -> set[str]:
        encoded = name.encode(errors="surrogateescape")
        word = re.compile(rb"\b" + re.escape(encoded) + rb"\b")
        found: set[str] = set()
        for text in self._texts:
            if encoded in text:
                headers = [_Header.of(text, it) for it in _HEADER.finditer(text)]
                for place in word.finditer(text):
                    found |= set(_enclosing(text, place.start(), headers)) - {name}
                    if len(found) >= MOST_CALLERS:
                        return found
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True, slots=True)
class _Header:
    """A definition's first words: where, how deep, its name, and whether a decorator registers it somewhere."""

    start: int
    depth: int
    name: str
    is_registered: bool

    @classmethod
    def of(cls, text: bytes, found: re.Match[bytes]) -> _Header:
        """The header at a match of `_HEADER`."""
        above = text[text.rfind(b"\n", 0, max(found.start() - 1, 0)) + 1 : found.start()].rstrip(b"\r\n")
        name = found[2].decode(errors="replace")
        return cls(found.start(), len(found[1]), name, _REGISTERED.match(above) is not None)


def _enclosing(text: bytes, at: int, headers: list[_Header]) -> Iterator[str]:
    """The names of the definitions around a place, by indentation; an empty name where there are none."""
    start = text.rfind(b"\n", 0, at) + 1
    line = text[start : text.find(b"\n", at) + 1 or len(text)]
    indent = len(line) - len(line.lstrip())
    around = False
    for header in reversed([header for header in headers if header.start < at]):
        if header.depth < indent:
            around = True
            indent = header.depth
            yield header.name
            if header.is_registered:
                yield ""
        if not indent:
            break
    if not around and not _PASSES_ON.match(line):
        yield ""


def is_reached(
    names: Iterable[str],
    module: str,
    callers: Mapping[str, frozenset[str]],
    mentions: Mapping[str, frozenset[str]],
) -> bool:
    """Whether a test names one of these definitions of a module, or what calls them, over several calls; or the module
    level or a framework does, where what happens next cannot be told from names.

    Of a caller whose name is a plain word (`load`) only those test files count that name the module too.
    """
    none: frozenset[str] = frozenset()
    of_module = mentions.get(module, none)
    seen: set[str] = set()
    frontier = {name for name in names if name}
    if any(mentions.get(name) for name in frontier):
        return True
    for _ in range(MOST_STEPS):
        seen |= frontier
        frontier = {caller for name in frontier for caller in callers.get(name, none)} - seen
        if "" in frontier or len(seen) > MOST_CALLERS:
            return True
        if any(mentions.get(it, none) if _is_telling(it) else mentions.get(it, none) & of_module for it in frontier):
            return True
    return False


def _is_telling(name: str) -> bool:
    """Whether a name is long or compound enough that a test file which holds the word means this definition."""
    return len(name) >= _LONG_WORD or "_" in name.strip("_") or not (name.islower() or name.istitle())
