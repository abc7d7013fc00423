"""Which product definitions name a definition: how a test may reach what it does not name."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import PRODUCT
from pytest_agentaudit.facts.tree_texts import TreeTexts, places
from pytest_agentaudit.patterns import regex

MOST_CALLERS = 200
"""Of a name that stands in more places than this (`get`, `run`) the first ones are enough."""

MOST_STEPS = 5
"""How many calls there may be between a test and what it runs, for names to tell."""

_LONG_WORD = 10
_PASSES_ON = regex(rb"[ \t]*(?:from|import|__all__|async|def|class)\b|[ \t]+[\"']?\w+[\"']?,?[ \t]*\n")
_HEADER = regex(rb"([ \t]*)(?:async[ \t]+def|def|class)[ \t]+([^\W\d]\w*)")
_OPENERS = (b"async", b"def", b"class")
_INNER = frozenset(b" \t\r\f\v#)]}")
"""What a line begins with that does not begin a statement of the module level."""
_DECORATOR = regex(rb"[ \t]*(?:@([\w.]+).*|\))[ \t]*$")

_TRANSPARENT = frozenset(
    {"abstractmethod", "cache", "cached_property", "classmethod", "dataclass", "deprecated", "final", "lru_cache"}
    | {"asynccontextmanager", "contextmanager", "deleter", "getter", "overload", "override", "property", "setter"}
    | {"runtime_checkable", "staticmethod", "total_ordering", "wraps"}
)


def registers(decorator: str) -> bool:
    """Whether a decorator (its dotted name) may hand what it stands on to a framework that calls it: routes, commands,
    validators, hooks. Those of the standard library do not.
    """
    return decorator.rpartition(".")[2] not in _TRANSPARENT


class Callers(Mapping[str, frozenset[str]]):
    """Bare name -> bare names of the product definitions in whose text it stands.

    An empty name stands for the module level, and for a framework that a decorator hands the definition to.

    Names are matched as words of the text, comments and strings included, so the answer errs on the side of "is
    called". A definition is not its own caller, nor is an import or `__all__`.
    """

    def __init__(self, texts: TreeTexts) -> None:
        self._texts = texts
        self._known: dict[str, frozenset[str]] = {}
        self._read: dict[str, _Text] = {}

    def __getitem__(self, name: str) -> frozenset[str]:
        """The callers' names; none, where nobody names it."""
        if name not in self._known:
            self._known[name] = frozenset(self._find(name))
        return self._known[name]

    def _find(self, name: str) -> set[str]:
        encoded = name.encode(errors="surrogateescape")
        found: set[str] = set()
        for side in self._texts.holding(encoded, PRODUCT):
            if side.path.endswith(".py"):
                content = side.content
                text = self._read.get(side.path) or self._read.setdefault(side.path, _Text(content))
                for place in places(content, encoded):
                    found.update(it for it in text.enclosing(content, place) if it != name)
                    if len(found) >= MOST_CALLERS:
                        return found
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class _Header(Struct, frozen=True):
    """A definition's first words: where, how deep, its name, and whether a decorator registers it somewhere."""

    start: int
    depth: int
    name: str
    is_registered: bool

    def callers(self) -> Iterator[str]:
        """Who calls by it."""
        yield self.name
        if self.is_registered:
            yield ""


class _Text:
    """A product file as its lines' beginnings tell it: `headers` are all definitions, in order, `starts` where they
    start, and `outermost` where statements of the module level do. The text itself is not held: there may be thousands.
    """

    def __init__(self, content: bytes) -> None:
        self.headers: list[_Header] = []
        self.outermost: list[int] = []
        start = 0
        for line in content.split(b"\n"):
            if line and line[0] not in _INNER:
                self.outermost.append(start)
            if line.lstrip(b" \t").startswith(_OPENERS) and (found := _HEADER.match(line)):
                name = found[2].decode(errors="replace")
                self.headers.append(_Header(start, len(found[1]), name, _is_registered(content, start)))
            start += len(line) + 1
        self.starts = [header.start for header in self.headers]

    def enclosing(self, content: bytes, at: int) -> Iterator[str]:
        """The names of the definitions around a place in the file's content, by indentation; an empty name where there
        are none.
        """
        start = content.rfind(b"\n", 0, at) + 1
        line = content[start : content.find(b"\n", at) + 1 or len(content)]
        indent = len(line) - len(line.lstrip())
        before = self.headers[: bisect_right(self.starts, start)]
        if before and before[-1].start == start:
            indent = before[-1].depth + 1  # a signature is its own definition's
        outer = self.outermost[max(bisect_right(self.outermost, start) - 1, 0)] if self.outermost else 0
        around = False
        for header in reversed(before):
            if header.start < outer or not indent:
                break
            if header.depth < indent:
                around, indent = True, header.depth
                yield from header.callers()
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
    seen: set[str] = set()
    frontier = {name for name in names if name}
    if any(name in mentions for name in frontier):
        return True
    for _ in range(MOST_STEPS):
        seen |= frontier
        frontier = {caller for name in frontier for caller in callers.get(name, none)} - seen
        if "" in frontier or len(seen) > MOST_CALLERS:
            return True
        telling = {it for it in frontier if _is_telling(it)}
        if any(it in mentions for it in telling):
            return True
        if any(mentions.get(it, none) & mentions.get(module, none) for it in frontier - telling):
            return True
    return False


def _is_telling(name: str) -> bool:
    """Whether a name is long or compound enough that a test file which holds the word means this definition."""
    return len(name) >= _LONG_WORD or "_" in name.strip("_") or not name.islower()


def _is_registered(content: bytes, start: int) -> bool:
    """Whether a decorator above the definition that starts there hands it to somebody."""
    while start:
        above = content.rfind(b"\n", 0, start - 1) + 1
        found = _DECORATOR.match(content[above : start - 1])
        if found is None:
            return False
        if found[1] is None or registers(found[1].decode(errors="replace")):
            return True
        start = above
    return False
