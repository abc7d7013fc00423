"""What the files of a trial hold: the base's product code in the place of head's, whole or function by function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from pytest_agentaudit.change.model import SUBMODULE, SYMLINK, TESTS, Change, FilePair, FileRole
from pytest_agentaudit.facts.delta import DefinitionPair, Delta
from pytest_agentaudit.facts.model import Definition, Kind

REVERTED = frozenset({FileRole.PRODUCT, FileRole.GENERATED})
"""Roles of what tests test."""

SOURCE = ".py"
STANDING = frozenset({"__init__.py", "conftest.py"})

Files = Mapping[str, bytes | None]
"""Contents by path; None where there is no such file."""


def base_product(change: Change) -> Files:
    """The changed product files as the base had them."""
    return _as_at_base(_product(change))


def base_tests(change: Change) -> Files:
    """The changed test modules, conftests and helpers of tests, and the data that tests open, as the base had them."""
    return _as_at_base(pair for pair in change.pairs if pair.role in TESTS and (_is_source(pair) or is_data(pair)))


def other_test_files(change: Change) -> tuple[str, ...]:
    """The changed files of tests that no trial puts back: what is not on both sides would be listed or missing."""
    return tuple(it.path for it in change.pairs if it.role in TESTS and not (_is_source(it) or is_data(it)))


def is_data(pair: FilePair) -> bool:
    """Whether it is a plain file that is no source, and that both sides have in the same place."""
    old, new = pair.old, pair.new
    if old is None or new is None or old.path != new.path or old.path.endswith(SOURCE):
        return False
    return not {old.mode, new.mode} & {SYMLINK, SUBMODULE}


def _as_at_base(pairs: Iterable[FilePair]) -> Files:
    """The files of these pairs as the base had them. A package or conftest that is new stays one, with nothing in it:
    the folder on the disk says that it is there.
    """
    known = tuple(pairs)
    files: dict[str, bytes | None] = {}
    for pair in known:
        if pair.new and (pair.old is None or pair.old.path != pair.new.path):
            files[pair.new.path] = b"" if pair.new.path.rpartition("/")[2] in STANDING else None
    files.update({pair.old.path: pair.old.content for pair in known if pair.old})
    return files


def base_functions(change: Change, delta: Delta) -> Files:
    """Head's product files with the base's text of each changed function that has the same name on both sides, but for
    the docstrings: head's examples are what asks.
    """
    by_paths: dict[tuple[str, str], list[DefinitionPair]] = defaultdict(list)
    for it in delta.definitions:
        by_paths[it.old_path, it.new_path].append(it)
    files: dict[str, bytes | None] = {}
    for pair in _product(change):
        if pair.old and pair.new:
            here = by_paths[pair.old.path, pair.new.path]
            content = _with_old_functions(pair.old.content, pair.new.content, here)
            if content != pair.new.content:
                files[pair.new.path] = content
    return files


def other_product_files(change: Change) -> tuple[str, ...]:
    """The changed product files that no import serves: data, templates, compiled code. They stay head's in a trial."""
    return tuple(it.path for it in change.pairs if it.role is FileRole.PRODUCT and not _is_source(it))


def _product(change: Change) -> Iterator[FilePair]:
    return (pair for pair in change.pairs if pair.role in REVERTED and _is_source(pair))


def _is_source(pair: FilePair) -> bool:
    return all(side is None or side.path.endswith(SOURCE) for side in (pair.old, pair.new))


def _with_old_functions(old: bytes, new: bytes, pairs: list[DefinitionPair]) -> bytes:
    """`new` with the text of `old` in the functions that changed; a function inside of one goes with it."""
    there, here = old.split(b"\n"), new.split(b"\n")
    for before, after in sorted(_outermost(pairs), key=lambda it: -it[1].start_line):
        here[after.start_line - 1 : after.end_line] = _with_docstring(before, there, after, here)
    return b"\n".join(here)


def _with_docstring(before: Definition, there: list[bytes], after: Definition, here: list[bytes]) -> list[bytes]:
    """The lines of `before`, with the docstring of `after` where it has one."""
    old, new = before.docstring, after.docstring
    if old is None or new is None or new[0] == new[1]:
        return there[before.start_line - 1 : before.end_line]
    docstring = here[new[0] - 1 : new[1] - 1]
    return [*there[before.start_line - 1 : old[0] - 1], *docstring, *there[old[1] - 1 : before.end_line]]


def _outermost(pairs: list[DefinitionPair]) -> Iterator[tuple[Definition, Definition]]:
    """The changed functions that stand in no other changed one, on both sides."""
    end = 0
    changed = [
        (it.old, it.new)
        for it in pairs
        if it.old and it.new and not it.equal and it.new.kind is Kind.FUNCTION is it.old.kind
        if it.old.qualified_name == it.new.qualified_name and it.old.fingerprint and it.new.fingerprint
    ]
    for before, after in sorted(changed, key=lambda it: it[1].start_line):
        if after.start_line > end:
            end = after.end_line
            yield before, after
