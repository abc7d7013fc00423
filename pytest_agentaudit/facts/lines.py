"""Which statements of a file are executable code, and what it means when a test does not run them."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from pytest_agentaudit.facts.model import Line, LineKind
from pytest_agentaudit.facts.parse import Parsed
from pytest_agentaudit.facts.shown import is_logging, is_telling, last_name
from pytest_agentaudit.facts.stretches import first_line, meets
from pytest_agentaudit.facts.walk import SUITES
from pytest_agentaudit.patterns import regex

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_IDLE = (ast.Pass, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Try, ast.TryStar)
_REPRESENTATIONS = frozenset({"__repr__", "__rich_repr__", "__pretty__"})
_BODILESS = frozenset({"abstractmethod", "abstractproperty", "abstractclassmethod", "abstractstaticmethod", "overload"})
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError"})
_ENVIRONMENT = frozenset({"sys.version_info", "sys.hexversion", "sys.implementation", "sys.platform", "os.name"})
_ENVIRONMENT_FLAG = regex(r"_?(?:IS_|ON_)?(?:WINDOWS|WIN(?:32)?|MACOS|DARWIN|LINUX|PYPY|CPYTHON|PY_?\d+(?:_?PLUS)?)")


class _Place(Struct, frozen=True):
    """Where a statement stands: its innermost definition, suite, and what that suite makes of it."""

    symbol: str = ""
    in_protocol: bool = False
    branch: int = 0
    kind: LineKind = LineKind.IMPORT_TIME


def lines(parsed: Parsed, wanted: Collection[int] | None = None) -> tuple[Line, ...]:
    """Every executable statement, in the order of the source: simple ones whole, compound ones by their headers.

    Docstrings, imports, `pass`, `...`, `global`, `nonlocal`, bare annotations, type aliases and `try:` are none. What
    none of the `wanted` lines meets is left out, but for the other statements of a function that one meets.
    """
    if not parsed.tree:
        return ()
    return tuple(_walk(parsed.tree, None if wanted is None else sorted(wanted)))


def _walk(tree: ast.Module, wanted: list[int] | None) -> Iterator[Line]:
    stack: list[tuple[ast.stmt, _Place]] = [(node, _Place()) for node in reversed(tree.body)]
    while stack:
        node, place = stack.pop()
        is_met = wanted is None or meets(wanted, node.lineno, node.end_lineno or node.lineno)
        if not is_met and place.kind is LineKind.IMPORT_TIME:
            continue
        if _is_executable(node):
            yield _line(node, place)
        if not is_met and node.__class__ in _FUNCTIONS:
            continue
        for suite, inner in reversed([*_suites(node, place)]):
            stack.extend((child, inner) for child in reversed(suite))


def _is_executable(node: ast.stmt) -> bool:
    if isinstance(node, _IDLE) or node.__class__.__name__ == "TypeAlias":
        return False
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is not None
    return not (isinstance(node, ast.While) and isinstance(node.test, ast.Constant))  # compiled away


def _line(node: ast.stmt, place: _Place) -> Line:
    kind = place.kind
    if kind is not LineKind.IMPORT_TIME and _is_defensive(node):
        kind = LineKind.DEFENSIVE
    elif kind is LineKind.LOGIC and is_telling(node):
        kind = LineKind.TELLING
    return Line(first_line(node), _header_end(node), kind, place.symbol, place.branch)


def _header_end(node: ast.stmt) -> int:
    """The last line of a simple statement, or of a compound one's header."""
    if node.__class__ not in SUITES:
        return node.end_lineno or node.lineno
    heads = [node.lineno]
    for name, value in ast.iter_fields(node):
        if name not in {"body", "orelse", "cases", "type_params"}:
            parts = value if isinstance(value, list) else [value]
            heads.extend(_last_line(part) for part in parts if isinstance(part, ast.AST))
    return max(heads)


def _last_line(node: ast.AST) -> int:
    """The last line of an expression, `with` item or parameter list; 0 where it has none."""
    own = getattr(node, "end_lineno", None)
    if own:
        return int(own)
    return max((_last_line(child) for child in ast.iter_child_nodes(node)), default=0)


def _suites(node: ast.stmt, place: _Place) -> Iterator[tuple[Sequence[ast.stmt], _Place]]:
    """A statement's suites, and the place that each is for its statements."""
    if isinstance(node, _FUNCTIONS):
        yield node.body, _function(node, place)
    elif isinstance(node, ast.ClassDef):
        protocol = any(last_name(base) == "Protocol" for base in node.bases)
        symbol = f"{place.symbol}.{node.name}".lstrip(".")
        yield node.body, replace(place, symbol=symbol, in_protocol=protocol)
    elif isinstance(node, ast.If):
        environment = _is_environment(node.test)
        yield node.body, _branch(node.body, place, defensive=environment or _is_main(node.test))
        yield node.orelse, _branch(node.orelse, place, defensive=environment)
    elif isinstance(node, ast.Try | ast.TryStar):
        yield node.body, _branch(node.body, place)
        for handler in node.handlers:
            yield handler.body, _handler(handler, place)
        yield node.orelse, _branch(node.orelse, place)
        yield node.finalbody, _branch(node.finalbody, place)
    elif isinstance(node, ast.Match):
        yield from ((case.body, _branch(case.body, place)) for case in node.cases)
    elif node.__class__ in SUITES:
        for name in SUITES[node.__class__]:
            yield getattr(node, name), _branch(getattr(node, name), place)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, place: _Place) -> _Place:
    names = {last_name(decorator) for decorator in node.decorator_list}
    defensive = place.in_protocol or node.name in _REPRESENTATIONS or bool(names & _BODILESS)
    kind = LineKind.DEFENSIVE if defensive or place.kind is LineKind.DEFENSIVE else LineKind.LOGIC
    return _Place(f"{place.symbol}.{node.name}".lstrip("."), kind=kind)


def _branch(suite: Sequence[ast.stmt], place: _Place, *, defensive: bool = False) -> _Place:
    """The place inside a suite. A kind that is not plain logic is inherited."""
    if not suite:
        return place
    kind = place.kind
    if defensive:
        kind = LineKind.DEFENSIVE
    elif kind is LineKind.LOGIC and _only_raises(suite):
        kind = LineKind.RAISE
    return replace(place, branch=suite[0].lineno, kind=kind)


def _handler(handler: ast.ExceptHandler, place: _Place) -> _Place:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    optional = all(last_name(it) in _IMPORT_ERRORS for it in caught)
    inner = _branch(handler.body, place, defensive=optional)
    if inner.kind in {LineKind.LOGIC, LineKind.RAISE}:
        return replace(inner, kind=LineKind.HANDLER)
    return inner


def _only_raises(suite: Sequence[ast.stmt]) -> bool:
    """Whether a suite does no more than raise: building the message and logging it included."""
    *before, last = suite
    return isinstance(last, ast.Raise) and all(
        isinstance(it, ast.Assign | ast.AnnAssign | ast.Pass) or is_logging(it) for it in before
    )


def _is_defensive(node: ast.stmt) -> bool:
    """Whether a statement alone says that it is not meant to run, or only tells of the run."""
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return last_name(raised) in {"NotImplementedError", "AssertionError"}
    if isinstance(node, ast.Return):
        return last_name(node.value) == "NotImplemented"
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and last_name(node.value.func) == "assert_never":
        return True
    return is_logging(node)


def _is_environment(test: ast.AST) -> bool:
    """Whether a condition asks for the interpreter's version, the platform or `TYPE_CHECKING`."""
    for node in ast.walk(test):
        match node:
            case ast.Attribute(value=ast.Name(id="platform")):
                return True
            case ast.Attribute(value=ast.Name(id=module), attr=name) if f"{module}.{name}" in _ENVIRONMENT:
                return True
        name = last_name(node) if isinstance(node, ast.Name | ast.Attribute) else ""
        if name in {"version_info", "TYPE_CHECKING"} or _ENVIRONMENT_FLAG.fullmatch(name):
            return True
    return False


def _is_main(test: ast.AST) -> bool:
    """Whether a condition is `__name__ == "__main__"`."""
    return isinstance(test, ast.Compare) and any(last_name(it) == "__name__" for it in (test.left, *test.comparators))
