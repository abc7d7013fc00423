"""Literals that product code returns for literals that it was given: branches, tables, whole bodies."""

from __future__ import annotations

import ast
from collections import ChainMap, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from pytest_agentaudit.facts.answer_walk import AnswerPair, AnswerWalk
from pytest_agentaudit.facts.asked_literals import Names
from pytest_agentaudit.facts.bindings import Function, parameters
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.kinds.shortcuts import ANSWERS, CONSTANT_BODY
from pytest_agentaudit.facts.literals import UNKNOWN
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, children, dotted, last_part, names_in
from pytest_agentaudit.facts.telling import asked_weight, spelled
from pytest_agentaudit.facts.written import written
from pytest_agentaudit.lazy_json import dumps

MOST_PAIRS = 2_000
"""Written answers of one function above which no more are read."""

LOOKUPS = ("get", "next", "startswith", "endswith", "fullmatch", "match", "search", "array_equal", "allclose", "__eq__")
"""Calls that ask for a literal or look one up."""
_SHORT_BODY = 4

_PLAIN_CALLS = frozenset(
    {
        *("str", "repr", "format", "get", "lower", "upper", "strip", "title", "replace", "isinstance", "len", "bool"),
        *("super", "type", "getattr", "join", "cast", "debug", "info", "warning", "error"),
    }
)
_OPEN_MARKS = ("overload", "abstractmethod", "override", "property", "cached_property", "fixture")


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """The written-out answers of each touched function, and the functions that are nothing else."""
    returning = frozenset(symbol for node, symbol in side.of(ast.Return) if _may_answer(node.value))
    if not returning:
        return
    asking = frozenset(_asking(side))
    constants = _constants(side)
    for function, symbol in side.functions:
        if symbol in returning:
            owner = symbol.rpartition(".")[0]
            scopes = [constants[scope] for scope in (symbol, owner, "") if scope in constants]
            own = constants.get(owner, {}) if owner else {}
            of_class = {f"{word}.{name}": it for name, it in own.items() for word in ("self", "cls")}
            names: Names = ChainMap(*scopes, of_class)
            if _may_ignore(function):
                yield from _constant(side, function, symbol, names)
            if symbol in asking:
                yield from _answers(side, function, symbol, names)


def _may_answer(value: ast.expr | None) -> bool:
    """Whether a returned expression may hold a literal; calls of `get` and joined alternatives may."""
    match value:
        case None | ast.Constant(value=None):
            return False
        case ast.Call():
            return last_part(value) == "get" or any(isinstance(it, ast.Constant) for it in value.args)
        case ast.Attribute() | ast.Compare() | ast.Await() | ast.JoinedStr():
            return isinstance(value, ast.Compare)
    return True


def _constants(side: CodeSide) -> Mapping[str, dict[str, ast.expr]]:
    """Touched names that stand for a value, by the definition whose they are."""
    found: dict[str, dict[str, ast.expr]] = defaultdict(dict)
    assignments: list[tuple[ast.Assign | ast.AnnAssign, str]] = [*side.of(ast.Assign), *side.of(ast.AnnAssign)]
    for node, symbol in assignments:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if node.value is not None and isinstance(target, ast.Name):
            found[symbol][target.id] = node.value
            if symbol and "." not in symbol:
                found[""][f"{symbol}.{target.id}"] = node.value
    return found


def _asking(side: CodeSide) -> Iterator[str]:
    """Functions that compare something with what may be a literal, or look something up."""
    for node, symbol in side.of(ast.Compare):
        if not isinstance(node.ops[0], ast.Gt | ast.GtE | ast.IsNot) and not _is_short(node.comparators[0]):
            yield symbol
    nodes: list[tuple[ast.Match | ast.Dict, str]] = [*side.of(ast.Match), *side.of(ast.Dict)]
    yield from (symbol for _node, symbol in nodes)
    yield from (symbol for node, symbol in side.of(ast.Return) if isinstance(node.value, ast.Subscript | ast.Call))
    yield from (symbol for node, symbol in side.of(ast.BinOp) if isinstance(node.op, ast.BitXor | ast.Sub))
    if side.names_any(*LOOKUPS):
        yield from (symbol for node, symbol in side.of(ast.Call) if last_part(node) in LOOKUPS)


def _is_short(node: ast.expr) -> bool:
    """Whether a literal is one that tells nothing."""
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool) or node.value == "")


def _may_ignore(function: Function) -> bool:
    """Whether a function is short enough to return nothing but a literal."""
    return len(function.body) <= _SHORT_BODY and isinstance(function.body[-1], ast.Return)


def _constant(side: CodeSide, function: Function, symbol: str, names: Names) -> Iterator[Occurrence]:
    owner = symbol.rpartition(".")[0]
    body = _without_docstring(function.body)
    whole = _constant_body(function, body, names)
    if whole is not UNKNOWN:
        bases = any(it.bases for it, name in side.of(ast.ClassDef) if name == owner)
        details = {"answer": spelled(whole), "in_class": "yes" if bases else ""}
        yield side.occurrence(CONSTANT_BODY, body[-1], symbol, key=spelled(whole), details=details)


def _answers(side: CodeSide, function: Function, symbol: str, names: Names) -> Iterator[Occurrence]:
    body = _without_docstring(function.body)
    by_line: dict[int, list[AnswerPair]] = defaultdict(list)
    for pair in islice(AnswerWalk(names).suite(body), MOST_PAIRS):
        by_line[pair.node.lineno].append(pair)
    for group in by_line.values():
        telling = [it for it in group if asked_weight(it.asked, it.answer) > 0 and not _gives_back(it)]
        if telling:
            pairs = dumps([[[spelled(it) for it in pair.asked], spelled(pair.answer)] for pair in telling])
            computes = "yes" if any(map(_computes, _results(function))) else ""
            details = {"pairs": pairs, "computes": computes, "count": str(len(group))}
            yield side.occurrence(ANSWERS, group[0].node, symbol, key=pairs, details=details)


def _gives_back(pair: AnswerPair) -> bool:
    """Whether an answer is what was asked for: one of the caller's own values is chosen."""
    return spelled(pair.answer) in map(spelled, pair.asked)


def _without_docstring(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [it for it in body if not (isinstance(it, ast.Expr) and isinstance(it.value, ast.Constant))]


def _constant_body(function: Function, body: Sequence[ast.stmt], names: Names) -> object:
    """What a function returns that does nothing with what it was given; UNKNOWN where it does."""
    given = set(parameters(function))
    if not body or not given or any(_is_open(mark) for mark in function.decorator_list):
        return UNKNOWN
    *before, end = body
    if not isinstance(end, ast.Return) or end.value is None:
        return UNKNOWN
    ignored = all(isinstance(it, ast.Delete) or _discards(it) for it in before)
    return written(end.value, names) if ignored and given.isdisjoint(names_in(end)) else UNKNOWN


def _is_open(mark: ast.expr) -> bool:
    return dotted(mark).rpartition(".")[2] in _OPEN_MARKS


def _discards(node: ast.stmt) -> bool:
    """`_ = items`: said to be unused."""
    return isinstance(node, ast.Assign) and all(isinstance(it, ast.Name) and it.id == "_" for it in node.targets)


def _results(function: Function) -> Iterator[ast.expr]:
    """What a function returns or yields, itself."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value is not None:
            yield node.value
        if isinstance(node, ast.For | ast.AsyncFor | ast.While):
            yield ast.BinOp(ast.Constant(1), ast.Mult(), ast.Name("loop", ast.Load()))
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            stack.extend(children(node))


def _computes(value: ast.expr) -> bool:
    """Whether a result is worked out: an operation on something, a comprehension, a call that is not mere dressing."""
    for it in below(value):
        if isinstance(it, ast.BinOp) and written(it) is UNKNOWN and not _is_text(it):
            return True
        if isinstance(it, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            return True
        if isinstance(it, ast.Call) and last_part(it) not in _PLAIN_CALLS and not last_part(it)[:1].isupper():
            return True
    return False


def _is_text(node: ast.BinOp) -> bool:
    """Whether an operation builds a text."""
    return any(isinstance(it, ast.JoinedStr) or isinstance(getattr(it, "value", None), str) for it in below(node))
