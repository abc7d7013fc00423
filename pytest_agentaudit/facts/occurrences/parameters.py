"""Parameters that a function takes and never reads."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from pytest_agentaudit.facts.bindings import Function
from pytest_agentaudit.facts.code_side import CodeSide
from pytest_agentaudit.facts.functions import Touched, comments_in, constant_value, touched_functions
from pytest_agentaudit.facts.kinds.shortcuts import IGNORED
from pytest_agentaudit.facts.model import Occurrence
from pytest_agentaudit.facts.nodes import below, callee, last
from pytest_agentaudit.facts.shown import is_log
from pytest_agentaudit.patterns import regex

_PLAIN = regex(
    r"_.*|unused\w*|ignored?\w*|args|kwargs|request|req|ctx|context|event|evt|sender|signum|frame|exc\w*|tb|traceback"
    r"|err|error|cls|mcs|namespace|scope|environ|loop|future|fut|task|session|dummy|_?self"
)
_FIXED = regex(
    r"(?:pytest|visit|depart|on|handle|do|hook|setup|teardown|convert|render|process|serialize|cb|callback|upgrade"
    r"|downgrade|run|main|execute|get|is)_\w*|\w+_(?:hook|callback|handler|cb|factory|filter|listener|view|command"
    r"|extension|signal|fixture|middleware|plugin|key|default)|on[A-Z]\w*|main|setup|callback|handler|wrapper|inner"
    r"|noop|register|upgrade|downgrade|hook"
)
_SAID = regex(
    r"(?i)deprecat|compatib|unused|not used|ignored|no effect|reserved|for future|has no|legacy|required by|interface"
    r"|signature|protocol|api parity|no longer|noqa: ?ARG|unused-argument|pylint: disable"
)


def occurrences(side: CodeSide) -> Iterator[Occurrence]:
    """The ignored parameters of touched functions of the product."""
    values: frozenset[str] | None = None
    for it in touched_functions(side):
        ignored = [] if _is_fixed(it) else list(_ignored(it))
        if not ignored:
            continue
        comments = comments_in(side, it.node.lineno, it.node.end_lineno or 0)
        said = "yes" if _SAID.search(f"{it.docstring} {comments}") else ""
        values = _values(side) if values is None else values
        if it.name in values:
            continue
        for argument in ignored:
            end = argument.end_lineno or argument.lineno
            details = {"name": argument.arg, "line": str(it.node.lineno), "said": said}
            key = f"{it.name} {argument.arg}"
            yield Occurrence(IGNORED, argument.lineno, end, it.symbol, argument.arg, key, details)


def _is_fixed(it: Touched) -> bool:
    """Whether others say which parameters a function takes, or its body is not meant to use them."""
    if it.is_dunder and it.name != "__init__":
        return True
    if it.outer or it.is_registered or it.is_bodiless or it.is_in_interface or it.bases or _FIXED.fullmatch(it.name):
        return True
    return all(_is_idle(node) for node in it.body)


def _is_idle(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Raise():
            return True
        case ast.Return(value=value):
            return constant_value(value)
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Expr(value=ast.Call() as call):
            return is_log(call)
    return False


def _ignored(it: Touched) -> Iterator[ast.arg]:
    arguments = [argument for argument in it.arguments() if not _PLAIN.fullmatch(argument.arg)]
    if not arguments:
        return
    read: set[str] = set()
    for node in it.body:
        for inner in below(node):
            if isinstance(inner, ast.Name):
                read.add(inner.id)
            elif isinstance(inner, ast.Call) and last(callee(inner)) in {"locals", "vars", "eval", "exec"}:
                return
    given = _handed(it.node)
    yield from (argument for argument in arguments if argument.arg not in read and argument.arg not in given)


def _handed(function: Function) -> frozenset[str]:
    """The parameters whose default is a call: a mark by which a framework hands something over, or goes by."""
    spec = function.args
    plain = [*spec.posonlyargs, *spec.args]
    defaults = [*zip(plain[len(plain) - len(spec.defaults) :], spec.defaults, strict=True)]
    found = [*defaults, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)]
    return frozenset(argument.arg for argument, default in found if isinstance(default, ast.Call))


def _values(side: CodeSide) -> frozenset[str]:
    """Names that the file uses as values, not only calls: callbacks, entries of tables."""
    called: set[int] = set()
    named: list[ast.Name | ast.Attribute] = []
    for node in below(side.parsed.tree) if side.parsed.tree else ():
        if isinstance(node, ast.Call):
            called.add(id(node.func))
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            named.append(node)
    free = (it for it in named if id(it) not in called)
    return frozenset(it.id if isinstance(it, ast.Name) else it.attr for it in free)
