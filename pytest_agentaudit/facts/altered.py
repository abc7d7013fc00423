"""The product functions that a change altered: new ones, and those that behave otherwise than at base."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from weakref import WeakKeyDictionary

from msgspec import Struct

from pytest_agentaudit.change.model import FilePair, FileRole, Side
from pytest_agentaudit.facts.delta import Delta
from pytest_agentaudit.facts.model import Definition, FileFacts, Kind
from pytest_agentaudit.patterns import regex


class Altered(Struct, frozen=True):
    """A function of a product file at head, and what it was, in which file (None and "": it is new)."""

    path: str
    new: Definition
    old: Definition | None
    old_path: str = ""

    @property
    def extent(self) -> range:
        """Its lines at head."""
        return range(self.new.line, self.new.end_line + 1)


_KNOWN: WeakKeyDictionary[Delta, tuple[Altered, ...]] = WeakKeyDictionary()
"""What was read of the deltas that still live: planning and judging ask."""


def altered_functions(delta: Delta) -> tuple[Altered, ...]:
    """Each once, in the order of the source. A function around another one counts where the change met more of it."""
    if delta not in _KNOWN:
        _KNOWN[delta] = tuple(_altered(delta))
    return _KNOWN[delta]


def _altered(delta: Delta) -> Iterator[Altered]:
    by_path: dict[str, list[Altered]] = defaultdict(list)
    for it in delta.definitions:
        if it.new and not it.equal and it.new.kind is Kind.FUNCTION and it.new.fingerprint:
            by_path[it.new_path].append(Altered(it.new_path, it.new, it.old, it.old_path if it.old else ""))
    for file in delta.files:
        if file.role is FileRole.PRODUCT and file.new:
            found = by_path.get(file.path, [])
            yield from (it for it in found if _is_met(file.pair, it, found))


_FOR_CHECKERS = frozenset({"cast", "assert_type", "reveal_type", "TYPE_CHECKING", "overload"})
"""What typing offers that does nothing when the code runs."""
_WORD = regex(rb"[A-Za-z_]\w*")


def is_about_types(delta: Delta, functions: Iterable[Altered]) -> bool:
    """Whether each of these functions came to say something to type checkers, or says it no more: what such a change
    is for, no test can show.
    """
    old = {file.old.path: (file.old, file.pair.old) for file in delta.files if file.old and file.pair.old}
    new = {file.new.path: (file.new, file.pair.new) for file in delta.files if file.new and file.pair.new}
    found = [(old.get(it.old_path), it.old, new.get(it.path), it.new) for it in functions]
    return bool(found) and all(
        before and was and after and _told(*before, was) != _told(*after, now) for before, was, after, now in found
    )


def is_of_another_type(functions: Iterable[Altered]) -> bool:
    """Whether each of these functions says of another type what it gives back: a list became an iterator."""
    found = [(_answer(it.old), _answer(it.new)) for it in functions]
    return bool(found) and all(was and now and was != now for was, now in found)


def _answer(it: Definition | None) -> str:
    return it.signature.rpartition(" -> ")[2] if it and " -> " in it.signature else ""


def _told(facts: FileFacts, side: Side, it: Definition) -> frozenset[str]:
    """What a function says to type checkers by names of typing."""
    told = (name for name, origin in facts.imports.items() if origin.startswith(("typing.", "typing_extensions.")))
    words = set(_WORD.findall(b"\n".join(side.lines(range(it.line, it.end_line + 1)))))
    return frozenset(name for name in told if name in _FOR_CHECKERS and name.encode() in words)


def _is_met(pair: FilePair, function: Altered, others: list[Altered]) -> bool:
    """Whether the change met lines of a function that stand in no other altered function inside of it."""
    inner = [it for it in others if it is not function and _is_inside(it, function)]
    if not inner:
        return True
    lines = set(function.extent).intersection(pair.added)
    return bool(lines.difference(*(it.extent for it in inner)))


def _is_inside(inner: Altered, outer: Altered) -> bool:
    return outer.new.line < inner.new.line and inner.new.end_line <= outer.new.end_line
