"""How far suppressions reach that are switched on and off again, and what came under one that stood there before."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec import Struct

from pytest_agentaudit.change.model import Side
from pytest_agentaudit.facts.delta import FileDelta
from pytest_agentaudit.facts.model import Comment, Definition, FileFacts
from pytest_agentaudit.facts.scan import scan
from pytest_agentaudit.facts.silencing import Scope, Suppression
from pytest_agentaudit.patterns import regex

_COUNTERPARTS: Mapping[str, re.Pattern[str]] = {
    "pylint: disable": regex(r"#\s*pylint:\s*enable\s*=\s*(?P<codes>[\w\-, ]+)"),
    "ruff: disable": regex(r"#\s*ruff\s*:\s*enable\s*\[(?P<codes>[^\]]*)\]"),
    "pytype: disable": regex(r"#\s*pytype:\s*enable\s*=\s*(?P<codes>[\w\-, ]+)"),
    "fmt: off": regex(r"#\s*fmt:\s*on\b"),
    "isort: off": regex(r"#\s*(?:ruff\s*:\s*)?isort:\s*on\b"),
    "yapf: disable": regex(r"#\s*yapf:\s*enable\b"),
    "autopep8: off": regex(r"#\s*autopep8:\s*on\b"),
}
"""What ends the reach of a directive."""


class _Range(Struct, frozen=True):
    """The lines between a suppression and its counterpart, or the end of the file where it `is_open`."""

    suppression: Suppression
    last_line: int
    is_open: bool

    def holds(self, it: Definition) -> bool:
        return self.suppression.line < it.start_line and it.end_line <= self.last_line


class Swallowed(Struct, frozen=True):
    """A suppression that the base has too, and the definitions of the base that it did not reach there and does now."""

    suppression: Suppression
    definitions: tuple[Definition, ...]


def swallowed(file: FileDelta) -> Iterator[Swallowed]:
    """The suppressions of a file that reach further than before, to code that stood outside; the base ends them by a
    counterpart.
    """
    if not (file.old and file.new and file.pair.old and file.pair.new and _switched(file.old) and _switched(file.new)):
        return
    before, after = _ranges(file.old, file.pair.old), _ranges(file.new, file.pair.new)
    for key, ranges in before.items():
        free = {it.qualified_name for it in file.old.definitions if not any(known.holds(it) for known in ranges)}
        for was, now in zip(ranges, after.get(key, ()), strict=False):
            taken = [it for it in file.new.definitions if now.holds(it) and it.qualified_name in free]
            if taken and not was.is_open:
                yield Swallowed(now.suppression, tuple(_outermost(taken)))


def _outermost(found: list[Definition]) -> Iterator[Definition]:
    """Those that are no part of another one."""
    names = {it.qualified_name for it in found}
    return (it for it in found if it.qualified_name.rpartition(".")[0] not in names)


def _switched(facts: FileFacts) -> list[Suppression]:
    """The suppressions that are in force until a counterpart."""
    return [
        it
        for it in facts.suppressions
        if it.honoured and it.scope in {Scope.RANGE, Scope.FILE} and it.directive in _COUNTERPARTS
    ]


def _ranges(facts: FileFacts, side: Side) -> Mapping[tuple[str, tuple[str, ...]], list[_Range]]:
    """The ranges of a side by directive and codes."""
    scanned = scan(side.content)
    found: defaultdict[tuple[str, tuple[str, ...]], list[_Range]] = defaultdict(list)
    for it in _switched(facts):
        ends = (comment.line for comment in scanned.comments if comment.line > it.line and _ends(comment, it))
        last = next(ends, 0)
        found[it.directive, it.codes].append(_Range(it, last or len(scanned.code_lines), is_open=not last))
    return found


def _ends(comment: Comment, suppression: Suppression) -> bool:
    """Whether a comment is the counterpart of a suppression: of all that it says, or of a part."""
    match = _COUNTERPARTS[suppression.directive].match(comment.text) if comment.own_line else None
    if match is None:
        return False
    codes = {it.strip() for it in (match.groupdict().get("codes") or "").split(",") if it.strip()}
    return not codes or not suppression.codes or not codes.isdisjoint({*suppression.codes, "all"})
