"""Syntax trees of a file: `ast` for the whole, libcst for single definitions. No text makes it raise."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.downlevel import lowered
from pytest_agentaudit.facts.fingerprint import Digests
from pytest_agentaudit.facts.folded import fold
from pytest_agentaudit.facts.model import Kind, Problem
from pytest_agentaudit.facts.nesting import cut, suspicious
from pytest_agentaudit.facts.nodes import below, unparsed
from pytest_agentaudit.facts.stretches import first_line
from pytest_agentaudit.facts.syntax import module_tree
from pytest_agentaudit.facts.walk import SUITES, DefinitionNode, inner
from pytest_agentaudit.patterns import regex

if TYPE_CHECKING:
    from pytest_agentaudit.facts.concrete import Concrete

__all__ = ["Parsed", "Span", "parse"]

_IMPORTS = (ast.Import, ast.ImportFrom)
_HOLDING = frozenset({*SUITES, *_IMPORTS})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

LONGEST_NUMBER = 3000
"""Digits of a number in base 2, 8 or 16; one of 3,571 hexadecimal ones has more than 4,300 decimal ones."""
_LONG_NUMBER = regex(rf"0[xXoObB][0-9a-fA-F_]{{{LONGEST_NUMBER},}}")

RESCANNED = 400_000
"""Characters up to which a text that the interpreter refuses is scanned again: Python code takes 1 to 3 us for each."""


SCANNED = 1_500_000
"""The same of a text that it took: the cheap bound on its depth is too high for long calls with much in them, and they
are plain to read (0.6 us for each character).
"""


class Span(Struct, frozen=True, eq=False):
    """Where a definition stands. `start_line` is its first decorator's, `line` its `def`'s.

    `parent` is the span that it stands in (None at module level), `piece` its first and last line in `Parsed.lines`.
    """

    qualified_name: str
    kind: Kind
    start_line: int
    line: int
    end_line: int
    node: DefinitionNode
    parent: Span | None
    piece: tuple[int, int]

    @property
    def name(self) -> str:
        """The bare name."""
        return self.node.name


class Parsed:
    """A file's trees. `tree` is None where it cannot be read, with the cause in `problem`; a problem beside a tree
    names what was cut out of it. All line numbers in `tree` are the file's own. `imports` are its import statements,
    those inside functions and guards too, in the order of the source.
    """

    def __init__(self, text: str, tree: ast.Module | None, problem: Problem | None, numbers: list[int] | None) -> None:
        self.text = text
        self.tree = tree
        self.problem = problem
        self.numbers = numbers
        self.digests = Digests()
        self._concrete: dict[Span, Concrete | None] = {}
        self.imports: list[ast.Import | ast.ImportFrom] = []
        self._spans = tuple(self._walk(tree)) if tree else ()
        if tree and numbers:
            self._spans = _renumber(tree, self._spans, numbers)

    @cached_property
    def lines(self) -> list[str]:
        """The text that was parsed, by line; not always the file's lines (see `numbers`)."""
        return self.text.split("\n")

    @cached_property
    def import_flags(self) -> frozenset[str]:
        """Names that a `try: import x / except ImportError:` at module level sets to tell whether x is there."""
        return frozenset(_flags(self.tree.body)) if self.tree else frozenset()

    def definitions(self) -> tuple[Span, ...]:
        """Every function and class, nested ones too, in the order of the source."""
        return self._spans

    def _walk(self, tree: ast.Module) -> Iterator[Span]:
        """All definitions, in the order of the source; the import statements are noted on the way."""
        stack: list[tuple[ast.AST, Span | None]] = [(tree, None)]
        while stack:
            node, parent = stack.pop()
            if isinstance(node, _IMPORTS):
                self.imports.append(node)
            elif isinstance(node, _DEFINITIONS):
                parent = _span(node, parent, self.lines)
                yield parent
            below = [(child, parent) for child in inner(node) if child.__class__ in _HOLDING]
            below.reverse()
            stack += below

    def source(self, node: ast.AST) -> str:
        """A node's source as it stands, folded to one line, comments dropped."""
        if self.numbers or not isinstance(node, ast.stmt | ast.expr):
            return fold(unparsed(node))
        first, end = node.lineno - 1, node.end_lineno or node.lineno
        if end - first == 1 and self.lines[first].isascii():
            return fold(self.lines[first][node.col_offset : node.end_col_offset])
        lines = [line.encode("utf-8", "surrogatepass") for line in self.lines[first:end]]
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return fold(b"\n".join(lines).decode("utf-8", "replace"))

    def lone_statement(self, line: int, end_line: int) -> str:
        """The statement that has this line of the file to itself, folded; "" where it has not, or a comment is near."""
        text = self.lines[line - 1].strip() if line == end_line and not self.numbers else ""
        return "" if any(sign in text for sign in "#;\\") else fold(text)

    def concrete(self, span: Span) -> Concrete | None:
        """The libcst node of one definition, None where libcst cannot read it."""
        if span not in self._concrete:
            self._concrete[span] = self._read(span)
        return self._concrete[span]

    def _read(self, span: Span) -> Concrete | None:
        first, last = span.piece
        piece = "\n".join(self.lines[first - 1 : last]) + "\n"
        numbers = dict(enumerate(self.numbers, 1)) if self.numbers else None
        room = import_module("pytest_agentaudit.facts.concrete")  # loads libcst, which few changes need
        found: Concrete | None = room.concrete(piece, span.node, numbers, first - 1)
        return found


def _with_short_numbers(text: str) -> str:
    """The text with the digest of each number that Python takes and would not write out again, blanks behind it."""
    return _LONG_NUMBER.sub(lambda found: _short(found[0]), text) if len(text) > LONGEST_NUMBER else text


def _short(number: str) -> str:
    digest = hashlib.sha256(number.encode()).hexdigest()[:16]
    return f"0x{digest}".ljust(len(number))


def parse(text: str) -> Parsed:
    """Read a file's text. Never raises: what cannot be read is `Parsed.problem`."""
    text, numbers = _normalise(text)
    text, tree, problem = _read(_with_short_numbers(text))
    doubtful = problem.cause == _TOO_DEEP if problem else tree and suspicious(tree, text)
    if doubtful and len(text) > (RESCANNED if problem else SCANNED):
        tree, problem = None, Problem(_TOO_DEEP, problem.line if problem else 1)
    elif doubtful:
        safe = cut(text)
        if safe.text != text or not safe.whole:
            text, tree, problem = _read(safe.text)
        if tree and safe.lines:
            problem = Problem("a statement that nests too deep was left out", safe.lines[0])
    if problem:
        problem = Problem(problem.cause, _line(problem.line, numbers))
    return Parsed(text, tree, problem, numbers)


_TOO_DEEP = "nested too deep to read"
_DEEP_MESSAGES = ("too many nested parentheses", "too many nested f-strings", "too many nested t-strings")


def _read(text: str) -> tuple[str, ast.Module | None, Problem | None]:
    """The text as it could be read, with its tree or the reason for none. Newer syntax is put in older words."""
    tree, problem = _tree(text)
    if problem and problem.cause != _TOO_DEEP and len(text) <= RESCANNED:
        older = lowered(text)
        if older != text:
            found, other = _tree(older)
            if found or (other and other.cause == _TOO_DEEP):
                return older, found, other
    return text, tree, problem


def _tree(text: str) -> tuple[ast.Module | None, Problem | None]:
    """What the interpreter makes of the text: a tree, or the reason for none."""
    if "\0" in text:
        return None, Problem("a NUL byte in the source", text.count("\n", 0, text.index("\0")) + 1)
    try:
        return module_tree(text), None
    except (RecursionError, MemoryError):
        return None, Problem(_TOO_DEEP)
    except SyntaxError as error:
        deep = any(message in error.msg for message in _DEEP_MESSAGES)
        return None, Problem(_TOO_DEEP if deep else f"syntax error: {error.msg}", error.lineno or 1)
    except ValueError as error:
        return None, Problem(f"not Python source: {error}")


def _normalise(text: str) -> tuple[str, list[int] | None]:
    """The text as the parsers should see it, and, where that shifts lines, each parsed line's number in the file.

    A lone carriage return ends a line for Python but not for git: both numbers are kept. A form feed at the start of a
    line resets its indentation, which only one of the parsers knows.
    """
    text = text.removeprefix("\ufeff")
    if not text.isascii() and not _is_encodable(text):
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    if "\f" in text:
        text = re.sub(r"(?m)^[ \t\f]*\f", "", text)
    if "\r" not in text:
        return text, None
    text = text.replace("\r\n", "\n")
    if "\r" not in text:
        return text, None
    numbers = [number for number, line in enumerate(text.split("\n"), 1) for _ in line.split("\r")]
    return text.replace("\r", "\n"), numbers


def _is_encodable(text: str) -> bool:
    """Whether a text holds no lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _line(number: int, numbers: list[int] | None) -> int:
    """A parsed line's number in the file."""
    if not numbers:
        return max(number, 1)
    return numbers[min(max(number, 1), len(numbers)) - 1]


def _span(node: DefinitionNode, parent: Span | None, lines: list[str]) -> Span:
    start = first_line(node)
    while start > 1 and node.decorator_list and not lines[start - 1].lstrip().startswith("@"):
        start -= 1
    name = f"{parent.qualified_name}.{node.name}" if parent else node.name
    kind = Kind.CLASS if isinstance(node, ast.ClassDef) else Kind.FUNCTION
    end = node.end_lineno or node.lineno
    return Span(name, kind, start, node.lineno, end, node, parent, (start, end))


def _renumber(tree: ast.Module, spans: tuple[Span, ...], numbers: list[int]) -> tuple[Span, ...]:
    """Give every node, and the spans, the file's own line numbers."""
    for node in ast.walk(tree):
        for attribute in ("lineno", "end_lineno"):
            number = getattr(node, attribute, None)
            if number is not None:
                setattr(node, attribute, _line(number, numbers))
    moved: dict[Span | None, Span | None] = {None: None}
    for span in spans:
        start, line, end = (_line(number, numbers) for number in (span.start_line, span.line, span.end_line))
        moved[span] = replace(span, start_line=start, line=line, end_line=end, parent=moved[span.parent])
    return tuple(span for span in moved.values() if span)


def _flags(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Try) and any(isinstance(it, ast.Import | ast.ImportFrom) for it in node.body):
            for inside in below(node):
                match inside:
                    case ast.Name(id=name, ctx=ast.Store()):
                        yield name
                    case ast.alias(name=name, asname=asname):
                        yield asname or name.partition(".")[0]
        elif isinstance(node, ast.If | ast.With):
            yield from _flags(node.body)
