"""The product functions of a change whose behaviour may have changed, with the statements that are new in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from operator import attrgetter
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole, Side
from pytest_agentaudit.facts.delta import Delta, FileDelta
from pytest_agentaudit.facts.model import Definition, FileFacts, Kind, Line, LineKind
from pytest_agentaudit.patterns import regex

_start = attrgetter("start_line")

_KEYWORDS = (
    "and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|"
    "lambda|nonlocal|not|or|pass|raise|return|try|while|with|yield|None|True|False"
)
_LITERAL = regex(r"""[rbuf]{0,2}(?:'[^']*'|"[^"]*")|\b\d[\w.]*""", re.IGNORECASE)
_NAME = regex(rf"\b(?!(?:{_KEYWORDS})\b)[^\W\d]\w*(?:\.[^\W\d]\w*)*")


A_COPY = 3
"""Statements of a function from which on two of them are hardly alike by chance."""


class ChangedFunction(Struct, frozen=True):
    """A function of a product file that is not equal to what it was.

    `lines` are its changed executable statements, without those that only moved; `body` all of its executable
    statements. `reworded` holds those of `lines` that differ from removed ones only in names or literals. `owners` are
    the definitions around it, outermost first. `is_new` is true where the base had no such function; `new_owners` are
    those of its owners that the base did not have.
    """

    path: str
    definition: Definition
    lines: tuple[Line, ...]
    body: tuple[Line, ...]
    reworded: frozenset[Line]
    owners: tuple[Definition, ...]
    is_new: bool
    new_owners: tuple[Definition, ...]

    def of_kind(self, *kinds: LineKind) -> tuple[Line, ...]:
        """The changed statements of these kinds."""
        return tuple(line for line in self.lines if line.kind in kinds)

    @property
    def work(self) -> Definition:
        """The piece of work that it belongs to: the outermost new class or function around it, else itself."""
        parts = (it for it in self.owners if it.kind is Kind.FUNCTION or it in self.new_owners)
        return next(parts, self.definition)

    @property
    def written(self) -> tuple[Line, ...]:
        """The changed logic that is more than another name or number."""
        return tuple(line for line in self.of_kind(LineKind.LOGIC) if line not in self.reworded)

    @property
    def guards(self) -> frozenset[Line]:
        """The statements before suites that only raise, log or wait for a platform: what they decide is no logic."""
        logic = {line.branch for line in self.body if line.kind in {LineKind.LOGIC, LineKind.HANDLER}}
        heads = zip(self.body, self.body[1:], strict=False)
        return frozenset(head for head, line in heads if line.branch == line.line and line.branch not in logic)


Changed = tuple[tuple[FileDelta, tuple[ChangedFunction, ...]], ...]
_KNOWN: WeakKeyDictionary[Delta, Changed] = WeakKeyDictionary()
"""What was read of the deltas that still live: several rules ask."""


def changed_functions(delta: Delta) -> Changed:
    """Each changed product file that was read as a tree, with its changed functions in the order of the source."""
    if delta not in _KNOWN:
        _KNOWN[delta] = tuple(_changed(delta))
    return _KNOWN[delta]


def _changed(delta: Delta) -> Iterator[tuple[FileDelta, tuple[ChangedFunction, ...]]]:
    files = [file for file in delta.files if file.role is FileRole.PRODUCT]
    removed = _Removed(file for file in files if file.pair.old)
    equal = {(pair.new_path, pair.new.line) for pair in delta.definitions if pair.new and pair.equal}
    new = {(pair.new_path, pair.new.line) for pair in delta.definitions if pair.new and not pair.old}
    for file in files:
        if file.new and file.pair.new and file.pair.added:
            yield file, tuple(_functions(file, file.new, file.pair.new, removed, equal, new))


def is_copy(delta: Delta, function: ChangedFunction) -> bool:
    """Whether a new function does, word for word, what one of the base does in another place."""
    if not function.is_new or len(function.body) < A_COPY:
        return False
    sides = (file.pair.new for file in delta.files if file.path == function.path)
    numbers = range(function.body[0].line, function.definition.end_line + 1)
    return any(
        delta.copied.get(b"\n".join(side.lines(numbers)).decode(errors="surrogateescape")) for side in sides if side
    )


class _Removed:
    """The lines that a change took away, as far as no statement at head has used them up."""

    def __init__(self, files: Iterable[FileDelta]) -> None:
        self.texts: Counter[str] = Counter()
        for file in files:
            if file.pair.old:
                source = _source(file.pair.old)
                self.texts.update(text for number in file.pair.removed if (text := _folded(source, number)))
        self.shapes = {_shape(text) for text in self.texts}

    def holds(self, texts: list[str]) -> bool:
        """Whether all these lines were taken away elsewhere; uses them up."""
        wanted = Counter(texts)
        if any(self.texts[text] < count for text, count in wanted.items()):
            return False
        self.texts.subtract(wanted)
        return True

    def reworded(self, texts: list[str]) -> bool:
        """Whether each of these lines stood there with other names or literals."""
        return all(_shape(text) in self.shapes for text in texts)


def _source(side: Side) -> list[str]:
    return side.content.decode("utf-8", "surrogateescape").split("\n")


def _folded(source: list[str], number: int) -> str:
    """A line without indentation, comment of its own and trailing comma."""
    text = source[number - 1].strip().rstrip(",") if 0 < number <= len(source) else ""
    return "" if text.startswith("#") else text


def _shape(text: str) -> str:
    """A line with its literals and names, dotted ones too, blotted out."""
    return _NAME.sub("n", _LITERAL.sub("0", text))


def _functions(
    file: FileDelta,
    facts: FileFacts,
    side: Side,
    removed: _Removed,
    equal: set[tuple[str, int]],
    new: set[tuple[str, int]],
) -> Iterator[ChangedFunction]:
    source = _source(side)
    for around, body in _by_function(facts):
        definition = around[-1]
        if any((file.path, it.line) in equal for it in around):
            continue
        touched = [line for line in body if not file.pair.added.isdisjoint(range(line.line, line.end_line + 1))]
        texts = {
            line: [t for n in range(line.line, line.end_line + 1) if (t := _folded(source, n))] for line in touched
        }
        lines = tuple(line for line in touched if not removed.holds(texts[line]))
        if lines:
            yield ChangedFunction(
                path=file.path,
                definition=definition,
                lines=lines,
                body=body,
                reworded=frozenset(line for line in lines if removed.reworded(_changed_texts(file, source, line))),
                owners=around[:-1],
                is_new=(file.path, definition.line) in new,
                new_owners=tuple(it for it in around[:-1] if (file.path, it.line) in new),
            )


def _changed_texts(file: FileDelta, source: list[str], line: Line) -> list[str]:
    """The changed lines of a statement, folded."""
    numbers = (number for number in range(line.line, line.end_line + 1) if number in file.pair.added)
    return [text for number in numbers if (text := _folded(source, number))]


def _by_function(facts: FileFacts) -> Iterator[tuple[tuple[Definition, ...], tuple[Line, ...]]]:
    """Each function with the definitions around it (itself last) and its executable statements."""
    named: dict[str, list[Definition]] = defaultdict(list)
    for definition in facts.definitions:
        named[definition.qualified_name].append(definition)
    for alike in named.values():
        alike.sort(key=_start)
    grouped: dict[tuple[int, ...], tuple[tuple[Definition, ...], list[Line]]] = {}
    for line in facts.lines:
        if line.kind is not LineKind.IMPORT_TIME:
            around = tuple(_around(line, named))
            while around and around[-1].kind is Kind.CLASS:
                around = around[:-1]
            if around:
                grouped.setdefault(tuple(it.line for it in around), (around, []))[1].append(line)
    for around, body in grouped.values():
        yield around, tuple(body)


def _around(line: Line, named: Mapping[str, Sequence[Definition]]) -> Iterator[Definition]:
    """The definitions that a statement stands in, outermost first. Those of one name stand one after the other."""
    for name in accumulate(line.symbol.split("."), "{}.{}".format):
        alike = named.get(name, ())
        at = bisect_right(alike, line.line, key=_start)
        if at and line.line <= alike[at - 1].end_line:
            yield alike[at - 1]
