"""Mutants of the changed functions: what to break, so that tests which look at the change must notice."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from hashlib import blake2b

from msgspec import Struct

from pytest_agentaudit.facts.delta import DefinitionPair
from pytest_agentaudit.facts.mutable import Edit, Function, Source, read_source
from pytest_agentaudit.facts.mutants_fine import fine_edits
from pytest_agentaudit.facts.mutants_probing import probing_edits
from pytest_agentaudit.facts.mutants_whole import control_edit, extreme_edit, null_edit, perturb_edit, revert_edit
from pytest_agentaudit.mutant import Mutant, Operator
from pytest_agentaudit.source_lines import line_starts

FINE_BY_FUNCTION = 4
FINE_BY_CHANGE = 40
AROUND = 2
"""Lines that a diff shows around the edit."""


class ChangedFile(Struct, frozen=True):
    """A changed product file: head's text, its changed functions on both sides, the changed lines of head, and the
    texts of the base by path (functions move between files).
    """

    path: str
    head: str
    pairs: tuple[DefinitionPair, ...]
    lines: frozenset[int]
    bases: Mapping[str, str]


def mutants(files: Iterable[ChangedFile], *, fine: bool = False) -> tuple[Mutant, ...]:
    """The mutants of a change, by function: its two controls, those of the whole function and, where asked, the fine
    ones. Files that cannot be read have none; a function without anything to mutate has no controls either.
    """
    found: list[Mutant] = []
    left = FINE_BY_CHANGE if fine else 0
    for file in files:
        head = read_source(file.head)
        bases = _Bases(file.bases)
        for pair in file.pairs:
            if head and pair.new and (function := head.find(pair.new)):
                made = _of_function(file, head, function, bases.function(pair), left)
                left -= sum(not it.operator.is_control and not it.operator.is_whole for it in made)
                found += made
    return tuple(found)


def whole_mutants(
    path: str, text: str, functions: Iterable[tuple[str, int]], probed: Collection[tuple[str, int]] = ()
) -> tuple[Mutant, ...]:
    """The controls and mutants of whole functions as they stand, by qualified name and first line of their code, and of
    those that are `probed` the probes too; none of those that cannot be found, or have nothing to mutate.
    """
    head = read_source(text)
    file = ChangedFile(path, text, (), frozenset(), {})
    found = [(function, key in probed) for key in functions if head and (function := head.at(*key))]
    return tuple(it for one, probes in found if head for it in _of_function(file, head, one, None, 0, probes=probes))


def as_diff(mutant: Mutant, head: str) -> str:
    """The mutant as a unified diff of its file, without the lines far from the edit."""
    starts = line_starts(head)
    first = max(sum(start <= mutant.start for start in starts[:-1]) - 1 - AROUND, 0)
    last = min(sum(start < mutant.end for start in starts[:-1]) + AROUND, len(starts) - 1)
    begin, end = starts[first], starts[last]
    old = head[begin:end]
    new = f"{head[begin : mutant.start]}{mutant.replacement}{head[mutant.end : end]}"
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), mutant.path, f"{mutant.path} ({mutant.operator})", n=AROUND, lineterm=""
    )
    return "\n".join(_moved(line, first) for line in lines)


_HUNK = re.compile(r"@@ -(\d+)(\S*) \+(\d+)(\S*) @@")


def _moved(line: str, offset: int) -> str:
    """A hunk's heading, counted from the file's first line."""
    return _HUNK.sub(lambda it: f"@@ -{int(it[1]) + offset}{it[2]} +{int(it[3]) + offset}{it[4]} @@", line)


class _Bases:
    """The base's sides of a file's functions; a text is read when the first function of it is asked for."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._known: dict[str, Source | None] = {}

    def function(self, pair: DefinitionPair) -> tuple[Source, Function] | None:
        """The pair's old side, and the source that it stands in."""
        path = pair.old_path
        if pair.old is None or path not in self._texts:
            return None
        if path not in self._known:
            self._known[path] = read_source(self._texts[path])
        source = self._known[path]
        function = source.find(pair.old) if source else None
        return (source, function) if source and function else None


def _of_function(
    file: ChangedFile,
    head: Source,
    function: Function,
    base: tuple[Source, Function] | None,
    left: int,
    *,
    probes: bool = False,
) -> list[Mutant]:
    """The controls and mutants of one function; none where only the controls are left."""
    if not function.body:
        return []
    edits = [
        *((Operator.REVERT, it) for it in _some(revert_edit(head, function, base))),
        *((Operator.EXTREME, it) for it in _some(extreme_edit(head, function))),
        *((Operator.PERTURB, it) for it in _some(perturb_edit(head, function))),
        *fine_edits(head, function, file.lines, min(left, FINE_BY_FUNCTION)),
        *(probing_edits(head, function) if probes else ()),
    ]
    edits = [(operator, edit) for operator, edit in edits if head.edited(function, edit)]
    control = control_edit(head, function)
    if not edits or not head.edited(function, control):
        return []
    edits = [(Operator.NULL, null_edit(head, function)), (Operator.CONTROL, control), *edits]
    source = ast.dump(function.node)
    return [
        Mutant(
            _id(file.path, function.qualname, operator, str(ordinal), source),
            file.path,
            function.qualname,
            function.first_line,
            operator,
            *edit,
        )
        for ordinal, (operator, edit) in enumerate(edits)
    ]


def _some(edit: Edit | None) -> Iterator[Edit]:
    if edit:
        yield edit


def _id(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
