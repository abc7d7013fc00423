"""The libcst tree of a single definition, with line numbers lent by `ast`.

libcst's own PositionProvider costs 28 times an `ast.parse`. Both parsers agree on a definition's statements and their
order, so the statements of the two trees are zipped instead; where the counts differ, positions are computed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider
from msgspec import Struct

from pytest_agentaudit.facts.folded import fold
from pytest_agentaudit.facts.walk import DefinitionNode, statements

Statement = cst.BaseSmallStatement | cst.BaseCompoundStatement

_HEADER = "if 1:\n"  # lets a piece keep its indentation, so that strings over several lines stay as they are


class Concrete(Struct, frozen=True, eq=False, dict=True):
    """The libcst node of a definition. `exact` is false where its positions had to be computed the slow way."""

    node: cst.FunctionDef | cst.ClassDef
    positions: Mapping[Statement, tuple[int, int]]
    exact: bool = True

    def line(self, statement: Statement) -> tuple[int, int]:
        """The first and last line of a statement, in the file. A decorated definition starts at its `def`."""
        return self.positions[statement]

    def source(self, node: cst.CSTNode) -> str:
        """The node's source on one line: comments dropped, white space outside strings folded."""
        bare = node.visit(_Bare())
        return fold(cst.Module([]).code_for_node(bare)) if isinstance(bare, cst.CSTNode) else ""

    @cached_property
    def simple(self) -> Mapping[tuple[int, int], cst.BaseSmallStatement]:
        """The statements without a suite by their first and last line, where no two share these."""
        found: dict[tuple[int, int], list[cst.BaseSmallStatement]] = defaultdict(list)
        for statement, lines in self.positions.items():
            if isinstance(statement, cst.BaseSmallStatement):
                found[lines].append(statement)
        return {lines: statements[0] for lines, statements in found.items() if len(statements) == 1}

    def text_at(self, line: int, end_line: int) -> str:
        """The source of the statement without a suite on these lines, "" where none or more than one stands there."""
        statement = self.simple.get((line, end_line))
        return self.source(statement) if statement else ""


class _Bare(cst.CSTTransformer):
    """Takes out comments and the line breaks between brackets, which no text pattern can tell from strings."""

    def leave_ParenthesizedWhitespace(  # noqa: N802 - libcst finds the method by its node's name
        self, original_node: cst.ParenthesizedWhitespace, updated_node: cst.ParenthesizedWhitespace
    ) -> cst.BaseParenthesizableWhitespace:
        del original_node, updated_node
        return cst.SimpleWhitespace(" ")


def concrete(
    piece: str, node: DefinitionNode, line_of: Mapping[int, int] | None = None, offset: int = 0
) -> Concrete | None:
    """Read the definition whose source lines are `piece`; None where libcst cannot read it.

    `offset` is the number of lines before the piece; `line_of` maps lines where they are not the file's own.
    """
    try:
        return _read(piece, node, line_of, offset)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError, TypeError):
        return None


def _read(piece: str, node: DefinitionNode, line_of: Mapping[int, int] | None, offset: int) -> Concrete:
    indented = piece[:1].isspace()
    module = cst.parse_module(_HEADER + piece if indented else piece)
    found = _definition(module)
    theirs = tuple(cst_statements(found))
    ours = tuple(statements(node))
    if len(theirs) == len(ours):
        return Concrete(
            found,
            {there: (here.lineno, here.end_lineno or here.lineno) for there, here in zip(theirs, ours, strict=True)},
        )
    return _positioned(module, offset - indented, line_of)


def _definition(module: cst.Module) -> cst.FunctionDef | cst.ClassDef:
    """The one definition of a piece."""
    first: cst.CSTNode = module.body[0]
    if isinstance(first, cst.If):
        first = first.body.body[0]
    if not isinstance(first, cst.FunctionDef | cst.ClassDef):
        raise TypeError(f"a definition was expected, not {type(first).__name__}")
    return first


def _positioned(module: cst.Module, offset: int, line_of: Mapping[int, int] | None) -> Concrete:
    """The same by libcst's own positions."""
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    ranges: Mapping[cst.CSTNode, CodeRange] = wrapper.resolve(PositionProvider)
    found = _definition(wrapper.module)

    def line(number: int) -> int:
        return (line_of or {}).get(number + offset, number + offset)

    spans = {node: ranges[node] for node in cst_statements(found)}
    return Concrete(
        found, {node: (line(span.start.line), line(span.end.line)) for node, span in spans.items()}, exact=False
    )


def cst_statements(node: cst.CSTNode) -> Iterator[Statement]:
    """`node` (where it is a statement) and every statement in it, in the order of the source."""
    stack: list[cst.CSTNode] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, cst.BaseSmallStatement | cst.BaseCompoundStatement):
            yield current
        stack.extend(reversed(tuple(_cst_children(current))))


def _cst_children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The suites, clauses and statements right below `node`."""
    if isinstance(node, cst.BaseSmallStatement):
        return
    if isinstance(node, cst.Match):
        yield from node.cases
        return
    body = getattr(node, "body", None)
    if isinstance(body, cst.CSTNode):
        yield body
    elif body is not None:
        yield from body
    yield from getattr(node, "handlers", ())
    for clause in ("orelse", "finalbody"):
        inner = getattr(node, clause, None)
        if inner is not None:
            yield inner
