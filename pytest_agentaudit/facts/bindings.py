"""What the names of a function stand for, where that is sure: they are bound once and not changed after."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from pytest_agentaudit.facts.literals import UNKNOWN, is_constructor, pinned, value_of
from pytest_agentaudit.facts.nodes import below, dotted, last, names_in, root, text_of, unparsed

Function = ast.FunctionDef | ast.AsyncFunctionDef

_MOCKS = frozenset(
    {
        *("Mock", "MagicMock", "AsyncMock", "NonCallableMock", "NonCallableMagicMock", "PropertyMock", "patch"),
        *("object", "spy", "stub", "async_stub", "create_autospec"),
    }
)
_AUTOSPEC = ("create_autospec", "autospec", "spec", "spec_set")
_LONGEST_LITERAL = 80
_BINDING = frozenset(
    {
        *(ast.Name, ast.For, ast.AsyncFor, ast.While, ast.comprehension, ast.Global, ast.Nonlocal, ast.alias),
        *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar),
    }
)
"""The nodes that bind a name; to sort them out first is far cheaper than to match each node with all patterns."""
_CHANGING = frozenset(
    {
        *(ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.Expr, ast.Attribute, ast.Subscript, ast.With, ast.AsyncWith),
        ast.withitem,
    }
)
"""The nodes that give a name a value, or may change its object."""


class Bindings(Struct, frozen=True):
    """`values` maps a name to what may be put in its place, `constants` to its immutable literal, `objects` to the call
    of the constructor that made it, `codes` to its text. `literals` are names of written-out values, `mocks` those of
    mocks without a spec.
    """

    values: Mapping[str, ast.expr]
    constants: Mapping[str, ast.expr]
    objects: Mapping[str, ast.Call]
    codes: Mapping[str, ast.expr]
    literals: frozenset[str]
    mocks: frozenset[str]


NOTHING = Bindings({}, {}, {}, {}, frozenset(), frozenset())


def bindings(function: Function, nodes: Sequence[ast.AST], cases: frozenset[str] = frozenset()) -> Bindings:
    """The sure bindings of a function. `nodes` is all that it holds, itself included; `cases` are parameters that
    parametrize fills with written-out values.
    """
    bound = Counter(_bound_names(nodes))
    bound.update(_arguments(function))
    nodes = [it for it in nodes if it.__class__ in _CHANGING]
    changed = frozenset(_changed_names(nodes))
    once = {name: value for name, value in _assignments(nodes) if bound[name] == 1 and name not in changed}
    constants = {name: value for name, value in once.items() if value_of(value) is not UNKNOWN}
    literals = frozenset(name for name, value in once.items() if pinned(value)) | cases
    mocks = frozenset(_mocks(function, nodes))
    objects = {name: value for name, value in once.items() if isinstance(value, ast.Call) and is_constructor(value)}
    return Bindings(
        values={**_short(once, literals), **_calls(once)},
        constants=constants,
        objects={name: value for name, value in objects.items() if name not in mocks},
        codes={name: value for name, value in once.items() if text_of(value)},
        literals=literals,
        mocks=mocks,
    )


def _arguments(function: Function) -> Iterator[str]:
    spec = function.args
    for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs, spec.vararg, spec.kwarg):
        if argument is not None:
            yield argument.arg


def parameters(function: Function) -> tuple[str, ...]:
    """The names that a call of the function can fill, in order; `self` and `cls` left out."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    return (*names, *(argument.arg for argument in function.args.kwonlyargs))


def _bound_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Every name that is bound, once for each place; what a loop or `nonlocal` binds counts twice."""
    for node in nodes:
        if node.__class__ not in _BINDING:
            continue
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.For() | ast.AsyncFor() | ast.While():
                yield from _stored(node)
            case ast.comprehension(target=target):
                yield from names_in(target)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from (*names, *names)
            case ast.alias(name=name, asname=asname):
                yield asname or name.partition(".")[0]
            case (
                ast.FunctionDef(name=str(name))
                | ast.AsyncFunctionDef(name=str(name))
                | ast.ClassDef(name=str(name))
                | ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
            ):
                yield name


def _stored(loop: ast.For | ast.AsyncFor | ast.While) -> Iterator[str]:
    """Names that a loop stores: its own node counts them once, this one a second time."""
    return (it.id for it in below(loop) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store))


def _assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                yield name, value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, value


def _changed_names(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names whose object is changed in place: a method called for its effect, an item or attribute stored."""
    for node in nodes:
        match node:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=owner))):
                yield root(owner)
            case ast.Expr(value=ast.Await(value=ast.Call(func=ast.Attribute(value=owner)))):
                yield root(owner)
            case ast.Attribute(value=owner, ctx=ast.Store() | ast.Del()):
                yield root(owner)
            case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
                yield root(owner)
            case ast.With(items=items) | ast.AsyncWith(items=items):
                yield from (root(item.context_expr) for item in items)


def _short(once: Mapping[str, ast.expr], literals: frozenset[str]) -> dict[str, ast.expr]:
    """Names of written-out values that are short enough to be read in place."""
    return {
        name: value
        for name, value in once.items()
        if name in literals and not isinstance(value, ast.Call) and len(unparsed(value)) <= _LONGEST_LITERAL
    }


def _calls(once: Mapping[str, ast.expr]) -> dict[str, ast.expr]:
    """Names of results: a call of something that is no constructor, and that gave no other name its value."""
    results = {
        name: value.value if isinstance(value, ast.Await) else value
        for name, value in once.items()
        if isinstance(value.value if isinstance(value, ast.Await) else value, ast.Call) and not is_constructor(value)
    }
    sources = Counter(unparsed(value) for value in results.values())
    return {name: value for name, value in results.items() if sources[unparsed(value)] == 1}


def _mocks(function: Function, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names of mocks that would answer to any attribute: made here, or handed in by a patch decorator."""
    patches = [mark for mark in function.decorator_list if isinstance(mark, ast.Call) and _makes_mock(mark)]
    if patches:
        yield from parameters(function)[: len(patches)]
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as value) if _makes_mock(value):
                yield name
            case ast.withitem(context_expr=ast.Call() as value, optional_vars=ast.Name(id=name)) if _makes_mock(value):
                yield name


def _makes_mock(call: ast.Call) -> bool:
    name = dotted(call.func)
    known = last(name) in _MOCKS and (last(name) not in {"object", "spy"} or "patch" in name or "mocker" in name)
    return known and last(name) != "create_autospec" and not any(word.arg in _AUTOSPEC for word in call.keywords)
