"""The touched functions of a side, and small questions about what they are meant for and what their bodies do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from pytest_agentaudit.change.model import FileRole
from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.callers import registers
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.nodes import below, callee, children, dotted, last, text_of
from pytest_agentaudit.facts.parse import Span
from pytest_agentaudit.facts.walk import SUITES, inner
from pytest_agentaudit.patterns import regex

LONGEST = 120
"""Characters of source that a message quotes."""

_BODILESS = regex(r"abstract\w*|overload|hookspec|hook_?impl|no_type_check")
_INTERFACE = regex(
    r"_?(?:Base|Abstract|Null|No|Noop|NoOp|Empty|I)[A-Z]\w*|\w*(?:Base|Protocol|Interface|Mixin|Hooks?|HookSpecs?|Plugin"
    r"|Visitor|Listener|Callbacks?|Handler|Observer|Specs?|ABC|Null|Noop|NoOp|Backend|Adapter|Strategy)"
)
_NEW_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


class Touched(Struct, frozen=True, dict=True):
    """A touched function: `owner` is the class that it is a method of, `outer` the function that it stands in."""

    node: Function
    symbol: str
    owner: ast.ClassDef | None
    outer: Function | None

    @cached_property
    def body(self) -> Sequence[ast.stmt]:
        """Its statements without the docstring."""
        return self.node.body[1:] if self.docstring else self.node.body

    @cached_property
    def docstring(self) -> str:
        """The docstring, "" where it has none."""
        first = self.node.body[0]
        is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        return text_of(first.value) if is_text and isinstance(first, ast.Expr) else ""

    @property
    def name(self) -> str:
        """The bare name."""
        return self.node.name

    @property
    def is_dunder(self) -> bool:
        """Whether the language calls it (`__init__`, `__repr__`)."""
        return self.name.startswith("__") and self.name.endswith("__")

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The dotted names of its decorators."""
        return tuple(callee(it) or "?" for it in self.node.decorator_list)

    @property
    def is_registered(self) -> bool:
        """Whether a decorator may hand it to a framework that calls it."""
        return any(registers(it) for it in self.marks)

    @property
    def is_bodiless(self) -> bool:
        """Whether it is declared to have no body worth the name: abstract, an overload, a hook's specification."""
        return any(_BODILESS.fullmatch(last(it)) for it in self.marks) or self.is_in_protocol

    @property
    def is_in_protocol(self) -> bool:
        """Whether its class is a Protocol."""
        return self.owner is not None and any(last(_base(it)) == "Protocol" for it in self.owner.bases)

    @property
    def bases(self) -> tuple[str, ...]:
        """The dotted names of its class's bases, `object` left out."""
        found = [_base(it) for it in self.owner.bases] if self.owner else []
        return tuple(it for it in found if it != "object")

    @property
    def is_in_interface(self) -> bool:
        """Whether the name of its class, or a base of that, says that others fill it in."""
        if self.owner is None:
            return False
        is_meta = any(word.arg == "metaclass" for word in self.owner.keywords)
        named = bool(_INTERFACE.fullmatch(self.owner.name))
        return named or is_meta or bool({"ABC", "Protocol", "Generic"} & {last(it) for it in self.bases})

    @cached_property
    def own(self) -> tuple[ast.AST, ...]:
        """The nodes of its body without those of functions, lambdas and classes in it, in the order of the source."""
        return tuple(own_nodes(self.body))

    def arguments(self) -> tuple[ast.arg, ...]:
        """Its parameters in order, without `self`, `cls`, `*args` and `**kwargs`."""
        spec = self.node.args
        plain = [*spec.posonlyargs, *spec.args]
        is_static = any(last(it) == "staticmethod" for it in self.marks)
        if self.owner and not is_static:
            plain = plain[1:]
        return (*plain, *spec.kwonlyargs)


def own_nodes(statements: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of statements, and of definitions and lambdas in them only their heads."""
    stack: list[ast.AST] = list(reversed(statements))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _NEW_SCOPE):
            stack.extend(reversed(children(node)))


def touched_functions(side: CodeSide) -> Iterator[Touched]:
    """The touched functions of a product file that is no stub file, in the order of the source."""
    if side.role is not FileRole.PRODUCT or side.path.endswith(".pyi") or not side.functions:
        return
    spans: Mapping[int, Span] = {id(span.node): span for span in side.parsed.definitions()}
    for node, symbol in side.functions:
        span = spans.get(id(node))
        parent = span.parent.node if span and span.parent else None
        is_class = isinstance(parent, ast.ClassDef)
        yield Touched(
            node,
            symbol,
            parent if is_class and isinstance(parent, ast.ClassDef) else None,
            parent if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) else None,
        )


def _base(node: ast.expr) -> str:
    """The dotted name of a base class, its type arguments left out."""
    return dotted(node.value if isinstance(node, ast.Subscript) else node) or "?"


def constant_value(node: ast.expr | None) -> bool:
    """Whether an expression is written out to the last part: constants, and displays and plain calls of such."""
    return node is None or all(
        isinstance(it, ast.Constant | ast.Tuple | ast.List | ast.Dict | ast.Set | ast.UnaryOp | ast.unaryop)
        for it in below(node)
    )


def short(source: str) -> str:
    """A piece of source for a message, cut where it is long."""
    return source if len(source) <= LONGEST else f"{source[: LONGEST - 3]}..."


def quoted(side: CodeSide, node: ast.expr) -> str:
    """A node's source as it stands; the short way where it fits one line."""
    if node.lineno == node.end_lineno and not side.parsed.numbers:
        line = side.parsed.lines[node.lineno - 1]
        if line.isascii():
            return line[node.col_offset : node.end_col_offset]
    return side.source(node)


def comments_in(side: CodeSide, first: int, end: int) -> str:
    """What the comments on these lines say."""
    return " ".join(it.text.lstrip("#! ") for it in side.scan.comments if first <= it.line <= end)


def conditional_functions(side: CodeSide) -> frozenset[int]:
    """The ids of the functions that stand in an `if` or `try` outside of functions."""
    stack: list[ast.AST] = [node for kind in (ast.If, ast.Try) for node, _symbol in side.of(kind)]
    found: set[int] = set()
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(id(node))
        elif node.__class__ in SUITES:
            stack.extend(inner(node))
    return frozenset(found)
