"""Facts about files that the change did not touch, looked up only when a rule asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from pytest_agentaudit.change.model import PRODUCT, TESTS
from pytest_agentaudit.facts.on_demand import OnDemand
from pytest_agentaudit.facts.tree_texts import TreeTexts
from pytest_agentaudit.patterns import regex

_DYNAMIC = regex(rb"\bimport\s*\(?\s*\*|__getattr__|\bglobals\(|\bsetattr\(|sys\.modules|__dict__")
"""What gives a module names that do not stand in it."""

_WORD = regex(rb"\b[^\W\d_]\w*")
_PRIVATE = regex(rb"\b_+(?=[^\W\d_])")


class Mentions(OnDemand[frozenset[str]]):
    """Bare name -> the tree's test files in whose text it stands as a word."""

    def __init__(self, texts: TreeTexts) -> None:
        self._texts = texts
        self._found: dict[str, frozenset[str]] = {}
        self._named: dict[str, bool] = {}

    def __getitem__(self, name: str) -> frozenset[str]:
        """The files that name it, none where nobody does: every name has an answer."""
        if name not in self._found:
            word = name.encode(errors="surrogateescape")
            self._found[name] = frozenset(side.path for side in self._texts.holding(word, TESTS))
        return self._found[name]

    def quoting(self, source: str) -> frozenset[str]:
        """The files in whose text a piece of source stands as it is."""
        wanted = source.encode(errors="surrogateescape")
        return frozenset(side.path for side in self._texts.of_role(TESTS) if wanted in side.content)

    def __contains__(self, name: object) -> bool:
        """Whether a test file names it: far cheaper than which ones do."""
        if not isinstance(name, str) or name in self._found:
            return isinstance(name, str) and bool(self._found[name])
        if name not in self._named:
            self._named[name] = self._texts.holds(name.encode(errors="surrogateescape"), TESTS)
        return self._named[name]


class Unimportable(OnDemand[str]):
    """The path of a changed test file of the base -> a name that it imports from a module of the project and that
    nothing else in the base's tree has, "" where there is none: a file that could not be imported ran no test.

    `imports` are those of the changed files, by path. Modules that are not there, or that may have names which nobody
    wrote down (compiled, built, made when asked for), are not judged.
    """

    def __init__(self, texts: TreeTexts, imports: Mapping[str, Mapping[str, str]]) -> None:
        self._texts, self._imports = texts, imports
        self._found: dict[str, str] = {}

    def __getitem__(self, path: str) -> str:
        """Every path has an answer."""
        if path not in self._found:
            asked = (origin.rpartition(".") for origin in self._imports.get(path, {}).values())
            self._found[path] = next((name for module, _, name in asked if self._lacks(module, name, path)), "")
        return self._found[path]

    def _lacks(self, module: str, name: str, path: str) -> bool:
        word = name.encode(errors="surrogateescape")
        if not module or name in self._modules or not all(side.path == path for side in self._texts.standing(word)):
            return False
        place = module.replace(".", "/")
        ends = (f"/{place}.py", f"/{place}/__init__.py")
        found = [side for side in self._texts.sides if f"/{side.path}".endswith(ends)]
        return bool(found) and not any(_DYNAMIC.search(side.content) for side in found)

    @cached_property
    def _modules(self) -> frozenset[str]:
        """The names of all modules and packages of the tree."""
        return frozenset(part.removesuffix(".py") for side in self._texts.sides for part in side.path.split("/"))


class Copied(OnDemand[bool]):
    """The source of a function's body -> whether a product file of the base's tree holds it line for line, however far
    it is indented there, and whatever is private about its names.
    """

    def __init__(self, texts: TreeTexts) -> None:
        self._texts = texts
        self._found: dict[str, bool] = {}

    def __getitem__(self, source: str) -> bool:
        """Every source has an answer."""
        if source not in self._found:
            content = source.encode(errors="surrogateescape")
            wanted, rarest = _flush(content), max(_WORD.findall(content), key=len, default=b"")
            self._found[source] = rarest != b"" and self._texts.holds(
                rarest, PRODUCT, lambda side: wanted in _flush(side.content)
            )
        return self._found[source]


def _flush(content: bytes) -> bytes:
    """The lines that are not empty, without indentation and what stands behind them, each between line feeds."""
    lines = filter(None, map(bytes.strip, _PRIVATE.sub(b"", content).split(b"\n")))
    return b"\n".join([b"", *lines, b""])


class Quotes(OnDemand[frozenset[str]]):
    """A piece of source -> the tree's test files in whose text it stands as it is. Strings count without quotes."""

    def __init__(self, mentions: Mentions) -> None:
        self._mentions = mentions

    def __getitem__(self, source: str) -> frozenset[str]:
        """The files that hold it, none where nobody does: every source has an answer."""
        bare = source[1:-1] if source[:1] in {"'", '"'} and source[-1:] == source[:1] else source
        return self._mentions.quoting(bare) if bare else frozenset()
