"""Opaque files that a change brings: compiled code, stored objects, and which code names them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from pytest_agentaudit.change.model import Change, FilePair, FileRole
from pytest_agentaudit.facts.tree_texts import python_sides

_BYTECODE = (".pyc", ".pyo")
_NATIVE = (".so", ".pyd", ".dll", ".dylib", ".exe")
_OBJECTS = (".pkl", ".pickle", ".joblib", ".dill", ".marshal", ".pt", ".ckpt")
_ARCHIVES = (".egg", ".whl", ".pyz", ".zip")
_MAGIC = (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\0asm")
"""How programs of Linux, macOS and WebAssembly begin."""
_HEADERS = 4_096
"""Bytes at the beginning of a Windows program within which its header says what it is."""
_IMPORTS = (b"sys.path", b"zipimport", b"addsitedir")
"""What code mentions that imports from an archive."""
_UNCHECKED = 0b01
"""Flags of a bytecode file that Python takes without a look at the source (PEP 552)."""
_ASIDE = frozenset({FileRole.TEST, FileRole.DOCS, FileRole.CONFTEST})


class Sort(StrEnum):
    """What an opaque file is."""

    BYTECODE = "compiled Python code"
    NATIVE = "compiled code"
    OBJECTS = "stored Python objects"
    ARCHIVE = "an archive that Python imports from"


class Blob(Struct, frozen=True):
    """An opaque file that the change added or edited. `named_by` are head's product files that name it, `unchecked` is
    true for bytecode that Python runs without comparing it with its source, `importable` for bytecode beside no source
    and for archives that code puts on the import path.
    """

    pair: FilePair
    sort: Sort
    named_by: tuple[str, ...]
    unchecked: bool = False
    importable: bool = False


def blobs(change: Change) -> Iterator[Blob]:
    """The opaque files of a change, tests' data and documents left out."""
    for pair in change.pairs:
        sort = _sort(pair)
        if sort is None or pair.new is None or pair.role in _ASIDE:
            continue
        bytecode = sort is Sort.BYTECODE
        named = () if bytecode else _named_by(change, posixpath.basename(pair.path))
        imported = sort is Sort.ARCHIVE and any(_imports(change, it) for it in named)
        if pair.path.endswith(".zip") and not imported:
            continue  # data, as far as the code tells
        cached = "__pycache__/" in pair.path
        flags = int.from_bytes(pair.new.content[4:8], "little") if bytecode else 0
        yield Blob(
            pair,
            sort,
            named,
            unchecked=bytecode and flags == _UNCHECKED,
            importable=imported or (bytecode and not cached and _source(pair.path) not in change.new.entries()),
        )


def _sort(pair: FilePair) -> Sort | None:
    name = pair.path.lower()
    kinds = ((_BYTECODE, Sort.BYTECODE), (_NATIVE, Sort.NATIVE), (_OBJECTS, Sort.OBJECTS), (_ARCHIVES, Sort.ARCHIVE))
    by_name = next((sort for suffixes, sort in kinds if name.endswith(suffixes)), None)
    return by_name or (Sort.NATIVE if pair.new and _is_program(pair.new.content) else None)


def _is_program(content: bytes) -> bool:
    """Whether bytes are compiled code, whatever their file is called."""
    return content.startswith(_MAGIC) or (content.startswith(b"MZ") and b"PE\0\0" in content[:_HEADERS])


def _source(path: str) -> str:
    return f"{path.rpartition('.')[0]}.py"


def _imports(change: Change, path: str) -> bool:
    """Whether a file of head puts something on the path that modules are imported from."""
    content = change.new.read(path) or b""
    return any(word in content for word in _IMPORTS)


def _named_by(change: Change, name: str) -> tuple[str, ...]:
    """Head's Python files, changed ones first, that name a file."""
    word = name.encode("utf-8", "surrogateescape")
    changed = [pair.new for pair in change.pairs if pair.new and pair.is_python]
    found = [side.path for side in changed if word in side.content]
    return tuple(found) or tuple(side.path for side in python_sides(change.new) if word in side.content)
