"""Files that a build writes, which no commit holds: taken from the work tree where the base's policy names them.

Whoever can write the work tree can write them, and no rule reads them. So none is taken that could do anything: a
module that sets names to plain values (a version, as setuptools-scm and hatch-vcs write it) and does nothing else.
"""

from __future__ import annotations

import ast
import hashlib
import io
import posixpath
import tokenize
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from pytest_agentaudit.facts.syntax import module_tree
from pytest_agentaudit.git.entries import EXECUTABLE, FILE
from pytest_agentaudit.git.files import observe

LARGEST = 64 << 10
"""Bytes of such a file at most."""
ABSENT = (
    "the policy's `built-files` name it, and the work tree has no such file: build the project before it is verified"
)
CODE = "the policy's `built-files` name it, and it does more than to set names to plain values ({}): commit it instead"
ENCODINGS = frozenset({"utf-8", "utf-8-sig"})
TYPES = frozenset({"str", "int", "float", "bool", "bytes", "tuple", "list", "dict", "set", "frozenset", "object"})
TYPING = frozenset({"__future__", "typing", "typing_extensions"})
"""Where such a file may import from: names for annotations."""
OF_MACHINERY = frozenset(
    {
        "__getattr__",
        "__dir__",
        "__path__",
        "__spec__",
        "__loader__",
        "__builtins__",
        "__class__",
        "__dict__",
        "__name__",
    }
    | {"__file__", "__package__", "__cached__", "__annotations__", "__doc__", "__test__"}
)
"""Names of a module by which Python, or a tool, takes it for something else."""
OF_PYTEST = ("pytest", "collect_ignore", "setup", "teardown", "test", "Test")

_VALUES = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Name, ast.UnaryOp, ast.unaryop, ast.Subscript),
    *(ast.BitOr, ast.expr_context),
)


class Built(Struct):
    """The contents of the files that take part, by path, and why others cannot."""

    contents: dict[str, bytes] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, tree: str, wanted: Mapping[str, str]) -> Built:
        """Read the wanted files of a work tree ("" where there is none); the mapping says why some have no part."""
        found = cls()
        for path, fault in wanted.items():
            seen = observe(tree, path, "sha1") if tree and not fault else None
            content = seen.content if seen and seen.mode in (FILE, EXECUTABLE) else None
            why = fault or (ABSENT if content is None else fault_of(content))
            if content is None or why:
                found.left_out[path] = why
            else:
                found.contents[path] = content
        return found

    @property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each content, by path."""
        return {path: hashlib.sha256(content).hexdigest() for path, content in sorted(self.contents.items())}

    def lay_out(self, root: Path) -> None:
        """Write them where a commit was laid out."""
        for path, content in self.contents.items():
            with (root / path).open("xb") as file:
                file.write(content)


def beside(tree: str, entries: Collection[str]) -> Iterator[str]:
    """The modules of plain values that a work tree has in packages of a commit, and that commit, which holds `entries`,
    has not: what `Built.read` would take, in the order of their names.
    """
    packages = sorted(posixpath.dirname(path) for path in entries if posixpath.basename(path) == "__init__.py")
    for package in packages:
        names = sorted(it.name for it in Path(tree, package).glob("*.py"))
        paths = [posixpath.join(package, name) for name in names]
        yield from Built.read(tree, dict.fromkeys((path for path in paths if path not in entries), "")).contents


def fault_of(content: bytes) -> str:
    """Why a file is no module of plain values ("" where it is)."""
    try:
        if len(content) > LARGEST or tokenize.detect_encoding(io.BytesIO(content).readline)[0] not in ENCODINGS:
            return CODE.format("it is too large, or not UTF-8")
        module = module_tree(content)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return CODE.format("it cannot be read")
    names = set(TYPES)
    line = next((it.lineno for it in _statements(module.body) if not _is_plain(it, names)), 0)
    return CODE.format(f"line {line}") if line else ""


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements, those of `if TYPE_CHECKING:` in its place."""
    for it in body:
        if isinstance(it, ast.If) and isinstance(it.test, ast.Name) and it.test.id == "TYPE_CHECKING":
            yield from (*it.body, *it.orelse)
        else:
            yield it


def _is_plain(it: ast.stmt, names: set[str]) -> bool:
    """Whether a statement does nothing but to set names, which are added to the known `names`."""
    if isinstance(it, ast.ImportFrom):
        return not it.level and it.module in TYPING and _sets([alias.asname or alias.name for alias in it.names], names)
    if isinstance(it, ast.Expr):
        return isinstance(it.value, ast.Constant)
    if isinstance(it, ast.AnnAssign) and isinstance(it.target, ast.Name):
        said = [it.annotation, *([it.value] if it.value else [])]
        return all(_is_value(one, names) for one in said) and _sets([it.target.id] if it.value else [], names)
    if isinstance(it, ast.Assign):
        targets = [one.id for one in it.targets if isinstance(one, ast.Name)]
        return len(targets) == len(it.targets) and _is_value(it.value, names) and _sets(targets, names)
    return False


def _sets(targets: list[str], names: set[str]) -> bool:
    names.update(targets)
    return not any(it in OF_MACHINERY or it.startswith(OF_PYTEST) or it == "*" for it in targets)


def _is_value(it: ast.expr, names: set[str]) -> bool:
    """Whether an expression is made of plain values, and of names that are known."""
    inner = list(ast.walk(it))
    known = all(one.id in names for one in inner if isinstance(one, ast.Name))
    either = all(isinstance(one.op, ast.BitOr) for one in inner if isinstance(one, ast.BinOp))
    return known and either and all(isinstance(one, (*_VALUES, ast.BinOp)) for one in inner)
