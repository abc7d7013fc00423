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
"""The fields that matter of each class met so far, the last one first, and whether they are chosen from."""
_ALIAS = getattr(ast, "TypeAlias", None)  # Python 3.12 and later have it
_LOOKED_AT = frozenset({ast.Pass, ast.Expr, ast.AnnAssign, ast.If, _ALIAS})
"""Classes of statements that do not always count as they stand."""
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
        words, own, names = self.words, self.own, self.names
        stack: list[Any] = [root]
        while stack:
            node = stack.pop()
            kind = node.__class__
            if kind is str:
                words.append(node)
                continue
            if kind is ast.Call and len(node.args) == len(("type", "value")):
                node = self.unwrapped(node)
                kind = node.__class__
            if kind is ast.Name:
                name = node.id
                names.add(name)
                words += ("Name", _OWN if name == own else name)
            elif kind is ast.Constant:
                words += ("Constant", _literal(node.value))
            elif kind is ast.Attribute:
                name = node.attr
                names.add(name)
                words.append("Attribute")
                stack += (_OWN if name == own and _is_self(node.value) else repr(name), node.value)
            else:
                words.append(kind.__name__)
                stack.append(")")
                self.parts(node, stack, is_root=node is root)

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

    def parts(self, node: ast.AST, stack: list[Any], *, is_root: bool) -> None:
        """Put the fields of a node that matter on the stack, the last one first."""
        fields = _FIELDS.get(node.__class__)
        if fields is None:
            names = [name for name in node._fields if name not in _IGNORED]
            fields = _FIELDS[node.__class__] = tuple((name, name in _CHOSEN) for name in reversed(names))
        for field, chosen in fields:
            value: Any = getattr(node, field, None)
            kind = value.__class__
            if kind is list:
                stack.append("]")
                if chosen:
                    stack += reversed([*self.items(node, field, value)])
                else:
                    stack += [it if it.__class__ in NODES else repr(it) for it in reversed(value)]
                stack.append("[")
            elif kind in NODES:
                stack.append(value)
            elif not (is_root and field == "name"):
                stack.append(repr(value))

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
        is_class = owner.__class__ is ast.ClassDef
        for statement in body:
            kind = statement.__class__
            if kind not in _LOOKED_AT and not is_class:
                yield statement
                continue
            if kind is ast.Pass or kind is _ALIAS:
                continue
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if isinstance(statement, ast.AnnAssign) and not is_class:
                if statement.value:
                    yield ast.Assign(targets=[statement.target], value=statement.value)
            elif isinstance(statement, ast.If) and _is_type_checking(statement.test):
                yield from self.suite(owner, statement.orelse)
            elif self.standing and is_class and (text := self.standing(statement)):
                yield text
            else:
                yield statement


def _is_self(node: ast.AST) -> bool:
    """Whether what an attribute is asked of is the object or class itself: there the own method's name is the own."""
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def _is_type_checking(test: ast.AST) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def _literal(value: object) -> str:
    """A constant's text; integers in hexadecimal, which has no limit on their length."""
    if isinstance(value, int) and not isinstance(value, bool):
        return hex(value)
    return repr(value)
