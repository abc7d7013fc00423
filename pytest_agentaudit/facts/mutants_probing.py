"""Probes: edits of a function that tell what an old test noticed and a new one does not, where tests were altered.

They judge no test by itself: many of them survive the best of suites. What counts is that one was noticed before.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from itertools import islice

from pytest_agentaudit.facts.mutable import Edit, Function, Source
from pytest_agentaudit.facts.mutants_fine import fine_edits
from pytest_agentaudit.facts.mutants_whole import another, answer_edit, answers, other_constant
from pytest_agentaudit.mutant import Operator

MOST = 12
"""Probes of one function."""
EACH = 3
"""Probes of one kind in one function."""
_FINE = 4

Probe = tuple[Operator, Edit]

_DROPPED = frozenset({"casefold", "lower", "lstrip", "rstrip", "title", "upper"})
"""Methods without arguments that a text may do without."""
_NEIGHBOURS = {"all": "any", "any": "all", "max": "min", "min": "max", "sorted": "list"}
"""Functions of one argument, and what may stand in their place."""


def probing_edits(head: Source, function: Function) -> tuple[Probe, ...]:
    """At most so many of each kind, and in all, those first that tests are asked for most."""
    if function.name == "__repr__":
        return ()
    lines = frozenset(range(function.first_line, (function.node.end_lineno or function.first_line) + 1))
    found = [it for kind in _KINDS for it in islice(kind(head, function), EACH)]
    return tuple(dict.fromkeys((*found[: MOST - _FINE], *fine_edits(head, function, lines, _FINE))))


def _defaults(head: Source, function: Function) -> Iterator[Probe]:
    """A parameter that nobody gave has another value."""
    spec, first = function.node.args, function.body[0]
    plain = [*spec.posonlyargs, *spec.args]
    given = zip(plain[len(plain) - len(spec.defaults) :], spec.defaults, strict=True)
    indent, start = head.indent(first), head.start(first)
    for parameter, default in (*given, *zip(spec.kwonlyargs, spec.kw_defaults, strict=True)):
        if isinstance(default, ast.Constant) and (other := _other_default(default.value)):
            name, usual = parameter.arg, head.piece(default)
            text = f"{name} = {other} if {name} == {usual} else {name}"
            yield Operator.DEFAULT, (start, start, f"{text}; " if indent is None else f"{text}\n{indent}")


def _other_default(value: object) -> str:
    return str(value + 1) if isinstance(value, float) else other_constant(value)


def _answers(head: Source, function: Function) -> Iterator[Probe]:
    """Answers without anything in them, or the other way round."""
    values = answers(head, function)
    for operator, which in ((Operator.EMPTY, "'empty'"), (Operator.ORDER, "'order'")):
        if edit := answer_edit(head, values, which):
            yield operator, edit


def _items(head: Source, function: Function) -> Iterator[Probe]:
    """Answers with another item in one place: in each that is written out, else in the first and the last."""
    values = answers(head, function)
    sizes = [len(it.values if isinstance(it, ast.Dict) else it.elts) for it in values if isinstance(it, _DISPLAYS)]
    for place in range(max(sizes)) if sizes else (0, -1):
        if edit := answer_edit(head, values, str(place)):
            yield Operator.ITEM, edit


_DISPLAYS = (ast.Dict, ast.List, ast.Tuple)


def _calls(head: Source, function: Function) -> Iterator[Probe]:
    """A call of a plain function or method that is another one, or left out."""
    for node in function.own:
        match node:
            case ast.Call(func=ast.Attribute(attr="split" | "rsplit"), args=[], keywords=[]):
                yield Operator.CALL, (head.end(node) - 1, head.end(node), '" ")')
            case ast.Call(func=ast.Attribute(value=text, attr="strip"), args=[], keywords=[]):
                yield Operator.CALL, (head.end(text), head.end(node), ".rstrip()")
            case ast.Call(func=ast.Attribute(value=text, attr=attr), args=[], keywords=[]) if attr in _DROPPED:
                yield Operator.CALL, (head.end(text), head.end(node), "")
            case ast.Call(func=ast.Name(id=name) as called, args=[_], keywords=[]) if name in _NEIGHBOURS:
                yield Operator.CALL, (head.start(called), head.end(called), _NEIGHBOURS[name])


def _operands(head: Source, function: Function) -> Iterator[Probe]:
    """The left side alone of what is computed of two."""
    for node in function.own:
        if isinstance(node, ast.BinOp) and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield Operator.OPERAND, (head.end(node.left), head.end(node), _closing(head, node))


def _closing(head: Source, node: ast.BinOp) -> str:
    """The parentheses between a left operand and its operator: they are closed still."""
    between = head.text[head.end(node.left) : head.start(node.right)]
    return ")" * between.count(")")


def _arguments(head: Source, function: Function) -> Iterator[Probe]:
    """Something else handed to a call that is made for its effect."""
    for node in function.own:
        match node:
            case ast.Expr(value=ast.Call(args=args, keywords=words)):
                for value in (*args, *(it.value for it in words if it.arg)):
                    if not isinstance(value, ast.Starred):
                        yield Operator.ARGUMENT, (head.start(value), head.end(value), another(head, value))


def _messages(head: Source, function: Function) -> Iterator[Probe]:
    """Exceptions that say nothing."""
    for node in function.own:
        match node:
            case ast.Raise(exc=ast.Call(args=[ast.Constant(value=str()) | ast.JoinedStr() as text, *_])):
                yield Operator.MESSAGE, (head.start(text), head.end(text), '""')


_KINDS: tuple[Callable[[Source, Function], Iterator[Probe]], ...] = (
    *(_defaults, _items, _answers, _calls),
    *(_operands, _arguments, _messages),
)
