"""Digests of code that leave out what changes no behaviour."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from pytest_agentaudit.facts.nodes import NODES
from pytest_agentaudit.facts.walk import SUITES, DefinitionNode

_IGNORED = frozenset({"annotation", "returns", "type_comment", "type_params", "type_ignores", "ctx", "kind", "simple"})
_SUITES = frozenset({name for names in SUITES.values() for name in names} - {"handlers", "cases"})
_CHOSEN = _SUITES | {"decorator_list", "bases"}
"""Lists of which not every entry matters."""
_FIELDS: dict[type[ast.AST], tuple[tuple[str, bool], ...]] = {}
"""The fields that matter of each class met so far, and whether they are chosen from."""
_OWN = "\N{BULLET}"  # stands for the own name, so that a recursive function may be renamed
_TYPING = frozenset({"typing", "typing_extensions"})
_TYPING_DECORATORS = frozenset({"override", "final", "no_type_check", "type_check_only"})


class Digest(Struct, frozen=True):
    """A definition's fingerprint, and all identifiers and attribute names that its code reads."""

    fingerprint: str
    names: frozenset[str]


Standing = Callable[[ast.stmt], str]


class Digests:
    """The digests of one file's definitions, each made once."""

    def __init__(self) -> None:
        self._known: dict[int, Digest] = {}

    def of(self, node: DefinitionNode, imports: Mapping[str, str], standing: Standing | None = None) -> Digest:
        """The digest of a definition of the file's tree; see `digest`."""
        if id(node) not in self._known:
            self._known[id(node)] = digest(node, imports, standing)
        return self._known[id(node)]


def digest(node: DefinitionNode, imports: Mapping[str, str], standing: Standing | None = None) -> Digest:
    """Digest a definition without its own name, docstrings, comments, annotations, typing-only code and layout.

    Equal fingerprints mean equal behaviour. `imports` tells which local names are `typing`'s. `standing` gives the
    source of a class's member that needs no reading, since it stands on both sides as it is; "" for any other.
    """
    writer = _Writer(node.name, imports, standing)
    writer.write(node)
    text = "\n".join(writer.words).encode("utf-8", "surrogatepass")
    return Digest(hashlib.blake2b(text, digest_size=16).hexdigest(), frozenset(writer.names))


class _Writer:
    """Writes a tree down as a list of words, without recursion."""

    def __init__(self, own: str, imports: Mapping[str, str], standing: Standing | None) -> None:
        self.own = own
        self.imports = imports
        self.standing = standing
        self.words: list[str] = []
        self.names: set[str] = set()

    def write(self, root: ast.AST) -> None:
        """Write `root` and everything below it."""
        words, stack = self.words, list[ast.AST | str]()
        stack.append(root)
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                words.append(item)
                continue
            node = self.unwrapped(item) if item.__class__ is ast.Call else item
            if isinstance(node, ast.Name):
                self.names.add(node.id)
                words += ("Name", _OWN if node.id == self.own else node.id)
            elif isinstance(node, ast.Constant):
                words += ("Constant", _literal(node.value))
            elif isinstance(node, ast.Attribute):
                words.append("Attribute")
                stack += (self.attribute(node), node.value)
            else:
                words.append(node.__class__.__name__)
                parts = self.parts(node, is_root=node is root)
                parts.reverse()
                stack.append(")")
                stack += parts

    def unwrapped(self, node: ast.AST) -> ast.AST:
        """`typing.cast(T, value)` is `value`."""
        while (
            isinstance(node, ast.Call) and len(node.args) == len(("type", "value")) and self.typing(node.func) == "cast"
        ):
            node = node.args[1]
        return node

    def typing(self, node: ast.AST) -> str:
        """The name in `typing` that `node` refers to, or an empty text."""
        if isinstance(node, ast.Name):
            module, _, name = self.imports.get(node.id, "").rpartition(".")
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module, name = self.imports.get(node.value.id, ""), node.attr
        else:
            return ""
        return name if module in _TYPING else ""

    def parts(self, node: ast.AST, *, is_root: bool) -> list[ast.AST | str]:
        """The fields of a node that matter."""
        fields = _FIELDS.get(node.__class__)
        if fields is None:
            names = (name for name in node._fields if name not in _IGNORED)
            fields = _FIELDS[node.__class__] = tuple((name, name in _CHOSEN) for name in names)
        found: list[ast.AST | str] = []
        for field, chosen in fields:
            value: Any = getattr(node, field, None)
            kind = value.__class__
            if kind is list:
                found.append("[")
                if chosen:
                    found += self.items(node, field, value)
                else:
                    found += [it if it.__class__ in NODES else repr(it) for it in value]
                found.append("]")
            elif kind in NODES:
                found.append(value)
            elif not (is_root and field == "name"):
                found.append(repr(value))
        return found

    def attribute(self, node: ast.Attribute) -> str:
        """The attribute's name; the own method's where it is called on `self` or `cls`."""
        self.names.add(node.attr)
        mine = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        return _OWN if mine and node.attr == self.own else repr(node.attr)

    def items(self, node: ast.AST, field: str, values: Sequence[ast.AST | str | None]) -> Iterable[ast.AST | str]:
        """The entries of a list that matter."""
        if field in _SUITES and isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            return self.suite(node, [value for value in values if isinstance(value, ast.stmt)])
        if field == "decorator_list":
            return [it for it in values if isinstance(it, ast.AST) and self.typing(it) not in _TYPING_DECORATORS]
        if field == "bases":
            return [it for it in values if isinstance(it, ast.AST) and not self.generic(it)]
        return [it if isinstance(it, ast.AST) else repr(it) for it in values]

    def generic(self, base: ast.AST) -> bool:
        """Whether a base class is `Generic[...]`."""
        return isinstance(base, ast.Subscript) and self.typing(base.value) == "Generic"

    def suite(self, owner: ast.AST, body: Sequence[ast.stmt]) -> Iterator[ast.AST | str]:
        """The statements of a suite that do something. A class's annotated names are its fields: these count."""
        for statement in body:
            if isinstance(statement, ast.Pass) or statement.__class__.__name__ == "TypeAlias":
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if isinstance(statement, ast.AnnAssign) and not isinstance(owner, ast.ClassDef):
                if statement.value:
                    yield ast.Assign(targets=[statement.target], value=statement.value)
            elif isinstance(statement, ast.If) and _is_type_checking(statement.test):
                yield from self.suite(owner, statement.orelse)
            elif self.standing and isinstance(owner, ast.ClassDef) and (text := self.standing(statement)):
                yield text
            else:
                yield statement


def _is_type_checking(test: ast.AST) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _literal(value: object) -> str:
    """A constant's text; integers in hexadecimal, which has no limit on their length."""
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return repr(value)
