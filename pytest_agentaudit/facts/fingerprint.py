"""Digests of code that leave out what changes no behaviour."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_agentaudit.facts.walk import SUITES

_IGNORED = frozenset({"annotation", "returns", "type_comment", "type_params", "type_ignores", "ctx", "kind", "simple"})
_SUITES = frozenset({name for names in SUITES.values() for name in names} - {"handlers", "cases"})
_OWN = "\N{BULLET}"  # stands for the own name, so that a recursive function may be renamed
_TYPING = frozenset({"typing", "typing_extensions"})
_TYPING_DECORATORS = frozenset({"override", "final", "no_type_check", "type_check_only"})


@dataclass(frozen=True, slots=True)
class Digest:
    """A definition's fingerprint, and all identifiers and attribute names that its code reads."""

    fingerprint: str
    names: frozenset[str]


def digest(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, imports: Mapping[str, str]) -> Digest:
    """Digest a definition without its own name, docstrings, comments, annotations, typing-only code and layout.

    Equal fingerprints mean equal behaviour. `imports` tells which local names are `typing`'s.
    """
    writer = _Writer(node.name, imports)
    writer.write(node)
    text = "\n".join(writer.words).encode("utf-8", "surrogatepass")
    return Digest(hashlib.blake2b(text, digest_size=16).hexdigest(), frozenset(writer.names))


class _Writer:
    """Writes a tree down as a list of words, without recursion."""

    def __init__(self, own: str, imports: Mapping[str, str]) -> None:
        self.own = own
        self.imports = imports
        self.words: list[str] = []
        self.names: set[str] = set()

    def write(self, root: ast.AST) -> None:
        """Write `root` and everything below it."""
        stack: list[ast.AST | str] = [root]
        while stack:
            item = stack.pop()
            if isinstance(item, str):
                self.words.append(item)
                continue
            node = self.unwrapped(item)
            self.words.append(node.__class__.__name__)
            if isinstance(node, ast.Constant):
                self.words.append(_literal(node.value))
            elif isinstance(node, ast.Name):
                self.words.append(self.name(node.id))
            else:
                stack.append(")")
                stack.extend(reversed([*self.parts(node, is_root=node is root)]))

    def name(self, name: str) -> str:
        """A name as it is written; remembers that it was read."""
        self.names.add(name)
        return _OWN if name == self.own else name

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

    def parts(self, node: ast.AST, *, is_root: bool) -> Iterator[ast.AST | str]:
        """The fields of a node that matter."""
        for field, value in ast.iter_fields(node):
            if field in _IGNORED or (is_root and field == "name"):
                continue
            if isinstance(value, list):
                yield "["
                yield from self.items(node, field, value)
                yield "]"
            elif isinstance(value, ast.AST):
                yield value
            elif isinstance(node, ast.Attribute):
                yield self.attribute(node)
            else:
                yield repr(value)

    def attribute(self, node: ast.Attribute) -> str:
        """The attribute's name; the own method's where it is called on `self` or `cls`."""
        self.names.add(node.attr)
        mine = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        return _OWN if mine and node.attr == self.own else repr(node.attr)

    def items(self, node: ast.AST, field: str, values: Sequence[ast.AST | str | None]) -> Iterator[ast.AST | str]:
        """The entries of a list that matter."""
        if field in _SUITES and isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from self.suite(node, [value for value in values if isinstance(value, ast.stmt)])
        elif field == "decorator_list":
            yield from (it for it in values if isinstance(it, ast.AST) and self.typing(it) not in _TYPING_DECORATORS)
        elif field == "bases":
            yield from (it for it in values if isinstance(it, ast.AST) and not self.generic(it))
        else:
            yield from (it if isinstance(it, ast.AST) else repr(it) for it in values)

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
