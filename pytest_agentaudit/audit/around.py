"""The code that a place of a finding lies in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence

from msgspec import Struct

from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Definition
from pytest_agentaudit.model import Location


class Around:
    """Finds it in head's side of changed `files`, given by their path. Each file is gone through once: a rule may have
    thousands of places in one.
    """

    def __init__(self, files: Mapping[str, FileDelta]) -> None:
        self._files = files
        self._nested: dict[str, _Nested] = {}
        self._split: tuple[str, Sequence[bytes]] = ("", ())

    def definition(self, place: Location) -> Definition | None:
        """The innermost function or class that holds all lines of a place; None where there is none."""
        if place.path not in self._nested:
            file = self._files.get(place.path)
            self._nested[place.path] = _Nested.of(file.new.definitions if file and file.new else ())
        return self._nested[place.path].innermost(place.line, place.end_line)

    def lines(self, path: str) -> Sequence[bytes]:
        """The lines of a file; none where head has no such changed file. Those of the last one are at hand."""
        if path != self._split[0]:
            file = self._files.get(path)
            self._split = path, file.pair.new.content.split(b"\n") if file and file.pair.new else ()
        return self._split[1]


class _Nested(Struct, frozen=True):
    """Definitions in the order of their starts, outer ones first, each with the index of the one around it (or -1)."""

    ordered: Sequence[Definition]
    starts: Sequence[int]
    outer: Sequence[int]

    @classmethod
    def of(cls, definitions: Sequence[Definition]) -> _Nested:
        ordered = sorted(definitions, key=lambda it: (it.start_line, -it.end_line))
        outer: list[int] = []
        for at, definition in enumerate(ordered):
            around = at - 1
            while around >= 0 and ordered[around].end_line < definition.end_line:
                around = outer[around]
            outer.append(around)
        return cls(ordered, [it.start_line for it in ordered], outer)

    def innermost(self, line: int, end_line: int) -> Definition | None:
        at = bisect_right(self.starts, line) - 1
        while at >= 0 and self.ordered[at].end_line < end_line:
            at = self.outer[at]
        return self.ordered[at] if at >= 0 else None
